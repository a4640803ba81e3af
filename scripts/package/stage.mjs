import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProject, root } from '../setup/paths.mjs';
import { runNode } from '../test/process.mjs';
import { bundledPackages, noticesText } from './notices.mjs';

/** What is copied as it is; `.vscodeignore` decides which of it is published. */
const copied = [
  '.vscodeignore',
  'CHANGELOG.md',
  'LICENSE',
  'l10n',
  'media',
  'package.json',
  'src/api/azureCredentials.d.ts',
];

/**
 * Lays out what is published in a folder of its own, so that packing never touches the build that somebody works with.
 * @param {string} folder made anew
 * @throws Error when the build fails, or when the licence of a bundled package does not allow it
 */
export async function stagePackage(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const metafile = await buildBundle(join(folder, 'dist'), join(folder, 'bundle.json'));
  await writeFile(join(folder, 'ThirdPartyNotices.txt'), noticesText(await bundledPackages(metafile, root)));
  const translations = (await readdir(root)).filter((name) => /^package\.nls(\.[\w-]+)?\.json$/.test(name));
  for (const path of [...copied, ...translations]) {
    await cp(inProject(path), join(folder, path), { recursive: true }).catch(unlessMissing);
  }
  const readme = await readFile(inProject('README.md'), 'utf8');
  const { repository } = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
  await writeFile(join(folder, 'README.md'), repository === undefined ? withoutRelativeLinks(readme) : readme);
}

/**
 * Builds the bundle as it is published.
 * @param {string} outdir
 * @param {string} metafilePath
 * @returns {Promise<import('esbuild').Metafile>}
 */
export async function buildBundle(outdir, metafilePath) {
  const args = ['esbuild.mjs', '--production', '--outdir', outdir, '--metafile', metafilePath];
  const { exitCode, output } = await runNode(args, { quiet: true });
  if (exitCode !== 0) {
    throw new Error(`The build failed:\n${output}`);
  }
  return JSON.parse(await readFile(metafilePath, 'utf8'));
}

/**
 * The README for a package whose manifest names no repository. The editor shows pictures and follows links of a README under
 * public addresses only, so that others would be broken there: pictures go, and of links their text stays.
 * @param {string} text
 */
export function withoutRelativeLinks(text) {
  return text
    .replaceAll(/^!\[[^\]]*\]\((?!https?:)[^)]*\)\n+/gm, '')
    .replaceAll(/(?<!!)\[([^\]]+)\]\((?!https?:|#)[^)\s]*\)/g, '$1');
}

/** @param {NodeJS.ErrnoException} error */
function unlessMissing(error) {
  if (error.code !== 'ENOENT') {
    throw error;
  }
}
