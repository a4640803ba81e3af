import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { clearNotifications, settingsOf } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/** VS Code's own application; every Microsoft tenant knows it. */
const editorClient = 'aebc6443-996d-45c2-90f0-388ff96faa56';
const sampleClient = '5a6b7c8d-1111-4e2f-9a0b-000000000001';
const contoso = '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01';
const fabrikam = 'c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e02';

/** Prints what a token says of its tenant, as a program that a task starts. */
const showTenant = `const { tid, aud } = JSON.parse(Buffer.from(process.argv[1].split('.')[1], 'base64url')); console.log('TENANT', tid, aud)`;

/** No application is configured: tokens come from the Microsoft account of VS Code itself. */
describe('The editor’s own Microsoft account', function () {
  this.timeout(60_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let home: string | undefined;
  let changeSettings: (settings: Readonly<Record<string, unknown>>) => Promise<void>;

  before(async function () {
    this.timeout(120_000);
    if (process.env['EDITOR_FOR_TESTS'] === 'oldest') {
      // Its provider knows the first flow only: see `useDeviceCode`.
      this.skip();
    }
    home = await mkdtemp(join(tmpdir(), 'editor-account-'));
    await mkdir(join(home, '.vscode'));
    await writeFile(join(home, '.vscode/tasks.json'), JSON.stringify(tasks()));
    azure = await startLocalAzure({ storage: false });
    editor = await openEditor({
      folder: home,
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      screenshotFolder: join(root, 'artifacts/editor-account'),
    });
    changeSettings = settingsOf(editor);
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    if (home !== undefined) {
      await rm(home, { recursive: true, force: true });
    }
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      const name = `failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
      await editor?.screenshot(name.slice(0, 80));
    }
    await clearNotifications(editor);
  });

  const copyToken = async (resource: string) => {
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick(resource);
    const { message } = await editor.waitForNotification(new RegExp(`token for ${resource} is in the clipboard`));
    return { message, claims: decodeJwt(await editor.clipboard()) };
  };
  const allow = async () => {
    await editor.page.locator('.monaco-dialog-box').waitFor();
    assert.match(await editor.dialogText(), /'Azure Delegated Credentials' wants to sign in using Microsoft/);
    await editor.dialogButton('Allow');
  };
  /**
   * The provider's first flow cannot come back to an editor in a browser: on the way to the authorize endpoint its `state`
   * (the address of the editor's callback page) loses the parameters of that page. So the person goes on to its second
   * flow, device code.
   */
  const useDeviceCode = async (username: string) => {
    await editor.dialogButton('Cancel');
    await editor.waitForNotification(/Signing in to Microsoft/);
    await editor.clickNotificationButton('Cancel');
    await editor.waitForNotification(/try a different way\? \(device code\)/);
    await editor.clickNotificationButton('Yes');
    const code = await waitFor(async () => /[A-Z0-9]{8,9}/.exec(await editor.dialogText())?.[0], {
      what: 'a dialog with a device code',
    });
    await azure.control.approveDevice(code, username);
    const page = await editor.waitForNewPage(async () => {
      await editor.dialogButton('Copy & Continue to Microsoft');
      await editor.dialogButton('Open');
    });
    await page.close();
  };
  const runTask = async (label: string) => {
    await editor.runCommand('Tasks: Run Task');
    await editor.pick(label);
    const [text] = await editor.waitForTerminal(/TENANT \S+ \S+/);
    await editor.runCommand('Terminal: Kill the Active Terminal Instance');
    return text;
  };

  it('Sign In asks for the editor’s consent and leads to a sign-in with a device code', async () => {
    await editor.runCommand('Azure Credentials: Sign In');
    await allow();
    await useDeviceCode('ada@contoso.com');
    await editor.waitForNotification(/Signed in to Azure as ada@contoso\.com/);
    assert.equal(await azure.control.count({ client: editorClient, grant: 'device_code', status: 200 }), 1);
  });

  it('a token is the editor application’s, and its expiry is read from the token', async () => {
    await azure.control.setAccessTokenLifetime(47 * 60);
    const { message, claims } = await copyToken('Azure Storage');
    await azure.control.setAccessTokenLifetime(null);
    assert.match(message, /Azure Storage.*ada@contoso\.com.*in 4[67] minutes/);
    assert.deepEqual(
      [claims['appid'], claims['tid'], claims['unique_name']],
      [editorClient, contoso, 'ada@contoso.com'],
    );
  });

  it('another tenant gets a token of that tenant, and the home tenant its own again', async () => {
    assert.equal(await runTask('storage in fabrikam'), `TENANT ${fabrikam} https://storage.azure.com`);
    assert.equal(await runTask('storage at home'), `TENANT ${contoso} https://storage.azure.com`);
    assert.equal(await runTask('vault in fabrikam'), `TENANT ${fabrikam} https://vault.azure.net`);
    assert.equal(await runTask('vault at home'), `TENANT ${contoso} https://vault.azure.net`);
  });

  it('a second account signs in beside the first, and each has its own tokens', async () => {
    await editor.runCommand('Azure Credentials: Sign In');
    await allow();
    await editor.pick('Sign in to another account');
    await useDeviceCode('ben@contoso.com');
    await editor.waitForNotification(/Signed in to Azure as ben@contoso\.com/);
    for (const [username, vault] of [
      ['ben@contoso.com', 'Key Vault'],
      ['ada@contoso.com', 'Key Vault'],
    ] as const) {
      await editor.runCommand('Azure Credentials: Switch Account');
      await editor.pick(username);
      await editor.pick('For everywhere');
      const { message, claims } = await copyToken(vault);
      assert.ok(message.includes(username), message);
      assert.equal(claims['unique_name'], username);
    }
  });

  it('after a restart of the editor the next token needs no sign-in', async () => {
    await editor.restart();
    const { message } = await copyToken('Azure SQL Database');
    assert.match(message, /ada@contoso\.com/);
  });

  it('signing such an account out says where the editor does it', async () => {
    await editor.runCommand('Azure Credentials: Sign Out');
    await editor.pick('ben@contoso.com');
    await editor.dialogButton('Sign Out');
    const { message } = await editor.waitForNotification(/cannot be signed out here/);
    assert.match(message, /Accounts menu, choose the account, and select Sign Out/);
  });

  it('a session that was revoked asks the same account again', async () => {
    await azure.control.revokeSessions('ada@contoso.com');
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick('Azure Resource Manager');
    await allow();
    await useDeviceCode('ada@contoso.com');
    const { message } = await editor.waitForNotification(/is in the clipboard/);
    assert.match(message, /Resource Manager.*ada@contoso\.com/);
  });

  it('source "application" without a client id is an error that says what to set', async () => {
    await changeSettings({ 'azureCredentials.source': 'application' });
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick('Azure Storage');
    const { message, buttons } = await editor.waitForNotification(/No application is configured/);
    assert.match(message, /azureCredentials\.clientId.*azureCredentials\.source.*editor/);
    assert.ok(buttons.includes('Open Settings'), buttons.join());
  });

  it('a client id in the settings ends the use of the editor’s account and of its tokens', async () => {
    await changeSettings({});
    assert.equal((await copyToken('Azure Storage')).claims['appid'], editorClient);
    await changeSettings(sampleSettings());
    const page = await editor.waitForNewPage(async () => {
      await editor.runCommand('Azure Credentials: Get Access Token');
      await editor.pick('Azure Storage');
      await editor.dialogButton('Open');
    });
    await page.getByRole('button', { name: /ben@contoso\.com/ }).click();
    const { message } = await editor.waitForNotification(/is in the clipboard/);
    assert.match(message, /ben@contoso\.com/);
    assert.equal(decodeJwt(await editor.clipboard())['appid'], sampleClient);
    await page.close();
  });
});

/** Tasks that get a token as `launch.json` and `tasks.json` do it: by a command with arguments. */
function tasks(): unknown {
  const wanted = [
    ['storage at home', { resource: 'storage' }],
    ['storage in fabrikam', { resource: 'storage', tenant: fabrikam }],
    ['vault at home', { resource: 'https://vault.azure.net' }],
    ['vault in fabrikam', { resource: 'https://vault.azure.net', tenant: 'fabrikam.com' }],
  ] as const;
  return {
    version: '2.0.0',
    inputs: wanted.map(([id, args]) => ({ id, type: 'command', command: 'azureCredentials.getAccessToken', args })),
    tasks: wanted.map(([label]) => ({
      label,
      type: 'process',
      command: process.execPath,
      args: ['-e', showTenant, '${input:LABEL}'.replace('LABEL', label)],
      problemMatcher: [],
      presentation: { echo: false, panel: 'new' },
    })),
  };
}
