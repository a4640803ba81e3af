import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../scripts/setup/paths.mjs';
import type { LocalAzure } from '../azure/localAzure.ts';
import { buildConsumer } from '../editor/consumers/buildConsumer.ts';
import type { EditorWindow } from './editorWindow.ts';
import { Overview } from './overview.ts';
import { sampleSettings } from './sampleSettings.ts';
import { chooseAccount, clearNotifications, followSignIn, getToken, goBack } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';
import { windowUnderTest } from './windowUnderTest.ts';

const run = promisify(execFile);

const settings = sampleSettings({ 'azureCredentials.terminal.azureSdk': true });

/** What shows a person who is signed in and who has what: status bar, view, inspection; in light, dark and narrow. */
describe('The view and the status bar', function () {
  this.timeout(60_000);
  const window = windowUnderTest({
    screenshots: 'view',
    storage: true,
    settings,
    prepare: async (folder) => {
      await run('git', ['init', '--quiet', join(folder, 'workspace')]);
      return { folder: join(folder, 'workspace'), extensions: [root, await buildConsumer('api-consumer', folder)] };
    },
  });
  const overview = new Overview(window);
  let azure: LocalAzure;
  let editor: EditorWindow;

  before(() => {
    ({ azure, editor } = window);
  });

  const getNewToken = async (resource: string) => {
    await getToken(editor, resource);
    await editor.waitForNotification(/is in the clipboard/);
  };
  const signIn = async (username: string, start: () => Promise<void>) => {
    const page = await followSignIn(editor, start);
    await chooseAccount(page, username);
    await goBack(editor, page);
    await editor.waitForNotification(new RegExp(`^Signed in to Azure as ${username}`));
  };

  it('signed out: the status bar and the view offer to sign in, and nothing else', async () => {
    await overview.statusShows(/Sign in to Azure/);
    await overview.open();
    await overview.pane().getByText('You are not signed in to Azure.').waitFor();
    assert.deepEqual(await overview.texts(), []);
    const commands = await editor.paletteEntries('Azure Credentials: ');
    assert.ok(commands.some((name) => name.endsWith('Sign In')));
    assert.ok(!commands.some((name) => /Inspect|Sign Out|Refresh|Copy Token|Revoke/.test(name)), commands.join());
    await editor.screenshot('signed-out');
  });

  it('one account: signing in from the view shows it in both', async () => {
    await signIn('ada@contoso.com', () => overview.pane().getByRole('button', { name: 'Sign In' }).click());
    await overview.statusShows(/ada@contoso\.com/);
    await overview.viewShows(/^ada@contoso\.com.*Ada Sample/);
    await overview.viewShows(/^Terminals.*Azure SDKs, az/);
  });

  it('tokens appear below their tenant with time left and scopes, without the tree being built anew', async () => {
    const account = await overview.row('ada@contoso.com').elementHandle();
    await getNewToken('Azure Storage');
    await overview.viewShows(/^Azure Storage\d+ min · user_impersonation/);
    await overview.viewShows(/^contoso\.comhome tenant/);
    await overview
      .row(/^contoso\.comhome/)
      .locator('.monaco-tl-twistie')
      .click();
    await overview.viewLacks(/^Azure Storage/);
    await getNewToken('Key Vault');
    await overview.viewLacks(/^Key Vault/);
    await overview
      .row(/^contoso\.comhome/)
      .locator('.monaco-tl-twistie')
      .click();
    await overview.viewShows(/^Key Vault\d+ (?:min|h)/);
    assert.ok(await account?.isVisible(), 'the line of the account is the same one');
    const label = await overview.row(/^Key Vault/).getAttribute('aria-label');
    assert.match(label ?? '', /^Token for Key Vault, \d+ (?:minutes|hours) left, scopes: user_impersonation/);
  });

  it('a token is copied and renewed from its line', async () => {
    await editor.page.evaluate(() => navigator.clipboard.writeText(''));
    await overview.inline(overview.row(/^Key Vault/), 'Copy Token');
    await editor.waitForNotification(/token for Key Vault is in the clipboard/);
    const claims = async () =>
      JSON.parse(Buffer.from((await editor.clipboard()).split('.')[1] ?? '', 'base64url').toString('utf8'));
    const before = await claims();
    assert.equal(before.aud, 'https://vault.azure.net');
    const requests = await azure.control.count({ grant: 'refresh_token' });
    await overview.inline(overview.row(/^Key Vault/), 'Refresh Token');
    await waitFor(async () => ((await azure.control.count({ grant: 'refresh_token' })) > requests ? true : undefined), {
      what: 'a request for a new token',
    });
    await overview.inline(overview.row(/^Key Vault/), 'Copy Token');
    await editor.waitForNotification(/token for Key Vault is in the clipboard/);
    assert.notEqual((await claims()).uti, before.uti);
    assert.equal((await overview.texts()).filter((text) => text.startsWith('Key Vault')).length, 1);
    await clearNotifications(editor);
  });

  it('the hover of the status bar tells account, tenant, cloud, tokens, git and terminals', async () => {
    await overview.status().hover();
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
    await overview.inline(overview.row(/^Azure Storage/), 'Inspect Token');
    const text = await overview.documentText(/Azure Storage\.jsonc/);
    assert.match(text, /Access token for Azure Storage, account ada@contoso\.com/);
    assert.match(text, /Audience: the only resource that takes this token\. This is Azure Storage\.\s*"aud": "https:/);
    // A long date makes a comment of two lines.
    const comments = text.replaceAll(/\s*\/\/\s*/g, ' ');
    assert.match(comments, /Expires at: refused afterwards\. \w+day, .*\(in \d+ minutes\)\.\s*"exp": \d+/);
    await editor.page.keyboard.press('x');
    assert.equal(await overview.documentText(/Azure Storage\.jsonc/), text, 'the document cannot be changed');
    const opened = editor.page.locator('.monaco-workbench');
    assert.doesNotMatch((await opened.textContent()) ?? '', /eyJ[\w-]{20}/);
    await overview.pictureInThemes('one-account', settings);
  });

  it('Explain a 403 says what the token lacks and who must act', async () => {
    await editor.runCommand('Azure Credentials: Explain a 403');
    await editor.typeInput('nonsense', { confirm: false });
    await waitFor(async () => (/Neither an address/.test((await editor.inputText()).message) ? true : undefined), {
      what: 'a refusal of what is no address',
    });
    await editor.typeInput('GET https://graph.microsoft.com/v1.0/users?$search="x"');
    await editor.pick(/Microsoft Graph/);
    const text = await overview.previewText(/why was this refused/);
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
    // What was allowed is drawn some moments later; before that there is nothing to open.
    await overview
      .row(/^Terminals/)
      .and(editor.page.locator('[aria-expanded="false"]'))
      .click();
    await overview.viewShows(/^Key Vaultada@contoso\.com/);
    await editor.runCommand('API Consumer: List Blobs');
    await editor.dialogButton('Allow');
    await overview.viewShows(/^Extensions with Access/);
    await overview.row(/^Extensions with Access/).click();
    await overview.row(/^API Consumer/).click();
    await overview.row(/^Recent Activity/).click();
    await overview.viewShows(/^Azure Storage\d+:\d+ .* · API Consumer/);
    await clearNotifications(editor);
    await editor.screenshot('access');
    await overview.inline(overview.row(/^Key Vaultada/), 'Revoke Access');
    await overview.viewLacks(/^Key Vaultada/);
    await overview.inline(overview.row(/^API Consumer/), 'Revoke Access');
    await overview.viewLacks(/^Extensions with Access/);
    await overview.row(/^Recent Activity/).click();
  });

  it('a repository of Azure DevOps shows its organization and the account that git uses', async () => {
    const remote = 'https://dev.azure.com/contoso/Sample/_git/Sample';
    await run('git', ['-C', join(window.folder, 'workspace'), 'remote', 'add', 'origin', remote]);
    await overview.viewShows(/^Azure DevOps Organizations/);
    await overview.row(/^Azure DevOps Organizations/).click();
    await overview.viewShows(/^contosoada@contoso\.com/);
  });

  it('three accounts: the default one is marked and first, and another can be made it', async () => {
    await signIn('ben@contoso.com', () => editor.runCommand('Azure Credentials: Sign In'));
    await signIn('cleo@contoso.com', () => editor.runCommand('Azure Credentials: Sign In'));
    await overview.viewShows(/^ada@contoso\.comdefault/);
    await overview.viewShows(/^cleo@contoso\.com/);
    await overview.menu(overview.row('cleo@contoso.com'), 'Make Default');
    await editor.pick('For this workspace');
    await editor.waitForNotification(/now uses cleo@contoso\.com/);
    assert.match((await overview.viewShows(/^cleo@contoso\.com.*default/)) ?? '', /default/);
    assert.match((await overview.texts())[0] ?? '', /^cleo/);
    await overview.statusShows(/cleo@contoso\.com/);
    await clearNotifications(editor);
    await overview.pictureInThemes('three-accounts', settings);
    await editor.page.setViewportSize({ width: 600, height: 800 });
    await editor.screenshot('three-accounts-narrow');
    await editor.page.setViewportSize({ width: 1280, height: 800 });
    await overview.menu(overview.row('ada@contoso.com'), 'Make Default');
    await editor.pick('For this workspace');
    await overview.statusShows(/ada@contoso\.com/);
  });

  it('offline: it is said, the tokens in memory stay, and it passes', async () => {
    const fault = await azure.control.addFault({
      host: 'login.microsoftonline.com',
      effect: { kind: 'cut', when: 'before' },
    });
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick('Azure SQL Database');
    await overview.viewShows(/^ada@contoso\.comoffline/);
    assert.equal(await overview.status().locator('.codicon-debug-disconnect').count(), 1);
    await getNewToken('Azure Storage');
    await clearNotifications(editor);
    await editor.screenshot('offline');
    await azure.control.removeFault(fault);
    await getNewToken('Azure SQL Database');
    await overview.viewShows(/^ada@contoso\.comdefault/);
    assert.equal(await overview.status().locator('.codicon-key').count(), 1);
  });

  it('expired session: it is said, and one click on the status bar or the line signs in again', async () => {
    await azure.control.revokeSessions('ada@contoso.com');
    await overview.inline(overview.row(/^Azure Storage/), 'Refresh Token');
    await editor.dialogButton('Cancel');
    await overview.viewShows(/^ada@contoso\.comsign in again/);
    assert.equal(await overview.status().locator('.codicon-warning').count(), 1);
    assert.match(
      (await overview.status().locator('a').getAttribute('aria-label')) ?? '',
      /signed in as ada@.*, sign in again/,
    );
    await editor.screenshot('expired');
    await editor.clickNotificationButton('Cancel');
    await overview.status().click();
    await editor.dialogButton('Cancel');
    await editor.clickNotificationButton('Cancel');
    await signIn('ada@contoso.com', () => overview.inline(overview.row('ada@contoso.com'), 'Sign In Again'));
    const errors = editor.notifications().filter(({ severity }) => severity === 'error');
    assert.ok(!errors.some(({ message }) => /cancel/i.test(message)), 'giving up is no error');
    await overview.viewShows(/^ada@contoso\.comdefault/);
    await overview.statusShows(/ada@contoso\.com/);
    assert.equal(await overview.status().locator('.codicon-key').count(), 1);
  });
});
