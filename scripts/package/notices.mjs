import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Licences that ask for no more than that their text comes along (SPDX identifiers). */
const permissive = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT']);

/**
 * @typedef {object} BundledPackage
 * @property {string} name
 * @property {string} version
 * @property {string} license SPDX identifier
 * @property {string} text the package's own licence file
 */

/**
 * The packages of which something is in the bundle, by name.
 * @param {import('esbuild').Metafile} metafile
 * @param {string} root the folder that the paths in it are relative to
 * @returns {Promise<readonly BundledPackage[]>}
 * @throws Error for a package without a licence file, or whose licence is not known to be permissive
 */
export async function bundledPackages(metafile, root) {
  /** @type {Set<string>} */
  const folders = new Set();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined && bytesInOutput > 0) {
        folders.add(folder);
      }
    }
  }
  const packages = await Promise.all([...folders].map((folder) => readPackage(join(root, folder))));
  return packages.sort((one, other) => compare(one.name, other.name) || compare(one.version, other.version));
}

/**
 * The text that is shipped with the bundle.
 * @param {readonly BundledPackage[]} packages
 */
export function noticesText(packages) {
  const parts = packages.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`);
  const head = 'This extension contains parts of the packages below, under the licences that follow each name.\n';
  return [head, ...parts].join(`\n${'-'.repeat(78)}\n\n`);
}

/**
 * @param {string} folder
 * @returns {Promise<BundledPackage>}
 */
async function readPackage(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (!permissive.has(license)) {
    throw new Error(`${name} ${version} is in the bundle, and its licence (${license}) is not known to be permissive.`);
  }
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
  if (file === undefined) {
    throw new Error(`${name} ${version} is in the bundle, and has no licence file.`);
  }
  const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim();
  return { name, version, license, text };
}

/**
 * @param {string} one
 * @param {string} other
 */
function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
