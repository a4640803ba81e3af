import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
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
  'package.nls.json',
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
  for (const path of copied) {
    await cp(inProject(path), join(folder, path), { recursive: true }).catch(unlessMissing);
  }
  await writeFile(join(folder, 'README.md'), await packagedReadme());
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

/** The editor shows no picture of a file beside the README, so that pictures are put into it. */
async function packagedReadme() {
  let text = await readFile(inProject('README.md'), 'utf8');
  for (const [link, path = ''] of text.matchAll(/\]\((docs\/images\/[\w.-]+\.png)\)/g)) {
    const picture = await readFile(inProject(path), 'base64');
    text = text.replace(link, `](data:image/png;base64,${picture})`);
  }
  return text;
}

/** @param {NodeJS.ErrnoException} error */
function unlessMissing(error) {
  if (error.code !== 'ENOENT') {
    throw error;
  }
}
