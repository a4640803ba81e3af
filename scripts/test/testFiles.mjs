import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { inProject, root } from '../setup/paths.mjs';

/**
 * What a short run keeps of the layers that drive windows and programs: the main job, its bad inputs, that no secret is
 * left behind, the package, git and Azure's SDKs.
 */
const shortRun = new Set([
  'tour.test.ts',
  'badInput.test.ts',
  'leaks.test.ts',
  'package.test.ts',
  'azureIdentity.test.ts',
  'endpointAzd.test.ts',
  'git.test.ts',
]);

/**
 * The test files of a layer that drives windows or programs. A short run says what it leaves out.
 * @param {'ui' | 'clients'} layer
 * @param {{ short: boolean, matrix?: boolean }} options
 * @returns {string[]} relative to the project's folder
 */
export function windowFiles(layer, { short, matrix = false }) {
  const all = globSync(`test/${layer}/**/*.test.ts`, { cwd: root }).sort();
  if (matrix) {
    return all.filter((file) => readFileSync(inProject(file), 'utf8').includes('holdFaults('));
  }
  // Two layers have a git.test.ts; the one of the windows takes minutes.
  const kept = all.filter((file) => !short || (shortRun.has(basename(file)) && file !== 'test/ui/git.test.ts'));
  if (kept.length < all.length) {
    const left = all.filter((file) => !kept.includes(file)).map((file) => basename(file, '.test.ts'));
    console.log(`Short: without ${left.join(', ')}. \`npm test -- --all\` runs them too, as CI does.`);
  }
  return kept;
}

/** Those whose tests wait for seconds come first, so that the others run meanwhile. */
const longFolders = ['endpoint', 'entra', 'azure'];

/**
 * The folders of the unit tests, as globs.
 * @returns {string[]}
 */
export function unitFolders() {
  const folders = globSync('test/unit/*/', { cwd: root }).map((folder) => basename(folder));
  const others = folders.filter((folder) => !longFolders.includes(folder)).sort();
  return [...longFolders, ...others].map((folder) => `test/unit/${folder}/**/*.test.ts`);
}
