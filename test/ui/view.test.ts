import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { writeMachineSettings } from '../../scripts/editor/settings.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { buildConsumer } from '../editor/consumers/buildConsumer.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { waitFor } from './waitFor.ts';

const run = promisify(execFile);

/** What shows a person who is signed in and who has what: status bar, view, inspection; in light, dark and narrow. */
describe('The view and the status bar', function () {
  this.timeout(60_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let folder: string;

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'view-'));
    await run('git', ['init', '--quiet', join(folder, 'workspace')]);
    azure = await startLocalAzure();
    editor = await openEditor({
      folder: join(folder, 'workspace'),
      extensions: [root, await buildConsumer('api-consumer', folder)],
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: settings(),
      screenshotFolder: join(root, 'artifacts/view'),
    });
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      const name = `failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
      await editor?.screenshot(name.slice(0, 80));
    }
  });

  const settings = (more = {}) =>
    sampleSettings({
      'azureCredentials.terminal.azureSdk': true,
      'terminal.integrated.gpuAcceleration': 'off',
      ...more,
    });
  const status = (): Locator =>
    editor.page.locator('[id="delegated-credentials.azure-delegated-credentials.azureCredentials.status"]');
  const statusShows = (text: RegExp) =>
    waitFor(async () => text.exec((await status().textContent()) ?? '')?.[0], {
      what: `a status bar with ${text}`,
      details: async () => `It shows: ${await status().textContent()}`,
    });
  const pane = (): Locator => editor.page.locator('.sidebar .pane-body');
  const rows = (): Locator => pane().locator('.monaco-list-row');
  const row = (text: string | RegExp): Locator => rows().filter({ hasText: text }).first();
  const texts = async () => (await rows().allTextContents()).map((text) => text.trim());
  const viewShows = (text: RegExp) =>
    waitFor(async () => (await texts()).find((one) => text.test(one)), {
      what: `a line of the view with ${text}`,
      details: async () => `It shows: ${(await texts()).join(' | ')}`,
    });
  const viewLacks = (text: RegExp) =>
    waitFor(async () => ((await texts()).some((one) => text.test(one)) ? undefined : true), {
      what: `a view without ${text}`,
      details: async () => `It shows: ${(await texts()).join(' | ')}`,
    });
  const inline = async (line: Locator, action: string) => {
    await line.hover();
    await line.locator(`.actions a[aria-label^="${action}"]`).click();
  };
  const openView = async () => {
    await editor.page.locator('.activitybar a[aria-label^="Azure Credentials"]').first().click();
    await pane().first().waitFor();
  };
  const getToken = async (resource: string) => {
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick(resource);
    await editor.waitForNotification(/is in the clipboard/);
  };
  const clearNotifications = async () => {
    await editor.runCommand('Notifications: Clear All Notifications');
    await editor.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  };
  const finishSignIn = async (page: Page, username: string) => {
    const listed = page.getByRole('button', { name: username });
    if ((await listed.count()) === 0) {
      await page.getByRole('button', { name: 'Use another account' }).click();
      await page.getByLabel('Email').fill(username);
      await page.getByRole('button', { name: 'Next' }).click();
    } else {
      await listed.click();
    }
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
    await editor.page.bringToFront();
    await editor.waitForNotification(new RegExp(`^Signed in to Azure as ${username}`));
  };
  const signIn = async (username: string, start: () => Promise<void>) => {
    const page = await editor.waitForNewPage(async () => {
      await start();
      await editor.dialogButton('Open');
    });
    await finishSignIn(page, username);
  };
  const documentText = async (name: RegExp) => {
    await editor.page.locator('.tab.active').filter({ hasText: name }).waitFor();
    const lines = editor.page.locator('.editor-group-container.active .view-lines');
    await lines.waitFor();
    await waitFor(async () => ((await lines.textContent())?.trim() ? true : undefined), { what: 'a text' });
    return ((await lines.textContent()) ?? '').replaceAll('\u00a0', ' ');
  };
  const inThemes = async (name: string) => {
    for (const [theme, colors] of Object.entries(themes)) {
      await writeMachineSettings(join(editor.dataFolder, 'user'), settings({ 'workbench.colorTheme': theme }));
      const shown = editor.page.locator(`.monaco-workbench.${colors}`);
      await shown.waitFor();
      await editor.screenshot(`${name}-${colors}`);
    }
  };

  it('signed out: the status bar and the view offer to sign in, and nothing else', async () => {
    await statusShows(/Sign in to Azure/);
    await openView();
    await pane().getByText('You are not signed in to Azure.').waitFor();
    assert.deepEqual(await texts(), []);
    const commands = await editor.paletteEntries('Azure Credentials: ');
    assert.ok(commands.some((name) => name.endsWith('Sign In')));
    assert.ok(!commands.some((name) => /Inspect|Sign Out|Refresh|Copy Token|Revoke/.test(name)), commands.join());
    await editor.screenshot('signed-out');
  });

  it('one account: signing in from the view shows it in both', async () => {
    await signIn('ada@contoso.com', () => pane().getByRole('button', { name: 'Sign In' }).click());
    await statusShows(/ada@contoso\.com/);
    await viewShows(/^ada@contoso\.com.*Ada Sample/);
    await viewShows(/^Terminals.*Azure SDKs, az/);
  });

  it('tokens appear below their tenant with time left and scopes, without the tree being built anew', async () => {
    const account = await row('ada@contoso.com').elementHandle();
    await getToken('Azure Storage');
    await viewShows(/^Azure Storage\d+ min · user_impersonation/);
    await viewShows(/^contoso\.comhome tenant/);
    await row(/^contoso\.comhome/)
      .locator('.monaco-tl-twistie')
      .click();
    await viewLacks(/^Azure Storage/);
    await getToken('Key Vault');
    await viewLacks(/^Key Vault/);
    await row(/^contoso\.comhome/)
      .locator('.monaco-tl-twistie')
      .click();
    await viewShows(/^Key Vault\d+ (?:min|h)/);
    assert.ok(await account?.isVisible(), 'the line of the account is the same one');
    const label = await row(/^Key Vault/).getAttribute('aria-label');
    assert.match(label ?? '', /^Token for Key Vault, \d+ (?:minutes|hours) left, scopes: user_impersonation/);
  });

  it('a token is copied and renewed from its line', async () => {
    await editor.page.evaluate(() => navigator.clipboard.writeText(''));
    await inline(row(/^Key Vault/), 'Copy Token');
    await editor.waitForNotification(/token for Key Vault is in the clipboard/);
    const claims = async () =>
      JSON.parse(Buffer.from((await editor.clipboard()).split('.')[1] ?? '', 'base64url').toString('utf8'));
    const before = await claims();
    assert.equal(before.aud, 'https://vault.azure.net');
    const requests = await azure.control.count({ grant: 'refresh_token' });
    await inline(row(/^Key Vault/), 'Refresh Token');
    await waitFor(async () => ((await azure.control.count({ grant: 'refresh_token' })) > requests ? true : undefined), {
      what: 'a request for a new token',
    });
    await inline(row(/^Key Vault/), 'Copy Token');
    await editor.waitForNotification(/token for Key Vault is in the clipboard/);
    assert.notEqual((await claims()).uti, before.uti);
    assert.equal((await texts()).filter((text) => text.startsWith('Key Vault')).length, 1);
    await clearNotifications();
  });

  it('the hover of the status bar tells account, tenant, cloud, tokens, git and terminals', async () => {
    await status().hover();
    const hover = editor.page.locator('.workbench-hover-container .hover-contents').last();
    await hover.getByText('Tokens in memory').waitFor();
    const text = (await hover.textContent()) ?? '';
    for (const part of [/ada@contoso\.com/, /Tenant contoso\.com/, /public cloud/, /Azure Storage.*\d+ min left/]) {
      assert.match(text, part);
    }
    assert.match(text, /Git: connected.*Terminals: connected for Azure SDKs, az/);
    await editor.screenshot('hover');
    await hover.getByRole('link', { name: 'Switch Account' }).click();
    assert.match((await editor.inputText()).title, /Switch the Azure account/);
    await editor.page.keyboard.press('Escape');
  });

  it('Inspect Token explains the claims, and shows neither token nor signature', async () => {
    await inline(row(/^Azure Storage/), 'Inspect Token');
    const text = await documentText(/Azure Storage\.jsonc/);
    assert.match(text, /Access token for Azure Storage, account ada@contoso\.com/);
    assert.match(text, /Audience: the only resource that takes this token\. This is Azure Storage\.\s*"aud": "https:/);
    assert.match(text, /Expires at: refused afterwards\. \w+day, .*\(in \d+ minutes\)\.\s*"exp": \d+/);
    await editor.page.keyboard.press('x');
    assert.equal(await documentText(/Azure Storage\.jsonc/), text, 'the document cannot be changed');
    const opened = editor.page.locator('.monaco-workbench');
    assert.doesNotMatch((await opened.textContent()) ?? '', /eyJ[\w-]{20}/);
    await inThemes('one-account');
  });

  it('Explain a 403 says what the token lacks and who must act', async () => {
    await editor.runCommand('Azure Credentials: Explain a 403');
    await editor.typeInput('nonsense', { confirm: false });
    await waitFor(async () => (/Neither an address/.test((await editor.inputText()).message) ? true : undefined), {
      what: 'a refusal of what is no address',
    });
    await editor.typeInput('GET https://graph.microsoft.com/v1.0/users?$search="x"');
    await editor.pick(/Microsoft Graph/);
    const text = await documentText(/403\.md/);
    assert.match(text, /Request: GET https:\/\/graph\.microsoft\.com\/v1\.0\/users(?!\?)/);
    assert.match(text, /✔ Audience/);
    assert.match(text, /✘ Permission \(scp\): .*User\.Read/);
    assert.match(text, /your administrator\): add the delegated permission "User\.ReadBasic\.All"/);
    await editor.screenshot('explain-403');
  });

  it('programs in terminals and extensions with access are listed, and revoked there', async () => {
    await editor.openTerminal();
    await editor.runInTerminal(
      'curl -s -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=https://vault.azure.net&api-version=2019-08-01" | cut -c1-16',
    );
    await editor.waitForNotification(/A program in a terminal .*asks for a token for Key Vault/);
    await editor.clickNotificationButton('Allow for This Workspace');
    await editor.waitForTerminal(/access_token/);
    await editor.runCommand('Terminal: Kill the Active Terminal Instance');
    await row(/^Terminals/).click();
    await viewShows(/^Key Vaultada@contoso\.com/);
    await editor.runCommand('API Consumer: List Blobs');
    await editor.dialogButton('Allow');
    await viewShows(/^Extensions with Access/);
    await row(/^Extensions with Access/).click();
    await row(/^API Consumer/).click();
    await row(/^Recent Activity/).click();
    await viewShows(/^Azure Storage\d+:\d+ .* · API Consumer/);
    await clearNotifications();
    await editor.screenshot('access');
    await inline(row(/^Key Vaultada/), 'Revoke Access');
    await viewLacks(/^Key Vaultada/);
    await inline(row(/^API Consumer/), 'Revoke Access');
    await viewLacks(/^Extensions with Access/);
    await row(/^Recent Activity/).click();
  });

  it('a repository of Azure DevOps shows its organization and the account that git uses', async () => {
    const remote = 'https://dev.azure.com/contoso/Sample/_git/Sample';
    await run('git', ['-C', join(folder, 'workspace'), 'remote', 'add', 'origin', remote]);
    await viewShows(/^Azure DevOps Organizations/);
    await row(/^Azure DevOps Organizations/).click();
    await viewShows(/^contosoada@contoso\.com/);
  });

  it('three accounts: the default one is marked and first, and another can be made it', async () => {
    await signIn('ben@contoso.com', () => editor.runCommand('Azure Credentials: Sign In'));
    await signIn('cleo@contoso.com', () => editor.runCommand('Azure Credentials: Sign In'));
    await viewShows(/^ada@contoso\.comdefault/);
    await viewShows(/^cleo@contoso\.com/);
    await row('cleo@contoso.com').click({ button: 'right' });
    await editor.page.getByRole('menuitem', { name: 'Make Default' }).click({ delay: 300 });
    await editor.pick('For this workspace');
    await editor.waitForNotification(/now uses cleo@contoso\.com/);
    assert.match((await viewShows(/^cleo@contoso\.com.*default/)) ?? '', /default/);
    assert.match((await texts())[0] ?? '', /^cleo/);
    await statusShows(/cleo@contoso\.com/);
    await clearNotifications();
    await inThemes('three-accounts');
    await editor.page.setViewportSize({ width: 600, height: 800 });
    await editor.screenshot('three-accounts-narrow');
    await editor.page.setViewportSize({ width: 1280, height: 800 });
    await row('ada@contoso.com').click({ button: 'right' });
    await editor.page.getByRole('menuitem', { name: 'Make Default' }).click({ delay: 300 });
    await editor.pick('For this workspace');
    await statusShows(/ada@contoso\.com/);
  });

  it('offline: it is said, the tokens in memory stay, and it passes', async () => {
    const fault = await azure.control.addFault({
      host: 'login.microsoftonline.com',
      effect: { kind: 'cut', when: 'before' },
    });
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick('Azure SQL Database');
    await viewShows(/^ada@contoso\.comEntra cannot be reached/);
    assert.equal(await status().locator('.codicon-debug-disconnect').count(), 1);
    await getToken('Azure Storage');
    await clearNotifications();
    await editor.screenshot('offline');
    await azure.control.removeFault(fault);
    await getToken('Azure SQL Database');
    await viewShows(/^ada@contoso\.comdefault/);
    assert.equal(await status().locator('.codicon-key').count(), 1);
  });

  it('expired session: it is said, and one click on the status bar or the line signs in again', async () => {
    await azure.control.revokeSessions('ada@contoso.com');
    await inline(row(/^Azure Storage/), 'Refresh Token');
    await editor.dialogButton('Cancel');
    await viewShows(/^ada@contoso\.comsign in again/);
    assert.equal(await status().locator('.codicon-warning').count(), 1);
    assert.match((await status().locator('a').getAttribute('aria-label')) ?? '', /signed in as ada@.*, sign in again/);
    await editor.screenshot('expired');
    await editor.clickNotificationButton('Cancel');
    await status().click();
    await editor.dialogButton('Cancel');
    await editor.clickNotificationButton('Cancel');
    const page = await editor.waitForNewPage(async () => {
      await inline(row('ada@contoso.com'), 'Sign In Again');
      await editor.dialogButton('Open');
    });
    await finishSignIn(page, 'ada@contoso.com');
    const errors = editor.notifications().filter(({ severity }) => severity === 'error');
    assert.ok(!errors.some(({ message }) => /cancel/i.test(message)), 'giving up is no error');
    await viewShows(/^ada@contoso\.comdefault/);
    await statusShows(/ada@contoso\.com/);
    assert.equal(await status().locator('.codicon-key').count(), 1);
  });
});

const themes = {
  'Default Light Modern': 'vs',
  'Default High Contrast': 'hc-black',
  'Default High Contrast Light': 'hc-light',
  'Default Dark Modern': 'vs-dark',
};
