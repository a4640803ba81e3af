import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { editorServer } from '../setup/editor.mjs';

/**
 * @typedef {object} ServerOptions
 * @property {string} dataFolder below it: `server`, `user` (also the machine's settings) and `temporary`
 * @property {string} [userDataDir] instead of `user` below the data folder
 * @property {string} [extensionsDir] instead of `extensions` below the data folder
 * @property {import('../setup/editor.mjs').EditorName} [editor] default `newest`
 * @property {number} [port] a free one by default
 * @property {number} [httpsPort] a port of this machine where https is spoken; links to others are taken for http
 * @property {string} [connectionToken] what a browser must show; none by default
 * @property {boolean} [workspaceTrust] whether the editor asks if a folder is trusted; by default everything is
 * @property {boolean} [driven] with VS Code's driver for smoke tests, without which recent builds ignore
 *   extensionDevelopmentPath and extensionTestsPath, and with which they show no notifications
 * @property {NodeJS.ProcessEnv} [env] added to this process's environment
 * @property {readonly string[]} [args] more arguments for VS Code's server
 */

/**
 * @typedef {object} EditorServer
 * @property {string} authority `127.0.0.1:port`, the name of this machine in the editor's remote addresses
 * @property {number} port
 * @property {() => string} output what it printed so far
 * @property {Promise<number | null>} ended its exit code
 * @property {() => Promise<void>} stop ends it and everything that it started
 */

/**
 * Starts VS Code's own server, which serves the editor to a browser, and waits until it listens.
 * @param {ServerOptions} options
 * @returns {Promise<EditorServer>}
 */
export async function startEditorServer(options) {
  const { main, node } = editorServer(options.editor ?? 'newest');
  const temporary = join(options.dataFolder, 'temporary');
  await mkdir(temporary, { recursive: true });
  const hostRoutes = new URL('./hostRoutes.mjs', import.meta.url).href;
  const systemAuthority = new URL('./systemAuthority.mjs', import.meta.url).href;
  const child = spawn(node, ['--import', hostRoutes, main, ...serverArguments(options)], {
    env: {
      ...inheritedEnvironment(),
      // Sockets and temporary files then end with the data folder.
      TMPDIR: temporary,
      EDITOR_KEY_FILE: join(options.dataFolder, 'secret-key'),
      EDITOR_HTTPS_PORT: String(options.httpsPort ?? ''),
      ...(options.editor === 'oldest' ? { NODE_OPTIONS: `--import=${systemAuthority}` } : {}),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that ending it also ends the extension host and whatever that started.
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  const stop = () => stopGroup(child);
  const stopAtExit = () => signalGroup(child, 'SIGKILL');
  process.once('exit', stopAtExit);
  child.once('close', () => process.removeListener('exit', stopAtExit));
  try {
    const port = await listeningPort(child, () => output);
    return { authority: `127.0.0.1:${port}`, port, output: () => output, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param {ServerOptions} options */
function serverArguments(options) {
  const { dataFolder, connectionToken } = options;
  return [
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
    ...(connectionToken === undefined ? ['--without-connection-token'] : ['--connection-token', connectionToken]),
    '--accept-server-license-terms',
    ...['--server-data-dir', join(dataFolder, 'server')],
    ...['--user-data-dir', options.userDataDir ?? join(dataFolder, 'user')],
    ...['--extensions-dir', options.extensionsDir ?? join(dataFolder, 'extensions')],
    ...['--telemetry-level', 'off'],
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...(options.driven ? ['--enable-smoke-test-driver'] : []),
    ...(options.args ?? []),
  ];
}

/** The environment without what an editor's own terminal or debugger added, which would confuse another editor. */
function inheritedEnvironment() {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) {
    if (/^(VSCODE_(?!EXECUTABLE)|ELECTRON_|NODE_OPTIONS$|NODE_INSPECT)/.test(name)) {
      delete environment[name];
    }
  }
  return environment;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => string} output
 * @returns {Promise<number>}
 */
function listeningPort(child, output) {
  return new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ reason) =>
      reject(new Error(`VS Code’s server did not start (${reason}):\n${output()}`));
    const timeout = setTimeout(() => fail('nothing after 60 s'), 60_000);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? code}`));
    child.stdout?.on('data', () => {
      const port = /agent listening on (\d+)/.exec(output())?.[1];
      if (port !== undefined) {
        clearTimeout(timeout);
        resolve(Number(port));
      }
    });
  });
}

/** @param {import('node:child_process').ChildProcess} child */
async function stopGroup(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    signalGroup(child, 'SIGTERM');
    const impatient = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000);
    await exited;
    clearTimeout(impatient);
  }
  // What outlived the server itself.
  signalGroup(child, 'SIGKILL');
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  try {
    if (child.pid !== undefined) {
      process.kill(-child.pid, signal);
    }
  } catch {
    // Nothing of the group is left.
  }
}
