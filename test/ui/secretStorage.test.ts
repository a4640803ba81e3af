import assert from 'node:assert/strict';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { clearNotifications, getToken, signedInAccounts, signInAs } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/** Where an editor in a browser keeps all secrets, encrypted: an entry of its page's Local Storage. */
const entry = 'secrets.provider';
/** Where it gets the half of the key that is not the browser's. */
const keyRoute = '**/mint-key';
const failing = 'secret-storage-fails';

/** In this editor the browser is the keyring: one that lets the page read no stored data makes SecretStorage throw. */
describe('Secret storage that does not work', function () {
  this.timeout(60_000);
  let azure: LocalAzure;
  let editor: EditorWindow;

  before(async function () {
    this.timeout(120_000);
    azure = await startLocalAzure({ storage: false });
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(),
      screenshotFolder: join(root, 'artifacts/secret-storage'),
    });
    await editor.context.addInitScript(refuseEntry, { entry, failing });
    await editor.page.evaluate((name) => sessionStorage.setItem(name, 'yes'), failing);
    await editor.reload();
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await editor?.screenshot(`failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}`);
    }
  });

  /** The editor tells an extension that a secret is stored before it has encrypted it. */
  const waitForEntry = (): Promise<unknown> =>
    waitFor(async () => (await editor.page.evaluate((name) => localStorage.getItem(name), entry)) ?? undefined, {
      what: 'secrets in the Local Storage of the page',
    });
  const warnings = () => editor.notifications().filter(({ message }) => /secret storage/.test(message));

  it('the person is signed in all the same, and told what is wrong and how to mend it', async () => {
    await signInAs(editor, 'ada@contoso.com');
    const { severity, message, buttons } = await editor.waitForNotification(
      /secret storage of the editor does not work/,
    );
    assert.equal(severity, 'warning');
    assert.match(message, /signed in to Azure until this window closes.*Unlock or install a keyring/);
    assert.deepEqual(buttons, ['How to Mend It']);
    await editor.screenshot('told');
  });

  it('the session goes on in memory, and nothing is told twice', async () => {
    await clearNotifications(editor);
    const before = warnings().length;
    await signInAs(editor, 'ben@contoso.com');
    for (const resource of ['Azure Storage', 'Key Vault']) {
      await getToken(editor, resource);
      await editor.waitForNotification(new RegExp(`token for ${resource} is in the clipboard`));
    }
    assert.deepEqual(await signedInAccounts(editor), ['ada@contoso.com', 'ben@contoso.com']);
    assert.equal(warnings().length, before);
  });

  it('once it works again a new sign-in is kept', async () => {
    await editor.page.evaluate((name) => sessionStorage.removeItem(name), failing);
    await editor.reload();
    await signInAs(editor, 'cleo@contoso.com');
    await waitForEntry();
    await editor.restart();
    await getToken(editor, 'Azure SQL Database');
    const { message } = await editor.waitForNotification(/token for Azure SQL Database is in the clipboard/);
    assert.match(message, /cleo@contoso\.com/);
    assert.deepEqual(await signedInAccounts(editor), ['cleo@contoso.com']);
  });

  it('a key that cannot be had, which the editor tells nobody, ends with the window and breaks nothing', async () => {
    await editor.context.route(keyRoute, (route) => route.fulfill({ status: 500 }));
    await editor.reload();
    await signInAs(editor, 'ben@contoso.com');
    await getToken(editor, 'Azure Storage');
    await editor.waitForNotification(/token for Azure Storage is in the clipboard/);
    await editor.restart();
    await getToken(editor, 'Azure Storage');
    const { message } = await editor.waitForNotification(/token for Azure Storage is in the clipboard/);
    assert.match(message, /cleo@contoso\.com/);
    await signInAs(editor, 'ben@contoso.com');
    assert.deepEqual(await signedInAccounts(editor), ['ben@contoso.com', 'cleo@contoso.com']);
  });
});

/** Runs inside the page, before it does anything. */
function refuseEntry({ entry, failing }: { readonly entry: string; readonly failing: string }): void {
  const { getItem } = Storage.prototype;
  Storage.prototype.getItem = function (name) {
    if (name === entry && getItem.call(sessionStorage, failing) !== null) {
      throw new DOMException('The user has blocked stored data.', 'SecurityError');
    }
    return getItem.call(this, name);
  };
}
