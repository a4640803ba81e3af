import { inProject } from '../setup/paths.mjs';
import { runNode } from '../test/process.mjs';

/** @typedef {import('../../bench/figure.ts').Figure} Figure */

/** What is measured together, in the order of the table; each in a process of its own. */
export const programs = [
  'warmToken',
  'editor',
  'coldToken',
  'parallel',
  'singleFlight',
  'gitFill',
  'endpoint',
  'package',
  'scale',
];

/** The keys of `artifacts/bench.json`, and the fields of each. */
export const fieldsByKey = Object.freeze({
  warmToken: ['ours_us', 'msal_us', 'ratio'],
  warmSession: ['ours_us', 'builtin_us', 'ratio'],
  coldToken: ['ours_ms', 'bare_ms', 'ratio'],
  parallel: ['n', 'wall_ms', 'single_ms', 'ratio'],
  singleFlight: ['callers', 'requests'],
  gitFill: ['ours_ms', 'native_ms', 'node_ms', 'ratio'],
  endpoint: ['ours_rps', 'bare_rps', 'ratio', 'p99_ms'],
  activation: ['ours_ms', 'builtin_ms', 'ratio', 'msalLoaded'],
  package: ['vsix_kb', 'entry_kb'],
  scale: ['small_ns', 'large_ns', 'ratio'],
  memory: ['idle_mb', 'loaded_mb'],
});

/**
 * Runs one program of bench/figure.bench.ts.
 * @param {string} name
 * @param {{ environment: Record<string, string>, controlUrl: string }} azure a local Azure in another process
 * @param {number | undefined} rounds its own number when absent
 * @returns {Promise<readonly Figure[]>}
 * @throws Error with what it printed when it failed
 */
export async function measureIn(name, { environment, controlUrl }, rounds) {
  const args = [inProject('bench/figure.bench.ts'), name, ...(rounds === undefined ? [] : [String(rounds)])];
  const env = { ...environment, AZURE_CONTROL: controlUrl };
  const { exitCode, output } = await runNode(args, { quiet: true, env });
  if (exitCode !== 0) {
    throw new Error(`${name} ended with ${exitCode}:\n${output}`);
  }
  const figures = output.split('\n').findLast((line) => line.startsWith('[{"key":'));
  if (figures === undefined) {
    throw new Error(`${name} printed no figure:\n${output}`);
  }
  return JSON.parse(figures);
}

/**
 * What is wrong with the figures as a whole: a key or a field that is missing, is not known, or is no figure.
 * @param {Readonly<Record<string, Readonly<Record<string, unknown>>>>} figures
 * @returns {readonly string[]}
 */
export function mistakesIn(figures) {
  const expected = Object.entries(fieldsByKey);
  const missing = expected.filter(([key]) => figures[key] === undefined).map(([key]) => `${key} is missing`);
  const wrong = Object.entries(figures).flatMap(([key, fields]) => {
    const names = expected.find(([known]) => known === key)?.[1] ?? [];
    const isWhole = JSON.stringify(Object.keys(fields)) === JSON.stringify(names);
    const areFigures = Object.values(fields).every((value) => typeof value === 'boolean' || Number.isFinite(value));
    return isWhole && areFigures ? [] : [`${key} is ${JSON.stringify(fields)}`];
  });
  return [...missing, ...wrong];
}
