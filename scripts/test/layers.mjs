import { existsSync } from 'node:fs';
import { inProject } from '../setup/paths.mjs';
import { runChecks } from './checkLayer.mjs';
import { runEditorLayer } from './editorLayer.mjs';
import { heldCells } from './heldCells.mjs';
import { runMochaLayer, runSideBySide } from './mochaLayer.mjs';
import { buildExtension } from './process.mjs';
import { failure, printSummary } from './results.mjs';
import { unitFolders, windowFiles } from './testFiles.mjs';
import { runTypesLayer } from './typesLayer.mjs';

/**
 * Runs layers of tests and prints the sum of their results as the last line.
 *
 * The checks run beside the unit tests. The other layers come one after the other: each of them drives an editor or
 * programs that would slow each other down on two cores.
 * @param {readonly string[]} layers
 * @param {number} startedAt when the script was started, set-up included: milliseconds since the epoch
 * @param {import('./mochaLayer.mjs').LayerOptions} options
 * @returns {Promise<number>} the exit code
 */
export async function runLayers(layers, startedAt, options) {
  const setUp = Date.now() - startedAt;
  const chosen = layers.filter((layer) => layer !== 'types' || existsSync(inProject('test/types')));
  const run = (/** @type {string} */ layer) => runLayer(layer, options);
  const among = (/** @type {readonly string[]} */ names) => names.filter((name) => chosen.includes(name));
  const [checks, unit] = await Promise.all([
    // The faults wait more than they compute.
    oneAfterTheOther(among(['check', 'types', 'faults']), run),
    oneAfterTheOther(among(['unit', 'hostile', 'soak']), run),
  ]);
  const slow = among(['editor', 'ui', 'clients']);
  const built = slow.length === 0 || (await buildExtension());
  const rest = built ? await oneAfterTheOther(slow, run) : [{ layer: 'build', milliseconds: 0, ...failure('build') }];
  const results = [...checks, ...unit, ...rest];
  const failed = printSummary({ results, setUp, inAll: Date.now() - startedAt });
  const isWhole = !options.short && options.grep === undefined && ['faults', 'ui'].every((one) => layers.includes(one));
  const missing = isWhole ? heldCells(results).missing : [];
  if (missing.length > 0) {
    console.log(`Promises that no test held:\n${missing.map((title) => `  ${title}`).join('\n')}`);
  }
  return failed + missing.length > 0 ? 1 : 0;
}

/**
 * @param {readonly string[]} layers
 * @param {(layer: string) => Promise<import('./results.mjs').LayerResult>} run
 */
async function oneAfterTheOther(layers, run) {
  const results = [];
  for (const layer of layers) {
    results.push(await run(layer));
  }
  return results;
}

/**
 * @param {string} layer
 * @param {import('./mochaLayer.mjs').LayerOptions} options
 * @returns {Promise<import('./results.mjs').LayerResult>}
 */
async function runLayer(layer, options) {
  const start = Date.now();
  console.log(`\n== ${layer} ==`);
  const report = await testsOf(layer, options).catch((error) => {
    console.error(error);
    return failure(`${layer}: it could not run`);
  });
  return { layer, milliseconds: Date.now() - start, ...report };
}

/**
 * @param {string} layer
 * @param {import('./mochaLayer.mjs').LayerOptions} options
 */
function testsOf(layer, options) {
  switch (layer) {
    case 'check':
      return runChecks();
    case 'types':
      return runTypesLayer();
    case 'faults':
      return runSideBySide({ layer, files: ['test/faults/faults.test.ts'], options, sideBySide: 1 });
    case 'editor':
      return runEditorLayer(options);
    case 'ui':
    case 'clients':
      return runSideBySide({ layer, files: windowFiles(layer, options), options, sideBySide: 2 });
    case 'unit':
      return runSideBySide({ layer, files: unitFolders(), options, sideBySide: 3 });
    default:
      return runMochaLayer({ layer, files: `test/${layer}/**/*.test.ts`, options, retries: 1 });
  }
}
