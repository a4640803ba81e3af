import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { writeMachineSettings } from '../../scripts/editor/settings.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { waitFor } from './waitFor.ts';

const run = promisify(execFile);
const itemId = 'delegated-credentials.azure-delegated-credentials.azureCredentials.status';

/** A window in Restricted Mode with nothing configured: the extension keeps quiet until it means something. */
describe('The status bar and the view before anything is configured, in Restricted Mode', function () {
  this.timeout(60_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let folder: string;

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'quiet-'));
    await run('git', ['init', '--quiet', folder]);
    azure = await startLocalAzure();
    editor = await openEditor({
      folder,
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      workspaceTrust: true,
      viewport: { width: 700, height: 600 },
      colorTheme: 'Default Light Modern',
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

  const configure = (settings: Readonly<Record<string, unknown>>) =>
    writeMachineSettings(join(editor.dataFolder, 'user'), {
      'workbench.colorTheme': 'Default Light Modern',
      ...settings,
    });
  const status = (): Locator => editor.page.locator(`[id="${itemId}"]`);
  const pane = (): Locator => editor.page.locator('.sidebar .pane-body');
  const hoverText = async () => {
    await status().hover();
    const hover = editor.page.locator('.workbench-hover-container .hover-contents').last();
    await hover.getByRole('link').first().waitFor();
    return ((await hover.textContent()) ?? '').replaceAll('\u00a0', ' ');
  };

  it('the status bar stays empty, and the view says what can be done', async () => {
    await editor.page.locator('.activitybar a[aria-label^="Azure Credentials"]').first().click();
    await pane().getByText("the editor's own Microsoft account is used").waitFor();
    await pane().getByText('In Restricted Mode neither git nor terminals are given credentials').waitFor();
    assert.equal(await status().count(), 0);
    await editor.screenshot('quiet');
  });

  it('an application that is wanted and not named: it is said, with the way to the setting', async () => {
    await configure({ 'azureCredentials.source': 'application' });
    await pane().getByText('The settings ask for an application to sign in with, and none is named').waitFor();
    await status().waitFor();
    assert.match(await hoverText(), /No application is configured.*Open Settings/s);
    await pane().getByRole('button', { name: 'Open Settings' }).click();
    await editor.page.locator('.settings-editor').getByText('Client Id').first().waitFor();
    await editor.page.keyboard.press('Control+F4');
  });

  it('signed in, the view says what Restricted Mode withholds', async () => {
    await configure(sampleSettings());
    const page = await editor.waitForNewPage(async () => {
      await pane().getByRole('button', { name: 'Sign In' }).click();
      await editor.dialogButton('Open');
    });
    await page.getByRole('button', { name: /ada@contoso\.com/ }).click();
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
    await editor.page.bringToFront();
    await pane()
      .getByText(/Restricted Mode: neither git nor terminals/)
      .waitFor();
    await waitFor(async () => (/ada@contoso\.com/.test((await status().textContent()) ?? '') ? true : undefined), {
      what: 'the account in the status bar',
    });
    await pane().locator('.monaco-list-row').filter({ hasText: 'No tokens in memory' }).waitFor();
    const lines = await pane().locator('.monaco-list-row').allTextContents();
    assert.deepEqual(
      lines.map((line) => line.trim()),
      ['ada@contoso.comAda Sample', 'No tokens in memory'],
    );
    assert.match(await hoverText(), /Git: not in Restricted Mode.*Terminals: not in Restricted Mode/);
    await editor.screenshot('restricted');
  });

  it('a repository of Azure DevOps in a trusted workspace makes it appear, with nothing configured', async () => {
    await configure({});
    await status().waitFor({ state: 'detached' });
    await run('git', ['-C', folder, 'remote', 'add', 'origin', 'https://dev.azure.com/contoso/Sample/_git/Sample']);
    await editor.runCommand('Workspaces: Manage Workspace Trust');
    await editor.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: 'Trust', exact: true })
      .first()
      .click();
    await status().waitFor();
    assert.match((await status().textContent()) ?? '', /Sign in to Azure/);
    await run('git', ['-C', folder, 'remote', 'remove', 'origin']);
    await status().waitFor({ state: 'detached' });
  });
});
