#!/usr/bin/env node
// Takes VS Code's command line and runs extension tests in VS Code's own server, with a headless Chromium for its window.
// So whatever starts a desktop VS Code for tests (`runTests` of @vscode/test-electron) can start this instead, where no
// desktop build can be had. EDITOR_FOR_TESTS=oldest chooses the oldest VS Code that the extension supports.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { continueOnProjectNode } from '../setup/node.mjs';
import { editorAddress } from './address.mjs';
import { browserExecutable, chromiumArguments } from './chromium.mjs';
import { parseCommandLine } from './commandLine.mjs';
import { startEditorServer } from './server.mjs';
import { writeMachineSettings } from './settings.mjs';

await continueOnProjectNode();
const commandLine = parseCommandLine(process.argv.slice(2));
for (const name of commandLine.unknown) {
  console.error(`Warning: '${name}' is not an option that this launcher knows.`);
}
if (commandLine.extensionTestsPath === undefined) {
  console.error('This launcher runs tests only: --extensionTestsPath is missing. To use the editor, run `npm start`.');
  process.exit(2);
}
process.exitCode = await runTests(commandLine);

/**
 * @param {import('./commandLine.mjs').CommandLine} commandLine
 * @returns {Promise<number>} the exit code of the tests
 */
async function runTests(commandLine) {
  const scratch = await mkdtemp(join(tmpdir(), 'editor-'));
  const mark = `${randomUUID()} `;
  const userDataDir = commandLine.userDataDir ?? join(scratch, 'user');
  await giveSettings(userDataDir);
  const server = await startEditorServer({
    driven: true,
    dataFolder: scratch,
    userDataDir,
    editor: process.env['EDITOR_FOR_TESTS'] === 'oldest' ? 'oldest' : 'newest',
    workspaceTrust: commandLine.workspaceTrust,
    args: commandLine.serverArguments,
    env: { TEST_CONSOLE_MARK: mark },
    ...(commandLine.extensionsDir === undefined ? {} : { extensionsDir: commandLine.extensionsDir }),
  });
  const browser = await chromium.launch({ executablePath: browserExecutable(), args: chromiumArguments() });
  const interrupted = new Promise((resolve) => {
    process.once('SIGINT', () => resolve(130));
    process.once('SIGTERM', () => resolve(143));
  });
  try {
    const outcome = await Promise.race([
      exitCodeOfTests(await browser.newPage(), addressOf(commandLine, server.authority), mark),
      server.ended.then(() => /** @type {const} */ ('server ended')),
      interrupted,
    ]);
    if (outcome !== 'server ended') {
      return outcome;
    }
    console.error(`VS Code’s server ended by itself:\n${server.output()}`);
    return 1;
  } finally {
    await browser.close();
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {import('./commandLine.mjs').CommandLine} commandLine
 * @param {string} authority
 */
function addressOf({ workspace, extensionDevelopmentPaths, extensionTestsPath }, authority) {
  const isFile = workspace?.endsWith('.code-workspace') ?? false;
  return editorAddress({
    authority,
    extensionDevelopmentPaths,
    extensionTestsPath,
    ...(isFile ? { workspaceFile: workspace } : { folder: workspace }),
  });
}

/**
 * Opens the window and waits for VS Code to report that the tests' `run()` has settled.
 * @param {import('playwright-core').Page} page
 * @param {string} address
 * @param {string} mark what every line of the tests begins with
 * @returns {Promise<number>}
 */
async function exitCodeOfTests(page, address, mark) {
  /** @type {PromiseWithResolvers<number>} */
  const { promise, resolve } = Promise.withResolvers();
  page.on('crash', () => {
    console.error('The editor’s window crashed.');
    resolve(1);
  });
  await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => resolve(code));
  /** @type {string[]} */
  const errors = [];
  await page.exposeFunction('codeAutomationLog', logPrinter({ mark, errors }));
  await page.goto(address);
  const code = await promise;
  if (code !== 0 && errors.length > 0) {
    console.error(`The editor logged these errors:\n${errors.join('\n')}`);
  }
  return code;
}

/**
 * Prints what the tests wrote to the console of the extension host. What the window logs about itself arrives by the same
 * way; of that the errors are kept, to be shown when a run fails.
 * @param {{ mark: string, errors: string[] }} output
 */
function logPrinter({ mark, errors }) {
  return (/** @type {string} */ type, /** @type {unknown[]} */ args) => {
    const text = format(...args);
    if (text.startsWith(mark)) {
      console.log(text.slice(mark.length));
    } else if (type === 'error') {
      errors.push(text);
    }
  };
}

/**
 * A window in a browser keeps its user settings in the browser. So the settings that a desktop VS Code would find in its
 * user data are given to this one as the machine's, after some that keep the window quiet.
 * @param {string} userDataDir
 */
async function giveSettings(userDataDir) {
  const userSettings = join(userDataDir, 'User/settings.json');
  if (existsSync(userSettings)) {
    await mkdir(join(userDataDir, 'Machine'), { recursive: true });
    await copyFile(userSettings, join(userDataDir, 'Machine/settings.json'));
  } else {
    await writeMachineSettings(userDataDir, {});
  }
}
