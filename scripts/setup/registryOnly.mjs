import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a package's dependencies on git repositories dependencies on the same versions in the npm registry, so that the
 * registry is all that its installation needs.
 * @param {string} folder with a package.json and an npm-shrinkwrap.json
 */
export async function dependOnRegistryOnly(folder) {
  const manifestFile = join(folder, 'package.json');
  const lockFile = join(folder, 'npm-shrinkwrap.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
  const lock = JSON.parse(await readFile(lockFile, 'utf8'));
  for (const [name, range] of Object.entries(manifest.dependencies)) {
    if (String(range).includes('#')) {
      const path = `node_modules/${name}`;
      manifest.dependencies[name] = lock.packages[path].version;
      lock.packages[''].dependencies[name] = lock.packages[path].version;
      // npm then looks it up anew, with the ready-made binaries that the registry's package depends on.
      delete lock.packages[path];
    }
  }
  await writeFile(manifestFile, JSON.stringify(manifest, undefined, 2));
  await writeFile(lockFile, JSON.stringify(lock, undefined, 2));
}
