import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';
import { stagePackage } from './stage.mjs';

/** Bytes that the package may have. */
export const maximumSize = 400 * 1024;

/**
 * Builds and packs what is published.
 * @param {{ stage: string, packagePath: string }} options `stage` is a folder that is made anew
 * @returns {Promise<{ files: readonly string[], size: number }>} the names of the files in it, and its size in bytes
 * @throws Error when it is larger than {@link maximumSize}
 */
export async function packExtension({ stage, packagePath }) {
  await stagePackage(stage);
  await mkdir(dirname(packagePath), { recursive: true });
  const { repository } = JSON.parse(await readFile(join(stage, 'package.json'), 'utf8'));
  await createVSIX({
    cwd: stage,
    packagePath,
    dependencies: false,
    // To addresses in the repository; without one there are no such links left.
    rewriteRelativeLinks: repository !== undefined,
    allowMissingRepository: true,
  });
  const files = await listFiles({ cwd: stage, packageManager: PackageManager.None });
  const { size } = await stat(packagePath);
  if (size > maximumSize) {
    throw new Error(`The package has ${size} bytes; ${maximumSize} are allowed.`);
  }
  return { files: [...files].sort(), size };
}
