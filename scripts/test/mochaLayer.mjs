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
 * @property {boolean} short leave out what is slow
 */

/**
 * Runs test files with mocha, on plain Node.
 * @param {{ layer: string, files: string, options: LayerOptions, env?: NodeJS.ProcessEnv }} run `files` is a glob
 * @returns {Promise<import('./results.mjs').MochaReport>}
 */
export async function runMochaLayer({ layer, files, options, env = {} }) {
  const scratch = await mkdtemp(join(tmpdir(), 'report-'));
  const file = join(scratch, 'report.json');
  try {
    const args = [
      programOf('mocha', 'mocha'),
      ...['--reporter', inProject('scripts/test/reporter.mjs'), '--reporter-option', `output=${file}`],
      ...(options.grep === undefined ? [] : ['--grep', options.grep]),
      ...(process.env['CI'] === undefined ? [] : ['--forbid-only']),
      files,
    ];
    const { exitCode } = await runNode(args, { env: { ...testEnvironment(options), ...env } });
    return readReport({ file, exitCode, layer });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * What tests can read from their environment: TEST_SHORT=1 to leave out what is slow, EDITOR_FOR_TESTS=oldest.
 * @param {LayerOptions} options
 * @returns {Record<string, string>}
 */
export function testEnvironment({ oldest, short }) {
  return { ...(short ? { TEST_SHORT: '1' } : {}), ...(oldest ? { EDITOR_FOR_TESTS: 'oldest' } : {}) };
}
