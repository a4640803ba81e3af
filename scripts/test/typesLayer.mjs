import { existsSync, readdirSync } from 'node:fs';
import { inProject } from '../setup/paths.mjs';
import { programOf, runNode } from './process.mjs';
import { failure } from './results.mjs';

/**
 * Compiles test/types, the programs that use the public API as its users would. Each file counts as one test.
 * @returns {Promise<import('./results.mjs').MochaReport>}
 */
export async function runTypesLayer() {
  const files = filesOfTypesLayer();
  if (files.length === 0) {
    return failure('types: it has no file to compile');
  }
  const { exitCode, output } = await runNode(
    [programOf('typescript', 'tsc'), '--noEmit', '--pretty', 'false', '-p', 'test/types'],
    {
      quiet: true,
    },
  );
  if (exitCode === 0) {
    return { passed: files.length, failed: [], skipped: [] };
  }
  console.error(output);
  const failed = files.filter((file) => output.includes(`${file}(`)).map((file) => `${file} does not compile`);
  return failed.length === 0
    ? failure(`types: tsc ended with ${exitCode}`)
    : { passed: files.length - failed.length, failed, skipped: [] };
}

function filesOfTypesLayer() {
  const folder = inProject('test/types');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts')) : [];
}
