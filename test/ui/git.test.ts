import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { shortHash } from '../azure/requests.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { waitFor } from './waitFor.ts';

const contosoUrl = 'https://contoso@dev.azure.com/contoso/Project%20One/_git/repo';
const fabrikamUrl = 'https://fabrikam@dev.azure.com/fabrikam/Fiber/_git/second';
const contoso = '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01';
const fabrikam = 'c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e02';
/** Before it has a password, git sends the user name of the address alone. */
const nameOnly = ['contoso:', 'fabrikam:'].map((text) => shortHash(Buffer.from(text).toString('base64')));

/** A person works with repositories of two organizations, in the Source Control view and in a terminal. */
describe('Azure DevOps repositories in an editor window', function () {
  this.timeout(90_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let home: string;
  let folder: string;

  before(async function () {
    this.timeout(120_000);
    home = await mkdtemp(join(tmpdir(), 'git-ui-'));
    folder = join(home, 'work');
    await mkdir(folder);
    await writeFile(
      join(home, 'own-helper'),
      '#!/bin/sh\n[ "$1" = get ] && echo username=own && echo password=own-password\nexit 0\n',
      {
        mode: 0o755,
      },
    );
    await writeFile(
      join(home, 'gitconfig'),
      `[user]\n\tname = Ada Sample\n\temail = ada@contoso.com\n[credential]\n\thelper = !${home}/own-helper\n`,
    );
    azure = await startLocalAzure({ storage: false });
    editor = await openEditor({
      folder,
      env: { ...azure.environment, GIT_CONFIG_GLOBAL: join(home, 'gitconfig'), PS1: '$ ' },
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings({
        'azureCredentials.tenantId': 'organizations',
        'git.enableSmartCommit': true,
        'git.defaultCloneDirectory': folder,
        'git.confirmSync': false,
      }),
      screenshotFolder: join(root, 'artifacts/git'),
    });
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      const name = `failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
      await editor?.screenshot(name.slice(0, 80));
    }
  });

  async function signIn(username: string, press: () => Promise<void>): Promise<void> {
    const page = await editor.waitForNewPage(async () => {
      await press();
      await editor.dialogButton('Open');
    });
    await page.getByRole('button', { name: new RegExp(username.replace('.', '\\.')) }).click();
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
    await editor.waitForNotification(new RegExp(`Signed in to Azure as ${username}`));
  }

  /** Nobody is asked for a user name or a password. */
  async function assertNoInput(): Promise<void> {
    assert.equal(await editor.page.locator('.quick-input-widget:visible').count(), 0);
  }

  async function clone(url: string, name: string): Promise<void> {
    await editor.runCommand('Git: Clone');
    await editor.page.locator('.quick-input-box input[placeholder^="Provide repository URL"]').waitFor();
    await editor.typeInput(url, { confirm: false });
    await editor.page.locator('.quick-input-list .monaco-list-row', { hasText: url }).first().click();
    await editor.page.locator('.quick-input-widget:visible', { hasText: 'Choose a folder to clone' }).waitFor();
    await editor.page.locator('.quick-input-action .monaco-button', { hasText: 'Select' }).click();
    await waitFor(
      () =>
        readdir(join(folder, name)).then(
          (names) => (names.includes('README.md') ? true : undefined),
          () => undefined,
        ),
      {
        what: `the clone ${name}`,
        timeout: 30_000,
      },
    );
    await editor.page.locator('.monaco-dialog-box', { hasText: 'Would you like to open' }).waitFor();
    await editor.dialogButton('Cancel');
    await assertNoInput();
  }

  /** In a window that has just been opened the extension starts last. */
  async function helperIsOn(): Promise<void> {
    const temporary = join(editor.dataFolder, 'temporary');
    await waitFor(
      async () => (await readdir(temporary, { recursive: true })).find((name) => name.endsWith('editor.gitconfig')),
      { what: 'the helper' },
    );
  }

  /** The status bar names the branch once the Git extension has found the repositories again. */
  async function repositoriesAreOpen(): Promise<void> {
    const branch = editor.page.locator('.statusbar-item[id^="status.scm"]', { hasText: /main/ });
    await branch.first().waitFor({ timeout: 60_000 });
  }

  let marks = 0;
  /** Runs a line in the terminal and waits for its end. */
  async function inTerminal(line: string, timeout = 30_000): Promise<string> {
    const mark = `end-${++marks}`;
    await editor.runInTerminal(`clear; ${line}; echo "$?:${mark.replace('-', '""-')}"`);
    const [, code] = await editor.waitForTerminal(new RegExp(`^(\\d+):${mark}$`, 'm'), { timeout });
    const text = await editor.terminalText();
    assert.equal(code, '0', text);
    return text;
  }

  it('git sees its own helpers while nobody is signed in', async () => {
    await editor.openTerminal();
    const text = await inTerminal('echo url=https://dev.azure.com/contoso/x | git credential fill');
    assert.match(text, /password=own-password/);
  });

  it('after a sign-in, also in the terminal that was open', async () => {
    await signIn('ada@contoso.com', () => editor.runCommand('Azure Credentials: Sign In'));
    await signIn('finn@fabrikam.com', () => editor.runCommand('Azure Credentials: Sign In'));
    await inTerminal(`git ls-remote -q ${contosoUrl} HEAD | grep -q HEAD`);
  });

  it('Git: Clone takes the address that Azure DevOps hands out and asks for nothing', async () => {
    await clone(contosoUrl, 'repo');
  });

  it('a commit is pushed from the Source Control view', async () => {
    await editor.page.keyboard.press('Control+P');
    await editor.typeInput('README.md', { confirm: false });
    await editor.pick('README.md');
    await editor.page.locator('.tab.active', { hasText: 'README.md' }).waitFor();
    await editor.page.locator('.monaco-editor.focused').waitFor();
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.type('Hello');
    await editor.page.keyboard.press('Control+S');
    await editor.runCommand('Source Control: Focus on Changes View');
    const input = editor.page.locator('.scm-editor').first();
    await editor.page.locator('.scm-view .monaco-list-row', { hasText: 'README.md' }).waitFor();
    await input.click();
    await editor.page.keyboard.type('Say hello');
    await editor.page.keyboard.press('Control+Enter');
    await editor.page.locator('.scm-view', { hasText: 'Sync Changes' }).waitFor();
    await azure.control.clearRequests();
    await editor.runCommand('Git: Push');
    const pushed = await waitFor(
      async () => (await azure.control.requests({ path: 'git-receive-pack', status: 200, method: 'POST' }))[0],
      { what: 'the push', timeout: 30_000 },
    );
    assert.equal(pushed.user, 'ada@contoso.com');
    await assertNoInput();
    await editor.screenshot('pushed');
  });

  it('and pulled in a terminal', async () => {
    await inTerminal(
      `git clone -q ${contosoUrl} other && git -C other pull -q && grep -q Hello other/README.md && rm -rf other`,
    );
  });

  it('a second organization is cloned with the other account', async () => {
    await clone(fabrikamUrl, 'second');
    const requests = await azure.control.requests({ path: '/fabrikam/Fiber/_git/second/git-upload-pack' });
    assert.deepEqual([...new Set(requests.map(({ user }) => user))], ['finn@fabrikam.com']);
  });

  it('both fetch at the same time, 50 rounds, and no token is ever swapped', async function () {
    this.timeout(240_000);
    await azure.control.clearRequests();
    const rounds = 'for i in $(seq 50); do git -C repo fetch -q & git -C second fetch -q & wait; done 2>/dev/null';
    const running = inTerminal(rounds, 200_000);
    await running;
    const requests = await azure.control.requests({ host: 'dev.azure.com' });
    const known = requests.filter(({ authorization }) => authorization && !nameOnly.includes(authorization.hash));
    assert.ok(known.length >= 100, `${known.length} requests`);
    for (const { path, status, tenant, user } of known) {
      const expected = path.startsWith('/contoso/') ? [contoso, 'ada@contoso.com'] : [fabrikam, 'finn@fabrikam.com'];
      assert.deepEqual([status, tenant, user], [200, ...expected]);
    }
  });

  it('a terminal that outlives a reload keeps working', async () => {
    await editor.reload();
    await editor.waitForTerminal(/\S/);
    await inTerminal(`git ls-remote -q ${contosoUrl} HEAD | grep -q HEAD`);
  });

  it('a session that was revoked leads to a notification with Sign In, not to a password box', async () => {
    await azure.control.revokeSessions('ada@contoso.com');
    await editor.reload();
    await helperIsOn();
    await repositoriesAreOpen();
    await editor.runCommand('Git: Pull');
    const dialog = editor.page.locator('.monaco-dialog-box');
    await waitFor(
      async () => {
        // The list is gone when Git was quicker.
        const entry = editor.page
          .locator('.quick-input-list .monaco-list-row:visible', { hasText: /^\s*repo/ })
          .first();
        await entry.click({ timeout: 1_000 }).catch(() => undefined);
        return (await dialog.count()) > 0 ? true : undefined;
      },
      { what: 'the Git extension to say that it failed', timeout: 30_000 },
    );
    assert.match(await editor.dialogText(), /git-credential-azure-delegated: .*Sign In/);
    await editor.dialogButton('Cancel');
    await editor.waitForNotification(/Git cannot get into contoso/);
    await assertNoInput();
    await editor.screenshot('not-signed-in');
    await signIn('ada@contoso.com', () => editor.clickNotificationButton('Sign In'));
    await inTerminal('git -C repo pull -q');
  });

  it('Diagnose Git shows every step and finds nothing wrong', async () => {
    await editor.runCommand('Azure Credentials: Diagnose Git');
    await editor.page.locator('.quick-input-title', { hasText: 'Remote to diagnose' }).waitFor();
    await editor.pick('repo: origin');
    await editor.page.locator('.quick-input-title', { hasText: 'Git and https' }).waitFor();
    await editor.screenshot('diagnosis');
    const entries = await editor.quickPickEntries();
    const found = entries.map(({ label, detail }) => `${label}: ${detail}`).join('\n');
    assert.equal((await editor.inputText()).placeholder, 'No problem found', found);
    for (const expected of [
      /Address: https:\/\/dev\.azure\.com\/contoso/,
      /Credential helper: On for the Source Control view and for terminals/,
      /Organization: contoso/,
      new RegExp(`Tenant: ${contoso}`),
      /Account: ada@contoso\.com \(at home in the organization’s tenant\)/,
      /Token: For Azure DevOps .* until /,
      /Server: It lets ada@contoso\.com read the repository/,
    ]) {
      assert.match(found, expected);
    }
    assert.doesNotMatch(found, /eyJ/);
    await editor.page.keyboard.press('Escape');
  });

  it('Diagnose Git changes an ssh address to its https form', async () => {
    await inTerminal('git -C second remote set-url origin git@ssh.dev.azure.com:v3/fabrikam/Fiber/second');
    const entry = editor.page.locator('.quick-input-list .monaco-list-row', { hasText: 'git@ssh.dev.azure.com' });
    await waitFor(
      async () => {
        await editor.runCommand('Azure Credentials: Diagnose Git');
        await editor.page.locator('.quick-input-title', { hasText: 'Remote to diagnose' }).waitFor();
        if ((await entry.count()) > 0) {
          return true;
        }
        await editor.page.keyboard.press('Escape');
        return undefined;
      },
      { what: 'the new address in the Git extension', timeout: 30_000 },
    );
    await entry.click();
    const problem = editor.page.locator('.quick-input-list .monaco-list-row', { hasText: 'This is an ssh address' });
    await problem.waitFor();
    await editor.screenshot('diagnosis-ssh');
    // By its words: a hover that comes up lies above the list.
    await editor.typeInput('This is an ssh address');
    await editor.waitForNotification(
      /The address of origin is now https:\/\/dev\.azure\.com\/fabrikam\/Fiber\/_git\/second/,
    );
    await inTerminal('git -C second fetch -q');
  });

  it('an organization that is bound to another account is used with that one', async () => {
    await azure.control.clearRequests();
    await editor.runCommand('Azure Credentials: Bind Azure DevOps Organization to Account');
    await editor.page.locator('.quick-input-box input[placeholder="Organization"]').waitFor();
    await editor.pick('fabrikam');
    await editor.page.locator('.quick-input-title', { hasText: 'Account for fabrikam' }).waitFor();
    await editor.pick('ada@contoso.com');
    await editor.page.locator('.quick-input-title', { hasText: 'Where to use' }).waitFor();
    await editor.pick('For this workspace');
    await editor.waitForNotification(/Git now uses ada@contoso\.com for fabrikam/);
    await inTerminal('git -C second fetch -q');
    const requests = await azure.control.requests({ path: '/fabrikam/', status: 200 });
    assert.deepEqual([...new Set(requests.map(({ user }) => user))], ['ada@contoso.com']);
  });

  it('after the last sign-out git sees its own helpers again', async () => {
    await editor.runCommand('Azure Credentials: Sign Out');
    await editor.pick('All accounts');
    await editor.dialogButton('Sign Out');
    await editor.waitForNotification(/Signed out of Azure/);
    const text = await inTerminal('echo url=https://dev.azure.com/contoso/x | git credential fill');
    assert.match(text, /password=own-password/);
  });

  it('no token was written to a file or a log', async () => {
    for (const log of await editor.logs()) {
      assert.doesNotMatch(await readFile(log, 'utf8'), /eyJ[\w-]{20,}\.[\w-]+\.[\w-]+/, log);
    }
    const run = join(editor.dataFolder, 'temporary');
    const names = (await readdir(run, { recursive: true })).filter((name) =>
      /azure-delegated.*(?:config|delegated)$/.test(name),
    );
    for (const name of names) {
      const text = await readFile(join(run, name), 'utf8').catch(() => '');
      assert.doesNotMatch(text, /eyJ/);
    }
  });
});
