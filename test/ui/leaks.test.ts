import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import type { IssuedSecret, SecretKind } from '../azure/secrets.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { findLeaks } from './leakSearch.ts';
import { sampleSettings } from './sampleSettings.ts';
import { clearNotifications, followSignIn, getToken, goBack, openSignIn, settingsOf, signInAs } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/**
 * Where any browser keeps the addresses of the pages that it shows: its history, the tabs to open again, and Chromium's
 * own count of visits. The address that a sign-in ends at holds a code, which was used, and a state. All else of the profile
 * is searched: its caches too, and Local Storage and IndexedDB, where VS Code keeps its state and its encrypted secrets.
 */
const ownFilesOfBrowser = /^browser\/(Default\/(History(-journal)?|Sessions)|segmentation_platform)(\/|$)/;

const everyKind: readonly SecretKind[] = [
  'ID token',
  'access token',
  'authorization code',
  'client secret',
  'code verifier',
  'device code',
  'refresh token',
  'state',
];

/** A terminal whose text a test can read. */
const readable = { 'terminal.integrated.gpuAcceleration': 'off' };

/** The main job in a window that logs all it can; then every file below the editor's data folder is searched. */
describe('No secret is left behind', function () {
  this.timeout(90_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let folder: string;
  let changeSettings: (settings: Readonly<Record<string, unknown>>) => Promise<void>;
  let secrets: readonly IssuedSecret[] = [];

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'leak-'));
    azure = await startLocalAzure({ storage: false });
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      env: { ...azure.environment, PS1: '$ ' },
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(),
      args: ['--log', 'trace'],
      userDataDir: folder,
      screenshotFolder: join(root, 'artifacts/leaks'),
    });
    changeSettings = settingsOf(editor);
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      const name = `failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}`;
      // The window is closed before the last steps.
      await editor?.screenshot(name).catch(() => undefined);
    }
  });

  const copyTokens = async (...resources: readonly string[]): Promise<void> => {
    for (const resource of resources) {
      await getToken(editor, resource);
      await editor.waitForNotification(new RegExp(`token for ${resource} is in the clipboard`));
      await clearNotifications(editor);
    }
  };

  it('a person signs in in the browser and gets tokens for three resources', async () => {
    await signInAs(editor, 'ada@contoso.com');
    await copyTokens('Azure Storage', 'Key Vault', 'Azure SQL Database');
  });

  it('another signs in with a pasted address', async () => {
    const page = await openSignIn(editor);
    const address = await azure.control.authorize(page.url(), { username: 'ben@contoso.com' });
    await page.close();
    await editor.page.bringToFront();
    await editor.runCommand('Azure Credentials: Paste Sign-In Address');
    await editor.typeInput(address);
    await editor.waitForNotification(/^Signed in to Azure as ben@contoso\.com/);
  });

  it('another signs in with a device code', async () => {
    await changeSettings(sampleSettings({ ...readable, 'azureCredentials.signInMethod': 'deviceCode' }));
    const page = await openSignIn(editor);
    const code = await waitFor(async () => /[A-Z0-9]{9}/.exec(await editor.clipboard())?.[0], { what: 'a code' });
    await azure.control.approveDevice(code, 'cleo@contoso.com');
    await page.close();
    await editor.waitForNotification(/^Signed in to Azure as cleo@contoso\.com/);
    await clearNotifications(editor);
  });

  it('git gets a token in a terminal', async () => {
    await editor.openTerminal();
    await editor.runInTerminal(
      "printf 'protocol=https\\nhost=dev.azure.com\\npath=contoso/p/_git/r\\n\\n' | git credential fill | wc -c | sed s/^/LENGTH:/",
    );
    const [, length] = await editor.waitForTerminal(/LENGTH:\s*(\d{3,})/);
    assert.ok(Number(length) > 500, `${length} characters`);
  });

  it('a confidential client signs in with its secret', async () => {
    const application = { 'azureCredentials.clientId': '5a6b7c8d-3333-4e2f-9a0b-000000000003' };
    await changeSettings(sampleSettings({ ...readable, ...application }));
    await editor.runCommand('Azure Credentials: Set Client Secret');
    await editor.typeInput('sample~secret.of-the-local-azure_only~1');
    await editor.waitForNotification(/client secret is kept/);
    await signInAs(editor, 'ada@contoso.com');
    await copyTokens('Azure Resource Manager');
  });

  it('Entra refuses, answers nonsense, and wants the person again', async () => {
    await azure.control.addFault({ grant: 'refresh_token', times: 3, effect: { kind: 'truncate' } });
    await getToken(editor, 'Azure Storage');
    await editor.waitForNotification(/Something other than Microsoft Entra ID answered|unusable/);
    await azure.control.clearFaults();
    await azure.control.failWith(53003, { grant: 'refresh_token' });
    await getToken(editor, 'Azure Storage');
    await editor.waitForNotification(/blocked|policy/i);
    await azure.control.revokeSessions('ada@contoso.com');
    const page = await followSignIn(editor, () => getToken(editor, 'Azure Storage'));
    await page.getByRole('button', { name: 'ada@contoso.com' }).click();
    await goBack(editor, page);
    await editor.waitForNotification(/is in the clipboard/);
  });

  it('secrets of every kind went through, and everything was logged', async () => {
    secrets = await azure.control.secrets();
    assert.deepEqual([...new Set(secrets.map(({ kind }) => kind))].sort(), everyKind);
    const logs = await Promise.all((await editor.logs()).map((path) => readFile(path, 'utf8')));
    assert.match(logs.join('\n'), /\[trace\].*oauth2\/v2\.0\/token answered 200/);
  });

  it('no file below the data folder of the editor holds one of them', async function () {
    this.timeout(180_000);
    await editor.restart();
    await editor.dispose();
    const leaks = await findLeaks(folder, secrets, (path) => ownFilesOfBrowser.test(path));
    assert.deepEqual([...new Set(leaks.map(({ file, kind, form }) => `${file}: ${kind}, ${form}`))], []);
    const searched = await readdir(join(folder, 'browser/Default'));
    for (const name of ['IndexedDB', 'Local Storage']) {
      assert.ok(searched.includes(name), `the profile has no ${name}`);
    }
  });

  it('the search finds what is there: in a log, in a database, encoded, and cut', async () => {
    const token = secrets.find(({ kind }) => kind === 'access token') as IssuedSecret;
    const refresh = secrets.find(({ kind }) => kind === 'refresh token') as IssuedSecret;
    const planted = join(folder, 'user/logs/planted');
    await mkdir(planted);
    await appendFile(join(planted, 'plain.log'), `[info] answer: ${token.value}, thank you\n`);
    await writeFile(join(planted, 'encoded.bin'), Buffer.from(`{"n":1,"t":"${refresh.value}"}`).toString('base64'));
    await writeFile(join(planted, 'cut.log'), `…${token.value.slice(-20)}`);
    await writeFile(join(planted, 'wide.ldb'), Buffer.from(`☂${refresh.value}`, 'utf16le'));
    const found = await findLeaks(planted, secrets);
    const formsIn = (file: string) =>
      found.filter((leak) => leak.file === file).map(({ kind, form }) => `${kind}: ${form}`);
    assert.ok(formsIn('plain.log').includes('access token: plain'));
    assert.ok(formsIn('encoded.bin').some((form) => form.startsWith('refresh token: base64')));
    assert.deepEqual(formsIn('cut.log'), ['access token: end of the signature']);
    assert.ok(formsIn('wide.ldb').includes('refresh token: plain, UTF-16'));
    // The browser’s own files prove the same: the history holds the address that a sign-in ended at.
    const inHistory = await findLeaks(join(folder, 'browser/Default'), secrets, (path) => path !== 'History');
    assert.ok(inHistory.some(({ kind }) => kind === 'authorization code'));
  });
});
