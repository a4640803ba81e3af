import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { buildConsumer } from '../editor/consumers/buildConsumer.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';

/** Two extensions that other people could have written, in one editor, and what the person lets them have. */
describe('Other extensions and consent', function () {
  this.timeout(60_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let consumers: string;

  before(async function () {
    this.timeout(120_000);
    consumers = await mkdtemp(join(tmpdir(), 'consumers-'));
    azure = await startLocalAzure();
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      extensions: [
        root,
        await buildConsumer('api-consumer', consumers),
        await buildConsumer('session-consumer', consumers),
      ],
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(),
      screenshotFolder: join(root, 'artifacts/consent'),
    });
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    await rm(consumers, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      const name = `failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
      await editor?.screenshot(name.slice(0, 80));
    }
  });

  /** Runs a command of a consumer and returns what it reports. A report says when it was made: older ones do not count. */
  const run = async (title: string, name: string, meanwhile?: () => Promise<void>): Promise<string> => {
    const start = Date.now();
    await editor.runCommand(title);
    await meanwhile?.();
    for (;;) {
      const { message } = await editor.waitForNotification(new RegExp(`^${name} at \\d+: `));
      const [, time, report] = /at (\d+): (.*)$/s.exec(message) ?? [];
      if (Number(time) >= start) {
        return report ?? '';
      }
    }
  };
  /** A browser that is signed in already, asked for that person, goes straight back. */
  const signInAs = (username: string, isKnown?: 'known') => async () => {
    const page = await editor.waitForNewPage(() => editor.dialogButton('Open'));
    if (isKnown === undefined) {
      await page.getByRole('button', { name: new RegExp(username) }).click();
    }
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
    await editor.page.bringToFront();
  };
  const answer = (button: string, expected: RegExp) => async () => {
    await editor.page.locator('.monaco-dialog-box').waitFor();
    assert.match(await editor.dialogText(), expected);
    await editor.dialogButton(button);
  };
  const manageAccess = async () => {
    await editor.runCommand('Azure Credentials: Manage Access');
    await accessList().waitFor();
  };
  /** It comes back after each change. */
  const closeAccessList = async () => {
    await accessList().waitFor();
    await editor.page.keyboard.press('Escape');
    await accessList().waitFor({ state: 'hidden' });
  };
  const accessList = () => editor.page.getByText('Access of Extensions');
  /** The badge that counts requests lies over the button. */
  const openAccountsMenu = () => editor.page.locator('.activitybar a[aria-label^="Accounts"]').click({ force: true });
  const noDialog = async () => {
    assert.equal(await editor.page.locator('.monaco-dialog-box').count(), 0);
  };

  it('an extension that asks while the editor starts and nobody is signed in gets that answer', async () => {
    const start = await run('API Consumer: Show Start', 'API showStart');
    assert.equal(start, 'not_signed_in, not_signed_in, accounts: none; events: none');
    assert.match(await run('Session Consumer: Show Start', 'Session showStart'), /^no session; .*accounts: none$/);
  });

  it('nothing is shown for a request that is not interactive', async () => {
    const answerText = await run('API Consumer: List Blobs Quietly', 'API listBlobsQuietly');
    assert.match(answerText, /^not_signed_in\. /);
    await noDialog();
  });

  it('an interactive request signs the person in, asks once, and lists blobs', async () => {
    const blobs = await run('API Consumer: List Blobs', 'API listBlobs', async () => {
      await signInAs('ada@contoso\\.com')();
      await editor.page.getByText(/"API Consumer" wants to get tokens/).waitFor();
      await editor.screenshot('consent');
      await answer('Allow', /"API Consumer" wants to get tokens for Azure Storage as ada@contoso\.com/)();
    });
    assert.match(blobs, /^[1-9]\d* blobs: /);
  });

  it('what was allowed is not asked again, and works without interaction', async () => {
    assert.match(await run('API Consumer: List Blobs', 'API listBlobs', noDialog), /^[1-9]\d* blobs: /);
    assert.match(await run('API Consumer: List Blobs Quietly', 'API listBlobsQuietly'), /^[1-9]\d* blobs: /);
  });

  it('two requests at the same time make one question, and a denied extension gets nothing', async () => {
    const since = (await azure.control.requests({})).at(-1)?.number ?? 0;
    const deny = answer('Deny', /"API Consumer" wants to get tokens for Azure Key Vault|Key Vault/);
    const outcome = await run('API Consumer: Ask Twice For Key Vault', 'API askTwice', deny);
    assert.equal(outcome, 'access_denied, access_denied');
    assert.equal(await run('API Consumer: Ask Twice For Key Vault', 'API askTwice', noDialog), outcome);
    assert.deepEqual(await azure.control.requests({ since, resource: 'Azure Key Vault' }), []);
    assert.notDeepEqual(await azure.control.requests({ resource: 'Azure Storage' }), []);
  });

  it('an extension that only knows vscode.authentication lists blobs, guarded by the editor', async () => {
    const allow = async () => {
      await answer('Allow', /'Session Consumer' wants to sign in using Azure \(delegated\)/)();
      await editor.pick('ada@contoso.com');
    };
    assert.match(await run('Session Consumer: List Blobs', 'Session listBlobs', allow), /^[1-9]\d* blobs: /);
    assert.match(await run('Session Consumer: List Blobs', 'Session listBlobs', noDialog), /^[1-9]\d* blobs: /);
  });

  it('a WWW-Authenticate request names resource and tenant by itself', async () => {
    const token = await run('Session Consumer: Answer Challenge', 'Session answerChallenge');
    assert.match(token, /^ada@contoso\.com has a token for https:\/\/storage\.azure\.com\/? of tenant 8f9d5b1c/);
  });

  it('a claims challenge is handed on to Entra', async () => {
    const since = (await azure.control.requests({})).at(-1)?.number ?? 0;
    const token = await run('Session Consumer: Answer Claims Challenge', 'Session answerClaims');
    assert.match(token, /^ada@contoso\.com has a token/);
    const requests = await azure.control.requests({ since, host: 'login.microsoftonline.com' });
    assert.ok(requests.some(({ form }) => form?.['claims']?.includes('1700000000')));
  });

  it('another tenant of a guest needs no new sign-in', async () => {
    const token = await run('Session Consumer: Ask Other Tenant', 'Session otherTenant');
    assert.match(token, /^ada@contoso\.com has a token .* of tenant c2a4e6f8-.*; session true$/);
  });

  it('an error keeps its name and its advice on the way to another extension', async () => {
    const error = await run('Session Consumer: Ask For Nothing', 'Session wrongScopes');
    assert.match(error, /^AzureCredentialsError\. The scopes .* Ask for a scope of one resource/);
  });

  it('a new session can be forced', async () => {
    const again = async () => {
      await answer('Allow', /wants you to sign in again using Azure \(delegated\)/)();
      await signInAs('ada@contoso\\.com', 'known')();
    };
    const token = await run('Session Consumer: Sign In Again', 'Session signInAgain', again);
    assert.match(token, /^ada@contoso\.com has a token/);
  });

  it('answers are remembered over a restart, and requests while the editor starts are answered', async function () {
    this.timeout(90_000);
    await editor.restart();
    const start = await run('API Consumer: Show Start', 'API showStart');
    assert.equal(start, 'a token of ada@contoso.com, a token of ada@contoso.com, accounts: ada@contoso.com; events: 1');
    assert.match(await run('Session Consumer: Show Start', 'Session showStart'), /^ada@contoso\.com; /);
    assert.match(await run('API Consumer: List Blobs Quietly', 'API listBlobsQuietly'), /^[1-9]\d* blobs: /);
    assert.equal(await run('API Consumer: Ask Twice For Key Vault', 'API askTwice'), 'access_denied, access_denied');
  });

  it('Manage Access lists answers and last use, and revokes at once', async () => {
    await manageAccess();
    const entries = await editor.quickPickEntries();
    const storage = entries.find(({ label }) => /Azure Storage/.test(label));
    assert.equal(storage?.description, 'ada@contoso.com');
    assert.match(storage?.detail ?? '', /^Allowed, last used /);
    assert.equal(entries.find(({ label }) => /Key Vault/.test(label))?.detail, 'Denied');
    await editor.screenshot('manage-access');
    await editor.pick(/Azure Storage/);
    await editor.pick('Ask Again Next Time');
    await closeAccessList();
    const quiet = await run('API Consumer: List Blobs Quietly', 'API listBlobsQuietly');
    assert.match(quiet, /^access_denied\. .*API Consumer.*Azure Storage.*ada@contoso\.com.*Manage Access/);
    const cancel = answer('Cancel', /wants to get tokens for Azure Storage/);
    assert.match(await run('API Consumer: List Blobs', 'API listBlobs', cancel), /^cancelled\. /);
  });

  it('what was asked for in vain can be allowed in Manage Access', async () => {
    await manageAccess();
    await editor.pick(/Azure Storage/);
    await editor.pick('Allow');
    await closeAccessList();
    assert.match(await run('API Consumer: List Blobs Quietly', 'API listBlobsQuietly'), /^[1-9]\d* blobs: /);
  });

  it('an extension that wants to sign everyone out needs the person', async () => {
    const refuse = answer('Cancel', /"API Consumer" wants to sign out all Azure accounts/);
    assert.match(await run('API Consumer: Sign Everyone Out', 'API signOut', refuse), /^cancelled\. /);
    assert.match(await run('API Consumer: List Blobs Quietly', 'API listBlobsQuietly'), /^[1-9]\d* blobs: /);
  });

  it('the Accounts menu shows the account and signs it out everywhere', async () => {
    await openAccountsMenu();
    await editor.page.getByRole('menuitem', { name: /ada@contoso\.com \(Azure \(delegated\)\)/ }).hover();
    await editor.screenshot('accounts-menu');
    await editor.page.getByRole('menuitem', { name: 'Sign Out' }).hover();
    // A menu that has just opened takes no clicks.
    await editor.page.keyboard.press('Enter');
    await answer('Sign Out', /ada@contoso\.com/)();
    const signedOut = async () => (await run('API Consumer: List Blobs Quietly', 'API listBlobsQuietly')).split('.')[0];
    assert.equal(await signedOut(), 'not_signed_in');
    assert.match(await run('Session Consumer: Show Start', 'Session showStart'), /events: [1-9]\d*; accounts: none$/);
  });

  it('an extension that asks passively waits in the Accounts menu until somebody signs in', async () => {
    assert.equal(await run('Session Consumer: Ask Passively', 'Session askPassively'), 'no session');
    const waiting = editor.page.getByRole('menuitem', {
      name: /Sign in with Azure \(delegated\) to use Session Consumer/,
    });
    await openAccountsMenu();
    await waiting.waitFor();
    await editor.page.keyboard.press('Escape');
    await editor.runCommand('Azure Credentials: Sign In');
    await signInAs('ada@contoso\\.com')();
    await editor.waitForNotification(/Signed in to Azure/);
    await openAccountsMenu();
    await editor.page.getByRole('menuitem', { name: /ada@contoso\.com/ }).waitFor();
    assert.equal(await waiting.count(), 0);
    await editor.page.keyboard.press('Escape');
  });

  it('several accounts are told apart, each with its own permission', async () => {
    await editor.runCommand('Azure Credentials: Sign In');
    await signInAs('ben@contoso\\.com')();
    await editor.waitForNotification(/Signed in to Azure.*ben@contoso\.com/);
    const accounts = await run('Session Consumer: Show Start', 'Session showStart');
    assert.match(accounts, /accounts: ada@contoso\.com,ben@contoso\.com$/);
    const allow = answer('Allow', /'Session Consumer' wants to sign in/);
    const token = await run('Session Consumer: Ask As Last Account', 'Session askAsLast', allow);
    assert.match(token, /^ben@contoso\.com has a token/);
  });
});
