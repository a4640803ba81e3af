import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject } from '../setup/paths.mjs';
import { programOf, runNode } from './process.mjs';
import { readReport } from './results.mjs';

/**
 * @typedef {object} LayerOptions what was asked for on the command line
 * @property {string | undefined} grep run only the tests whose titles match
 * @property {boolean} oldest in the oldest VS Code that the extension supports
 * @property {boolean} short leave out the longer tests
 * @property {boolean} [matrix] run only what holds the fault matrix, and all of it
 */

/**
 * @typedef {object} MochaRun
 * @property {string} layer
 * @property {string} files a glob
 * @property {LayerOptions} options
 * @property {number} [retries] how often a test that fails is tried again, and named
 * @property {boolean} [quiet] shows what mocha prints when it has ended, not as it comes
 */

/**
 * Runs test files with mocha, on plain Node.
 * @param {MochaRun} run
 * @returns {Promise<import('./results.mjs').MochaReport>}
 */
export async function runMochaLayer({ layer, files, options, retries = 0, quiet = false }) {
  const scratch = await mkdtemp(join(tmpdir(), 'report-'));
  const file = join(scratch, 'report.json');
  try {
    const args = [
      programOf('mocha', 'mocha'),
      ...['--reporter', inProject('scripts/test/reporter.mjs'), '--reporter-option', `output=${file}`],
      ...['--retries', String(retries)],
      ...(options.grep === undefined ? [] : ['--grep', options.grep]),
      ...(process.env['CI'] === undefined ? [] : ['--forbid-only']),
      files,
    ];
    const { exitCode, output } = await runNode(args, { quiet, env: testEnvironment(options) });
    process.stdout.write(output);
    return readReport({ file, exitCode, layer });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Runs tests that wait more than they compute, of whole windows above all: several files (or globs) side by side. What
 * fails there is run again, alone, and what holds only alone is named: a busy machine spoils what is held to a time.
 * @param {Omit<MochaRun, 'quiet' | 'files'> & { files: readonly string[], sideBySide: number }} run
 * @returns {Promise<import('./results.mjs').MochaReport>}
 */
export async function runSideBySide({ files, sideBySide, ...run }) {
  const next = files.values();
  /** @type {Map<string, import('./results.mjs').MochaReport>} */
  const reports = new Map();
  const worker = async () => {
    for (const file of next) {
      reports.set(file, await runFile({ ...run, files: file, quiet: true }));
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  for (const [file, { failed }] of reports) {
    if (failed.length > 0) {
      console.log(`\nAgain, alone: ${file}`);
      const again = await runFile({ ...run, files: file });
      reports.set(file, again);
      const onlyAlone = failed.filter((title) => !again.failed.includes(title));
      console.log(onlyAlone.map((title) => `It passed only alone: ${title}`).join('\n'));
    }
  }
  const all = [...reports.values()];
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.flatMap(({ failed }) => failed),
    skipped: all.flatMap(({ skipped }) => skipped),
    held: all.flatMap(({ held = [] }) => held),
  };
}

/**
 * With a `grep` most files have no test that is meant.
 * @param {MochaRun} run
 */
async function runFile(run) {
  const report = await runMochaLayer(run);
  const ranNothing = report.failed[0] === `${run.layer}: it ran no test`;
  return run.options.grep !== undefined && ranNothing ? { passed: 0, failed: [], skipped: [] } : report;
}

/**
 * What tests can read from their environment: EDITOR_FOR_TESTS=oldest, FAULTS=short.
 * @param {LayerOptions} options
 * @returns {Record<string, string>}
 */
export function testEnvironment({ oldest, short }) {
  return { ...(oldest ? { EDITOR_FOR_TESTS: 'oldest' } : {}), ...(short ? { FAULTS: 'short' } : {}) };
}
