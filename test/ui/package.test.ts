import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { maximumSize, packExtension } from '../../scripts/package/pack.mjs';
import { editorServer } from '../../scripts/setup/editor.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';

const run = promisify(execFile);
const editorName = process.env['EDITOR_FOR_TESTS'] === 'oldest' ? 'oldest' : 'newest';

describe('The package, installed in a clean editor', () => {
  let folder: string;
  let packagePath: string;
  let azure: LocalAzure;
  let editor: EditorWindow;

  before(async function () {
    this.timeout(90_000);
    folder = await mkdtemp(join(tmpdir(), 'adc-'));
    packagePath = join(folder, 'extension.vsix');
    azure = await startLocalAzure();
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('has what is needed and nothing else, and is small', async () => {
    const { files, size } = await packExtension({ stage: join(folder, 'stage'), packagePath });
    const allowed = /^(dist\/.*\.js|media\/[\w./-]+|l10n\/[\w.-]+\.json|package(\.nls(\.[\w-]+)?)?\.json)$/;
    const named = ['CHANGELOG.md', 'LICENSE', 'README.md', 'ThirdPartyNotices.txt', 'src/api/azureCredentials.d.ts'];
    assert.deepEqual(
      files.filter((file) => !allowed.test(file)),
      named,
    );
    assert.ok(files.includes('dist/extension.js'));
    assert.ok(size <= maximumSize, `${size} bytes`);
  });

  it('is taken by the editor’s own installer', async () => {
    const { main, node } = editorServer(editorName);
    await run(node, [
      ...[main, '--accept-server-license-terms', '--install-extension', packagePath],
      ...['--server-data-dir', join(folder, 'server'), '--user-data-dir', join(folder, 'user')],
      ...['--extensions-dir', join(folder, 'extensions')],
    ]);
    const installed = await readdir(join(folder, 'extensions'));
    assert.ok(installed.some((name) => name.startsWith('delegated-credentials.azure-delegated-credentials-')));
  });

  it('signs a person in and gives a token', async function () {
    this.timeout(60_000);
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      userDataDir: folder,
      extensions: [],
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(),
    });
    const page = await editor.waitForNewPage(async () => {
      await editor.runCommand('Azure Credentials: Sign In');
      await editor.dialogButton('Open');
    });
    await page.getByRole('button', { name: /ada@contoso\.com/ }).click();
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
    await editor.waitForNotification(/Signed in to Azure as ada@contoso\.com/);
    await editor.runCommand('Azure Credentials: Get Access Token');
    await editor.pick('Azure Storage');
    const { message } = await editor.waitForNotification(/is in the clipboard/);
    assert.match(message, /Azure Storage.*ada@contoso\.com/);
    assert.match(await editor.clipboard(), /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('shows its README in full, without a picture that is broken', async () => {
    await editor.runCommand('Extensions: Show Installed Extensions');
    await editor.page.locator('.extension-list-item', { hasText: 'Azure Delegated' }).first().click();
    const readme = editor.page.frameLocator('iframe.webview').frameLocator('iframe');
    await readme.getByRole('heading', { name: 'First sign-in' }).waitFor({ timeout: 20_000 });
    const broken = readme
      .locator('img')
      .evaluateAll((images) =>
        images.filter((image) => (image as HTMLImageElement).naturalWidth === 0).map((image) => image.outerHTML),
      );
    assert.deepEqual(await broken, []);
  });
});
