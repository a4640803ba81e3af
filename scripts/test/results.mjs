import { existsSync, readFileSync } from 'node:fs';
import { formatDuration } from '../setup/progress.mjs';
import { heldCells } from './heldCells.mjs';

/** @typedef {{ passed: number, failed: string[], skipped: string[], held?: string[] }} MochaReport `held`: titles of cells of the fault matrix */
/** @typedef {MochaReport & { layer: string, milliseconds: number }} LayerResult */

/**
 * Reads what mocha reported, and makes a failure of a run that ended badly in any other way: a crash, no test at all, or
 * an exit code that the report does not explain.
 * @param {{ file: string, exitCode: number | null, layer: string }} run
 * @returns {MochaReport}
 */
export function readReport({ file, exitCode, layer }) {
  if (!existsSync(file)) {
    return failure(`${layer}: it ended with ${exitCode} before it reported a result`);
  }
  /** @type {MochaReport} */
  const report = JSON.parse(readFileSync(file, 'utf8'));
  if (report.passed + report.failed.length + report.skipped.length === 0) {
    return failure(`${layer}: it ran no test`);
  }
  if (exitCode !== 0 && report.failed.length === 0) {
    report.failed.push(`${layer}: every test passed, but it ended with ${exitCode}`);
  }
  return report;
}

/**
 * @param {string} title
 * @returns {MochaReport}
 */
export function failure(title) {
  return { passed: 0, failed: [title], skipped: [] };
}

/**
 * Prints where the time went, what was skipped and what failed, and last the one line that sums it up.
 * @param {{ results: readonly LayerResult[], setUp: number, inAll: number }} run times in milliseconds
 * @returns {number} how many failed
 */
export function printSummary({ results, setUp, inAll }) {
  console.log('\nWhere the time went');
  console.log(`  ${'set-up'.padEnd(10)} ${formatDuration(setUp).padStart(12)}`);
  for (const { layer, passed, failed, skipped, ...result } of results) {
    const counts = [
      `${passed} passed`,
      `${failed.length} failed`,
      ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
    ];
    console.log(`  ${layer.padEnd(10)} ${formatDuration(result.milliseconds).padStart(12)}   ${counts.join(', ')}`);
  }
  console.log(`  ${'in all'.padEnd(10)} ${formatDuration(inAll).padStart(12)}`);
  printTitles(
    'Skipped',
    results.map(({ layer, skipped }) => ({ layer, titles: skipped })),
  );
  printTitles(
    'Failed',
    results.map(({ layer, failed }) => ({ layer, titles: failed })),
  );
  const matrix = heldCells(results);
  if (matrix.held.length > 0) {
    console.log(`\nCells of the fault matrix held: ${matrix.held.length} of ${matrix.all}`);
  }
  const sum = (/** @type {(result: LayerResult) => number} */ count) =>
    results.reduce((total, result) => total + count(result), 0);
  const failed = sum((result) => result.failed.length);
  const skipped = sum((result) => result.skipped.length);
  const passed = sum((result) => result.passed);
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed;
}

/**
 * @param {string} heading
 * @param {readonly { layer: string, titles: readonly string[] }[]} groups
 */
function printTitles(heading, groups) {
  const lines = groups.flatMap(({ layer, titles }) => titles.map((title) => `  ${layer}: ${title}`));
  if (lines.length > 0) {
    console.log(`\n${heading}\n${lines.join('\n')}`);
  }
}
