import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runNpm } from './command.mjs';
import { withLock } from './lock.mjs';
import { inProject } from './paths.mjs';
import { showProgress } from './progress.mjs';
import { dependOnRegistryOnly } from './registryOnly.mjs';

/**
 * The editors that the tests run in when no desktop build can be had: VS Code's own server, as it is packed inside the
 * npm package code-server, with the Node release that this server was made for.
 */
export const editors = /** @type {const} */ ({
  newest: { codeServer: '4.139.1', vscode: '1.139.1', node: '24' },
  oldest: { codeServer: '4.105.1', vscode: '1.105.1', node: '22' },
});

/** @typedef {keyof typeof editors} EditorName */

/**
 * Where the files of an editor's server are, installed or not.
 * @param {EditorName} name
 */
export function editorServer(name) {
  const folder = inProject(`.vscode-test/code-server-${editors[name].codeServer}`);
  const executable = process.platform === 'win32' ? 'node.exe' : 'bin/node';
  return {
    folder,
    main: join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
    node: join(folder, 'node_modules', nodePackage(), executable),
    version: editors[name].vscode,
  };
}

/**
 * Installs an editor's server unless it is there.
 *
 * It is built in a folder beside its own and renamed at the end, so that a half-installed editor is never used.
 * @param {EditorName} name
 */
export async function ensureEditor(name) {
  const { folder, version } = editorServer(name);
  if (existsSync(folder)) {
    return;
  }
  if (process.platform === 'win32') {
    throw new Error('VS Code’s server cannot be installed on Windows; set VSCODE_EXECUTABLE to a Code.exe.');
  }
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) {
      await showProgress(`Installing the editor (VS Code ${version}, about 600 MB)`, () => install(name, folder));
    }
  });
}

/**
 * @param {EditorName} name
 * @param {string} folder
 */
async function install(name, folder) {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  // Without a package.json of its own npm would install into the project's folder.
  await writeFile(join(partial, 'package.json'), '{ "private": true }\n');
  const { codeServer, node } = editors[name];
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await runNpm(['install', ...quietly, `code-server@${codeServer}`, `${nodePackage()}@${node}`], partial);
  const server = join(partial, 'node_modules/code-server/lib/vscode');
  await dependOnRegistryOnly(server);
  await runNpm(['install', '--omit=dev', ...quietly], server);
  // The native parts that the server cannot start without. Building all of them needs more than a compiler.
  const natives = ['@vscode/spdlog', 'node-pty', '@vscode/native-watchdog'];
  await runNpm(['rebuild', ...natives], server, { JOBS: 'max', ...localNodeHeaders() });
  await rename(partial, folder);
}

/** The npm package that holds the Node binary of this platform. */
function nodePackage() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform}-${process.arch}`;
}

/**
 * Lets node-gyp use the header files that came with the machine's Node instead of downloading some. The native parts use
 * Node-API, so those of any release will do.
 * @returns {NodeJS.ProcessEnv}
 */
function localNodeHeaders() {
  const prefix = resolve(dirname(process.execPath), '..');
  const known = process.env['npm_config_nodedir'] !== undefined;
  return !known && existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}
