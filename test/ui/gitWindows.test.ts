import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import type { EditorOptions } from './editorProcesses.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { settingsOf } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

const plainUrl = 'https://dev.azure.com/contoso/Project%20One/_git/repo';

/** Windows in which git is to have less than usual, or gets it another way. */
describe('Git in unusual editor windows', function () {
  this.timeout(120_000);
  let azure: LocalAzure;
  let home: string;
  let folder: string;
  let editor: EditorWindow | undefined;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure?.[Symbol.asyncDispose]());

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'git-ui-'));
    folder = join(home, 'work');
    await mkdir(folder);
    await writeFile(join(home, 'gitconfig'), '[user]\n\tname = Ada Sample\n\temail = ada@contoso.com\n');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await editor?.screenshot(`failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}`);
    }
    await editor?.dispose();
    editor = undefined;
    await rm(home, { recursive: true, force: true });
  });

  const environment = () => ({ ...azure.environment, GIT_CONFIG_GLOBAL: join(home, 'gitconfig') });

  /** A git that takes no configuration from its environment, as before 2.31. */
  async function oldGit(): Promise<string> {
    const path = join(home, 'git');
    await writeFile(path, '#!/bin/sh\nunset GIT_CONFIG_COUNT\nexec git "$@"\n', { mode: 0o755 });
    return path;
  }

  async function open(settings: Record<string, unknown>, more: Partial<EditorOptions> = {}): Promise<EditorWindow> {
    editor = await openEditor({
      folder,
      env: environment(),
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings({ 'git.defaultCloneDirectory': folder, ...settings }),
      screenshotFolder: join(root, 'artifacts/git'),
      ...more,
    });
    return editor;
  }

  async function signIn(window: EditorWindow): Promise<void> {
    const page = await window.waitForNewPage(async () => {
      await window.runCommand('Azure Credentials: Sign In');
      await window.dialogButton('Open');
    });
    await page.getByRole('button', { name: /ada@contoso\.com/ }).click();
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
    await window.waitForNotification(/Signed in to Azure as ada@contoso\.com/);
  }

  async function given(window: EditorWindow): Promise<string[]> {
    const names = await readdir(join(window.dataFolder, 'temporary'), { recursive: true });
    return names.filter((name) => name.includes('azure-delegated')).map((name) => name.split('/').at(-1) ?? '');
  }

  /** A Git extension that was just turned on can drop the first request. */
  async function startClone(window: EditorWindow): Promise<true | undefined> {
    await window.runCommand('Git: Clone');
    await window.page.locator('.quick-input-box input[placeholder^="Provide repository URL"]').waitFor();
    await window.typeInput(plainUrl, { confirm: false });
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: plainUrl }).first().click();
    const folders = window.page.locator('.quick-input-widget:visible', { hasText: 'Choose a folder to clone' });
    return await folders.waitFor({ timeout: 10_000 }).then(
      () => true as const,
      () => window.page.keyboard.press('Escape').then(() => undefined),
    );
  }

  /** Clones with the palette, and waits until the Git extension offers to open what it cloned. */
  async function clone(window: EditorWindow): Promise<void> {
    await waitFor(() => startClone(window), { what: 'the Git extension to ask for a folder', timeout: 60_000 });
    await window.page.locator('.quick-input-action .monaco-button', { hasText: 'Select' }).click();
    await waitFor(
      () =>
        readdir(join(folder, 'repo')).then(
          (names) => names.includes('README.md') || undefined,
          () => undefined,
        ),
      {
        what: 'the clone',
        timeout: 30_000,
      },
    );
    await window.page.locator('.monaco-dialog-box', { hasText: 'Would you like to open' }).waitFor();
    await window.dialogButton('Cancel');
  }

  it('nothing is given in Restricted Mode, and everything once the folder is trusted', async () => {
    const window = await open({}, { workspaceTrust: true });
    await window.page.getByText('Restricted Mode', { exact: true }).waitFor();
    await signIn(window);
    assert.deepEqual(await given(window), []);
    await window.runCommand('Workspaces: Manage Workspace Trust');
    await window.page
      .locator('.workspace-trust-buttons-row .monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await waitFor(async () => ((await given(window)).includes('terminal.gitconfig') ? true : undefined), {
      what: 'the helper',
    });
  });

  it('terminals are given nothing when the setting says so, and git nothing when it is off', async () => {
    const window = await open({ 'azureCredentials.git.terminal': false });
    await signIn(window);
    await waitFor(async () => ((await given(window)).includes('editor.gitconfig') ? true : undefined), {
      what: 'the helper',
    });
    assert.ok(!(await given(window)).includes('terminal.gitconfig'));
    await window.openTerminal();
    await window.runInTerminal('echo "<$GIT_CONFIG_COUNT>"');
    await window.waitForTerminal(/^<>$/m);
    const file = join(window.dataFolder, 'user/Machine/settings.json');
    const settings = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...settings, 'azureCredentials.git.enabled': false }));
    await waitFor(
      async () => ((await given(window)).some((name) => /gitconfig|socket/.test(name)) ? undefined : true),
      {
        what: 'everything to be taken back',
      },
    );
  });

  it('a git that takes no configuration from its environment gets its token from the credentials provider', async () => {
    const window = await open({ 'git.path': await oldGit() });
    await signIn(window);
    await clone(window);
    assert.equal(await window.page.locator('.quick-input-widget:visible').count(), 0);
  });

  it('the credentials provider follows the Git extension when it is turned on, off and on again', async () => {
    const settings = { 'git.path': await oldGit() };
    const window = await open({ ...settings, 'git.enabled': false });
    await signIn(window);
    const set = settingsOf(window);
    for (const enabled of [true, false, true]) {
      await set(sampleSettings({ ...settings, 'git.defaultCloneDirectory': folder, 'git.enabled': enabled }));
      if (enabled) {
        await clone(window);
        await rm(join(folder, 'repo'), { recursive: true });
      } else {
        await waitFor(
          async () => ((await window.paletteEntries('Git: Clone')).includes('Git: Clone') ? undefined : true),
          {
            what: 'a palette without the Git extension',
          },
        );
      }
    }
    for (const log of await window.logs()) {
      const lines = (await readFile(log, 'utf8')).split('\n');
      const ours = log.includes('azure-delegated-credentials')
        ? lines
        : lines.filter((line) => /azure-deleg/.test(line));
      assert.deepEqual(
        ours.filter((line) => /\[(?:error|warning)\]/.test(line)),
        [],
        log,
      );
    }
  });

  it('after a crash of the extension host git is told so in a terminal, and gets its token when there is a new one', async () => {
    const window = await open({}, { env: { ...environment(), PS1: '$ ' } });
    await signIn(window);
    await waitFor(async () => (await given(window)).includes('terminal.gitconfig') || undefined, {
      what: 'the helper',
    });
    await window.openTerminal();
    const before = (await given(window)).sort();
    const host = await extensionHostOf(window);
    const ask = `timeout 30 git ls-remote -q ${plainUrl} HEAD`;
    // In one line: the editor starts another extension host at once.
    const crash = `${ask} >good 2>&1; kill -9 ${host}; ${ask} >bad 2>&1; echo "<$?>"; git config --list >own 2>&1; echo "<$?>"`;
    await window.runInTerminal(`clear; ${crash}`);
    const [, asked, own] = await window.waitForTerminal(/^<(\d+)>\n<(\d+)>$/m, { timeout: 60_000 });
    const output = (name: string) => readFile(join(folder, name), 'utf8');
    assert.match(await output('good'), /\tHEAD$/m);
    assert.equal(asked, '128');
    assert.match(
      await output('bad'),
      /^git-credential-azure-delegated: VS Code does not answer: open this folder in VS Code/m,
    );
    assert.doesNotMatch(await output('bad'), /Username|Password/);
    assert.equal(own, '0', await output('own'));

    await window.runInTerminal(`clear; until ${ask} >again 2>&1; do sleep 1; done; echo "<back>"`);
    await window.waitForTerminal(/^<back>$/m, { timeout: 60_000 });
    assert.notEqual(await extensionHostOf(window), host);
    assert.deepEqual((await given(window)).sort(), before);
  });

  it('the editor’s own account serves git only while the person lets this extension use it', async function () {
    if (process.env['EDITOR_FOR_TESTS'] === 'oldest') {
      this.skip();
    }
    const window = await open({ 'azureCredentials.clientId': '' });
    await window.runCommand('Azure Credentials: Sign In');
    await window.dialogButton('Allow');
    await window.dialogButton('Cancel');
    await window.waitForNotification(/Signing in to Microsoft/);
    await window.clickNotificationButton('Cancel');
    await window.waitForNotification(/try a different way\? \(device code\)/);
    await window.clickNotificationButton('Yes');
    const code = await waitFor(async () => /[A-Z0-9]{8,9}/.exec(await window.dialogText())?.[0], {
      what: 'a dialog with a device code',
    });
    await azure.control.approveDevice(code, 'ada@contoso.com');
    const page = await window.waitForNewPage(async () => {
      await window.dialogButton('Copy & Continue to Microsoft');
      await window.dialogButton('Open');
    });
    await page.close();
    await window.waitForNotification(/Signed in to Azure as ada@contoso\.com/);
    await window.openTerminal();
    await waitFor(async () => (await given(window)).includes('terminal.gitconfig') || undefined, {
      what: 'the helper',
    });
    await window.runInTerminal(`clear; git ls-remote -q ${plainUrl} HEAD | grep -c HEAD`);
    await window.waitForTerminal(/^1$/m);

    await window.runCommand('Accounts: Manage Trusted Extensions For Account');
    await window.page
      .locator('.quick-input-widget:visible .monaco-list-row', { hasText: /ada@contoso\.com.*Microsoft/ })
      .click();
    const row = window.page.locator('.quick-input-widget:visible .monaco-list-row', {
      hasText: 'Azure Delegated Credentials',
    });
    await row.click();
    await window.page.locator('.quick-input-widget:visible .monaco-button', { hasText: 'OK' }).click();
    await waitFor(async () => ((await given(window)).includes('terminal.gitconfig') ? undefined : true), {
      what: 'git to be left alone',
    });
    await window.runCommand('Azure Credentials: Sign In');
    await window.dialogButton('Allow');
    await window.pick('ada@contoso.com');
    await waitFor(async () => (await given(window)).includes('terminal.gitconfig') || undefined, {
      what: 'the helper',
    });
  });
});

/** The process of the window's extension host (Linux: found in /proc by the temporary folder that it was given). */
async function extensionHostOf(window: EditorWindow): Promise<string> {
  for (const pid of await readdir('/proc')) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    if ((await read('cmdline')).includes('type=extensionHost') && (await read('environ')).includes(window.dataFolder)) {
      return pid;
    }
  }
  throw new Error('The window has no extension host.');
}
