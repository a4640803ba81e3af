import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { waitFor } from './waitFor.ts';

const folder = join(root, 'test/azure/workspace');

/** The samples of the workspace: a token goes from the editor into a task, a launch configuration and a request. */
describe('Tokens for tasks, launch configurations and REST clients', function () {
  this.timeout(60_000);
  let azure: LocalAzure;
  let editor: EditorWindow;

  before(async function () {
    this.timeout(120_000);
    azure = await startLocalAzure();
    editor = await openEditor({
      folder,
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(),
      screenshotFolder: join(root, 'artifacts/tasks'),
    });
    const page = await editor.waitForNewPage(async () => {
      await editor.runCommand('Azure Credentials: Sign In');
      await editor.dialogButton('Open');
    });
    await page.getByRole('button', { name: /ada@contoso\.com/ }).click();
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await editor?.screenshot(`failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}`);
    }
  });

  const runTask = async (label: string): Promise<void> => {
    await editor.runCommand('Tasks: Run Task');
    await editor.pick(label);
  };
  it('a task gets a token through an input of type command, and lists blobs', async () => {
    await runTask('List blobs');
    await editor.waitForTerminal(/[1-9]\d* blobs: hello\.txt/);
  });

  it('arguments choose the tenant', async () => {
    await runTask('List blobs as a guest of Fabrikam');
    const ofFabrikam = async () => {
      const requests = await azure.control.requests({ resource: 'Azure Storage', host: 'login.microsoftonline.com' });
      return requests.find(({ path }) => path.startsWith('/fabrikam.com/'));
    };
    await waitFor(ofFabrikam, { what: 'a token request to Fabrikam' });
    assert.equal((await ofFabrikam())?.status, 200);
  });

  it('a command variable asks for the resource', async () => {
    await runTask('List blobs with a token you pick');
    await editor.pick('Azure Storage');
    await editor.waitForNotification(/is in the clipboard/);
  });

  it('a launch configuration gets a token the same way', async () => {
    await editor.runCommand('Debug: Start Without Debugging');
    const output = editor.page.locator('.repl .expression');
    await output
      .filter({ hasText: /[1-9]\d* blobs: hello\.txt/ })
      .first()
      .waitFor();
  });

  it('no token is shown on the screen, on the way', async () => {
    // A launch configuration with "integratedTerminal" would: VS Code types the environment into the shell.
    assert.doesNotMatch((await editor.page.locator('body').textContent()) ?? '', /eyJ[\w-]{20}/);
    for (const file of ['.vscode/tasks.json', '.vscode/launch.json']) {
      const text = await readFile(join(folder, file), 'utf8');
      assert.doesNotMatch(text, /"args": \[[^\]]*[Tt]oken|integratedTerminal|"type": "shell"/, file);
    }
  });
});
