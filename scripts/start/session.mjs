import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { installExtension } from '../editor/installedExtension.mjs';
import { startEditorServer } from '../editor/server.mjs';
import { writeMachineSettings } from '../editor/settings.mjs';
import { inProject, root } from '../setup/paths.mjs';
import { openBrowserWindow } from './browserWindow.mjs';
import { openDesktop } from './desktop.mjs';
import { sampleSettings, startLocalAzure } from './localAzure.mjs';

/**
 * Runs the editor on the sample workspace, signed up with the local Azure, until it is closed or interrupted.
 * @param {{ desktop: boolean, browserWindow: boolean }} options
 */
export async function runSession({ desktop, browserWindow }) {
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, resolve);
    }
  });
  await using started = new AsyncDisposableStack();
  const azure = await startLocalAzure();
  started.defer(azure.stop);
  const open = desktop ? openOnDesktop : browserWindow ? openInBrowserWindow : openForAnyBrowser;
  const { text, ended } = await open(azure, started);
  console.log(`${text}\n\n${thingsToTry}\n\nCtrl-C ends it all.`);
  await Promise.race([interrupted, ended, azure.ended]);
  console.log('\nEnding …');
}

const folder = inProject('test/azure/workspace');

const thingsToTry = `Three things to try, from the command palette (F1):
  1. Azure Credentials: Sign In            choose ada@contoso.com on the page that opens
  2. Azure Credentials: Get Access Token   choose Azure Storage; the token is in the clipboard
  3. Terminal: Create New Terminal         run \`node list-blobs.mjs\` and paste the token`;

/**
 * @typedef {import('./localAzure.mjs').LocalAzureProcess} LocalAzureProcess
 * @typedef {{ text: string, ended: Promise<unknown> }} Opened
 */

/**
 * @param {LocalAzureProcess} azure
 * @param {AsyncDisposableStack} started
 * @returns {Promise<Opened>}
 */
async function openOnDesktop(azure, started) {
  const editor = await openDesktop({
    folder,
    dataFolder: inProject('.cache/start-desktop'),
    // The system's own browser would go to the real login.microsoftonline.com.
    settings: sampleSettings(azure),
    env: azure.environment,
  });
  started.defer(editor.stop);
  return { text: `VS Code is open on ${folder}.\n${certificateWarning(azure)}`, ended: editor.ended };
}

/**
 * @param {LocalAzureProcess} azure
 * @param {AsyncDisposableStack} started
 * @returns {Promise<Opened>}
 */
async function openInBrowserWindow(azure, started) {
  const { address, ended } = await startServer({ azure, settings: sampleSettings(), started });
  const window = openBrowserWindow({
    address,
    profile: inProject('.cache/start/browser'),
    proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
  });
  started.defer(window.stop);
  const text = `VS Code is open in a browser window of its own, where login.microsoftonline.com is the local one.\n\n  ${address}`;
  return { text, ended: Promise.race([ended, window.ended]) };
}

/**
 * @param {LocalAzureProcess} azure
 * @param {AsyncDisposableStack} started
 * @returns {Promise<Opened>}
 */
async function openForAnyBrowser(azure, started) {
  const { address, ended, port } = await startServer({ azure, settings: sampleSettings(azure), started });
  const authorityPort = new URL(azure.loopbackAuthority).port;
  const tunnel = `ssh -L ${port}:127.0.0.1:${port} -L ${authorityPort}:localhost:${authorityPort} ${hostname()}`;
  const text = `VS Code is ready. Open it in any browser of this machine:

  ${address}

From another machine, first open a tunnel there, and use the same address:

  ${tunnel}

${certificateWarning(azure)}
Through a tunnel the page after the sign-in cannot be shown; copy its address into the editor, which asks for it.`;
  return { text, ended };
}

/** @param {LocalAzureProcess} azure */
function certificateWarning({ loopbackAuthority }) {
  return `The sample tenant signs in at ${loopbackAuthority}. The browser warns of its certificate once: go on to it.`;
}

/**
 * @param {{ azure: LocalAzureProcess, settings: Record<string, unknown>, started: AsyncDisposableStack }} options
 */
async function startServer({ azure, settings, started }) {
  const dataFolder = inProject('.cache/start');
  await writeMachineSettings(join(dataFolder, 'user'), settings);
  await installExtension(join(dataFolder, 'extensions'), root);
  // Without a token every user of this machine could open the editor, and with it a terminal.
  const connectionToken = randomBytes(16).toString('hex');
  const server = await onSamePort(dataFolder, (port) =>
    startEditorServer({
      dataFolder,
      port,
      connectionToken,
      httpsPort: Number(new URL(azure.loopbackAuthority).port),
      env: azure.environment,
    }),
  );
  started.defer(server.stop);
  // A short address: the server drops most of a longer one when it has seen the token.
  const query = new URLSearchParams({ tkn: connectionToken, folder });
  const address = `http://${server.authority}/?${query}`;
  return { address, port: server.port, ended: server.ended };
}

/**
 * Starts a server on the port of the last time, if that is free, because a browser keeps what an editor stored by its
 * address.
 * @param {string} dataFolder
 * @param {(port: number) => Promise<import('../editor/server.mjs').EditorServer>} start
 */
async function onSamePort(dataFolder, start) {
  await mkdir(dataFolder, { recursive: true });
  const file = join(dataFolder, 'port');
  const lastPort = Number(await readFile(file, 'utf8').catch(() => '0'));
  const server = await start(lastPort).catch(() => start(0));
  await writeFile(file, String(server.port));
  return server;
}
