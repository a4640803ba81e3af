import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';

/** The main job, step by step, as a person does it; `npm run tour` runs this and shows each step with its time. */
describe('The tour: sign in, get a token, use it', () => {
  let azure: LocalAzure;
  let editor: EditorWindow;
  let signInPage: Page;
  let step = 0;

  before(async function () {
    this.timeout(120_000);
    azure = await startLocalAzure();
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(),
      workspaceTrust: false,
      screenshotFolder: join(root, 'artifacts/tour'),
    });
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
  });

  afterEach(async function () {
    step += 1;
    const name = `${String(step).padStart(2, '0')}-${this.currentTest?.title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`;
    await editor?.screenshot(name);
  });

  it('Sign In opens the page of Entra in the browser', async () => {
    signInPage = await editor.waitForNewPage(async () => {
      await editor.runCommand('Azure Credentials: Sign In');
      await editor.dialogButton('Open');
    });
    assert.equal(new URL(signInPage.url()).host, 'login.microsoftonline.com');
    await editor.screenshot('entra-sign-in', signInPage);
  });

  it('the person picks an account and is sent back to the editor', async () => {
    await signInPage.getByRole('button', { name: /ada@contoso\.com/ }).click();
    await signInPage.getByText(/go back to the editor/i).waitFor();
    await editor.screenshot('back-to-the-editor', signInPage);
    await signInPage.close();
    const { message } = await editor.waitForNotification(/Signed in to Azure/);
    assert.match(message, /ada@contoso\.com/);
  });

  it('Get Access Token puts a token for Azure Storage into the clipboard', async () => {
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick('Azure Storage');
    const { message } = await editor.waitForNotification(/is in the clipboard/);
    assert.match(message, /Azure Storage/);
    assert.match(message, /ada@contoso\.com/);
    assert.match(message, /expires at/);
    const token = await editor.clipboard();
    assert.match(token, /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    assert.ok(!message.includes(token.slice(0, 20)));
  });

  it('a program lists the blobs of a storage server with that token', async () => {
    const token = await editor.clipboard();
    await editor.openTerminal();
    await editor.runInTerminal('node list-blobs.mjs');
    await editor.waitForTerminal(/Paste the access token/);
    await editor.runInTerminal(token);
    await editor.waitForTerminal(/\d+ bytes/);
  });

  it('after a restart of the editor the next token needs no sign-in', async function () {
    this.timeout(90_000);
    await editor.restart();
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick('Key Vault');
    const { message } = await editor.waitForNotification(/is in the clipboard/);
    assert.match(message, /Key Vault.*ada@contoso\.com/);
  });

  it('the view shows the account, its tokens in memory and what happened', async () => {
    await editor.runCommand('View: Hide Panel');
    await editor.page.locator('.activitybar a[aria-label^="Azure Credentials"]').first().click();
    for (const line of ['ada@contoso.com', 'Key Vault']) {
      await editor.page.locator('.sidebar .monaco-list-row', { hasText: line }).first().waitFor();
    }
  });

  it('Inspect Token explains the claims without showing the token', async () => {
    await editor.runCommand('Azure Credentials: Inspect Token');
    await editor.pick('Key Vault');
    await editor.page.locator('.view-lines', { hasText: 'Audience' }).waitFor();
    assert.doesNotMatch((await editor.page.locator('.monaco-workbench').textContent()) ?? '', /eyJ[\w-]{20}/);
  });

  it('Connect Terminals gives programs in terminals the same sign-in', async () => {
    await editor.runCommand('Azure Credentials: Connect Terminals');
    await editor.page.locator('.quick-input-widget:visible').waitFor();
  });

  it('Diagnose looks at everything between the editor and a token', async function () {
    this.timeout(60_000);
    await editor.page.keyboard.press('Escape');
    await editor.runCommand('Azure Credentials: Diagnose');
    await editor.page.getByRole('button', { name: 'Show Preview' }).click({ timeout: 40_000 });
    const preview = editor.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await preview.getByRole('heading').first().waitFor();
  });

  it('Get Started walks through it with pictures', async () => {
    await editor.runCommand('Azure Credentials: Get Started');
    await editor.page.locator('.gettingStartedDetailsContent').first().waitFor();
  });
});
