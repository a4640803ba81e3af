import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import type { IssuedSecret, SecretKind } from '../azure/secrets.ts';
import { send } from '../unit/endpoint/endpointUnderTest.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { type LeakSearch, type Secret, searchFolder, searchTexts } from './leakSearch.ts';
import { ProcessWatch } from './processWatch.ts';
import { sampleSettings } from './sampleSettings.ts';
import { clearNotifications, followSignIn, getToken, goBack, openSignIn, settingsOf, signInAs } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/**
 * Where any browser keeps the addresses of the pages that it shows: its history, the tabs to open again, and Chromium's
 * own count of visits. The address that a sign-in ends at holds a code, which was used, and a state. All else of the profile
 * is searched: its caches too, and Local Storage and IndexedDB, where VS Code keeps its state and its encrypted secrets.
 */
const ownFilesOfBrowser = /^browser\/(Default\/(History(-journal)?|Sessions)|segmentation_platform)(\/|$)/;

/** What this build of the editor and its browser ask by themselves, with no extension of ours: the proxy lets none of it out. */
const ownHostsOfEditor =
  /^((update|content-autofill|clients\d?|optimizationguide-pa|safebrowsing)\.googleapis\.com|accounts\.google\.com|(\w+\.)?telemetry\.coder\.com|open-vsx\.org|default\.exp-tas\.com|mobile\.events\.data\.microsoft\.com)$/;

/** At the level "trace" the editor itself logs how it starts a terminal, with all of its environment. */
const logsOfTerminals = /(^server|\/(ptyhost|remoteagent)\.log): caller secret, /;

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

/** A terminal whose text a test can read, and which is connected. */
const terminals = {
  'terminal.integrated.gpuAcceleration': 'off',
  'azureCredentials.terminal.azureSdk': true,
  'azureCredentials.terminal.azd': true,
  'azureCredentials.terminal.positWorkbench': true,
  'azureCredentials.terminal.approval': 'never',
};

/** Variables that hold a caller's secret of the local token endpoint, by design: nobody else's process has them. */
const intendedVariables = ['IDENTITY_HEADER', 'MSI_SECRET', 'MSI_ENDPOINT', 'AZD_AUTH_KEY'] as const;

/** Asks the local token endpoint, and tells of the answer its length only. */
const program = `import { get } from 'node:http';
const { IDENTITY_ENDPOINT: url, IDENTITY_HEADER: secret } = process.env;
get(url + '?api-version=2019-08-01&resource=https://vault.azure.net', { headers: { 'x-identity-header': secret } }, async (answer) => {
  console.log('ANSWERED:' + answer.statusCode + ':' + (await answer.toArray()).join('').length);
});
`;

/** The main job in a window that logs all it can; then every file below the editor's data folder is searched. */
describe('No secret is left behind', function () {
  this.timeout(90_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let folder: string;
  let changeSettings: (settings: Readonly<Record<string, unknown>>) => Promise<void>;
  let secrets: readonly IssuedSecret[] = [];
  let watch: ProcessWatch;
  /** What people and programs were told, by where. */
  const told: [where: string, text: string][] = [];

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'leak-'));
    await mkdir(join(folder, 'home'));
    await mkdir(join(folder, 'run'), { mode: 0o700 });
    azure = await startLocalAzure({ storage: false });
    watch = new ProcessWatch(folder);
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      env: { ...azure.environment, PS1: '$ ', HOME: join(folder, 'home'), XDG_RUNTIME_DIR: join(folder, 'run') },
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(terminals),
      args: ['--log', 'trace'],
      userDataDir: folder,
      screenshotFolder: join(root, 'artifacts/leaks'),
    });
    changeSettings = settingsOf(editor);
  });

  after(async () => {
    await editor?.dispose();
    await watch?.[Symbol.asyncDispose]();
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

  /** What the endpoint gave to terminals: in the environment of their shells. */
  const callerSecrets = (): readonly Secret[] => {
    const values = watch.seen.flatMap(({ environment }) =>
      intendedVariables.map((name) => environment.get(name) ?? ''),
    );
    const inPath = (value: string) => /^http:\/\/127\.0\.0\.1:\d+\/([\w-]{43})\//.exec(value)?.[1];
    const distinct = new Set(
      values.map((value) => inPath(value) ?? value).filter((value) => /^[\w-]{43}$/.test(value)),
    );
    return [...distinct].map((value) => ({ kind: 'caller secret', value }));
  };

  /** As a program in a terminal would; what it is told is kept. */
  const askAsProgram = async (resource: string): Promise<void> => {
    const { environment } = watch.seen.findLast(({ environment: one }) => one.has('IDENTITY_HEADER')) ?? assert.fail();
    const url = `${environment.get('IDENTITY_ENDPOINT')}?api-version=2019-08-01&resource=${resource}`;
    const headers = { 'x-identity-header': environment.get('IDENTITY_HEADER') ?? '' };
    told.push(['program', (await send(url, { headers })).text]);
  };

  /** Every row of the view, with recent activity opened. */
  const viewText = async (): Promise<string> => {
    await editor.page.locator('.activitybar .action-item a[aria-label^="Azure Credentials"]').first().click();
    const rows = editor.page.locator('.sidebar .pane-body .monaco-list-row');
    const activity = rows.filter({ hasText: 'Recent Activity' }).first();
    await activity.waitFor();
    if ((await activity.getAttribute('aria-expanded')) !== 'true') {
      await activity.click();
    }
    await rows
      .filter({ hasText: /Azure Storage|Key Vault/ })
      .first()
      .waitFor();
    const labels = await rows.evaluateAll((all) =>
      all.map((row) => `${row.getAttribute('aria-label')} ${row.textContent}`),
    );
    return labels.join('\n');
  };

  const describeLeaks = ({ leaks, searched, bytes }: LeakSearch): readonly string[] => {
    console.log(`      searched ${bytes.toLocaleString('en')} bytes in ${searched} places`);
    return [...new Set(leaks.map(({ file, kind, form }) => `${file}: ${kind}, ${form}`))];
  };

  const copyTokens = async (...resources: readonly string[]): Promise<void> => {
    for (const resource of resources) {
      await getToken(editor, resource);
      await editor.waitForNotification(new RegExp(`token for ${resource} is in the clipboard`));
      await clearNotifications(editor);
    }
  };

  it('activation asks no server of Azure for anything', async () => {
    const asked = (await azure.control.requests()).filter(({ status }) => status !== 502);
    assert.deepEqual(
      asked.map(({ host, path }) => host + path),
      [],
    );
    assert.ok((await editor.paletteEntries('Azure Credentials: Sign In')).includes('Azure Credentials: Sign In'));
  });

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
    await changeSettings(sampleSettings({ ...terminals, 'azureCredentials.signInMethod': 'deviceCode' }));
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

  it('a program in that terminal gets a token', async () => {
    const file = join(folder, 'home/program.mjs');
    await writeFile(file, program);
    await editor.runInTerminal(`node ${file}`);
    await editor.waitForTerminal(/ANSWERED:200:\d{4}/);
    assert.ok(callerSecrets().length >= 4);
  });

  it('a confidential client signs in with its secret', async () => {
    const application = { 'azureCredentials.clientId': '5a6b7c8d-3333-4e2f-9a0b-000000000003' };
    await changeSettings(sampleSettings({ ...terminals, ...application }));
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
    await azure.control.failWith(53003, { grant: 'refresh_token', times: 2 });
    await getToken(editor, 'Azure Storage');
    await editor.waitForNotification(/blocked|policy/i);
    await askAsProgram('https://database.windows.net');
    await azure.control.revokeSessions('ada@contoso.com');
    const page = await followSignIn(editor, () => getToken(editor, 'Azure Storage'));
    await page.getByRole('button', { name: 'ada@contoso.com' }).click();
    await goBack(editor, page);
    await editor.waitForNotification(/is in the clipboard/);
  });

  it('git is told why it gets nothing, and traces it', async () => {
    await azure.control.failWith(53003, { grant: 'refresh_token', times: 3 });
    const trace = join(folder, 'home/git-trace.txt');
    const asked = "printf 'protocol=https\\nhost=dev.azure.com\\npath=fabrikam/p/_git/r\\n\\n'";
    await editor.runInTerminal(`${asked} | GIT_TRACE=1 git credential fill >/dev/null 2>${trace}; echo TRACED:$?`);
    await editor.waitForTerminal(/TRACED:\d/);
    await azure.control.clearFaults();
    told.push(['git', await readFile(trace, 'utf8')]);
  });

  it('a person looks at the diagnosis and the activity', async () => {
    await clearNotifications(editor);
    await editor.runCommand('Azure Credentials: Diagnose');
    await editor.waitForNotification(/^The report holds no token/, { timeout: 60_000 });
    await editor.page.evaluate(() => navigator.clipboard.writeText(''));
    await editor.clickNotificationButton('Copy');
    const report = await waitFor(async () => (await editor.clipboard()) || undefined, { what: 'a report' });
    assert.match(report, /^# Azure Credentials: diagnosis/);
    told.push(['diagnosis', report], ['view', await viewText()]);
  });

  it('secrets of every kind went through, and everything was logged', async () => {
    secrets = await azure.control.secrets();
    assert.deepEqual([...new Set(secrets.map(({ kind }) => kind))].sort(), everyKind);
    const logs = await Promise.all((await editor.logs()).map((path) => readFile(path, 'utf8')));
    assert.match(logs.join('\n'), /\[trace\].*oauth2\/v2\.0\/token answered 200/);
  });

  it('nothing that people and programs were told holds one of them', () => {
    told.push([
      'notifications',
      editor
        .notifications()
        .map(({ message }) => message)
        .join('\n'),
    ]);
    told.push(['server', editor.serverOutput]);
    assert.deepEqual([...new Set(told.map(([where]) => where))].sort(), [
      'diagnosis',
      'git',
      'notifications',
      'program',
      'server',
      'view',
    ]);
    assert.match(told.find(([where]) => where === 'program')?.[1] ?? '', /policy/);
    const leaks = describeLeaks(searchTexts(told, [...secrets, ...callerSecrets()]));
    assert.deepEqual(
      leaks.filter((leak) => !logsOfTerminals.test(leak)),
      [],
    );
  });

  it('no list of processes showed one of them, and no environment but what terminals are given on purpose', () => {
    const own = callerSecrets();
    const lines = watch.seen.map(({ pid, commandLine }) => [`${pid}`, commandLine] as const);
    assert.ok(watch.rounds > 100 && lines.some(([, line]) => line.includes('git credential')));
    assert.deepEqual(describeLeaks(searchTexts(lines, [...secrets, ...own])), []);
    const variables = watch.seen.flatMap(({ commandLine, environment }) =>
      [...environment].map(([name, value]) => [`${name} of ${commandLine.slice(0, 60)}`, value] as const),
    );
    const search = searchTexts(variables, secrets);
    assert.deepEqual(describeLeaks(search), []);
    const holders = searchTexts(variables, own).leaks.map(({ file }) => file);
    assert.ok(holders.length > 0);
    const isIntended = (holder: string) => intendedVariables.some((name) => holder.startsWith(`${name} of `));
    assert.deepEqual(
      holders.filter((holder) => !isIntended(holder) || /server-main|bootstrap-fork|browser/.test(holder)),
      [],
    );
  });

  it('a crash of the extension host leaves none of them', async () => {
    const host = watch.seen.findLast(
      ({ commandLine, pid }) => commandLine.includes('--type=extensionHost') && isAlive(pid),
    );
    assert.ok(host);
    process.kill(host.pid, 'SIGABRT');
    await waitFor(async () => (isAlive(host.pid) ? undefined : true), { what: 'the end of the extension host' });
  });

  it('no file below the data folder of the editor holds one of them', async function () {
    this.timeout(240_000);
    await editor.restart();
    const own = callerSecrets();
    await editor.dispose();
    await watch[Symbol.asyncDispose]();
    const search = await searchFolder(folder, [...secrets, ...own], (path) => ownFilesOfBrowser.test(path));
    assert.deepEqual(
      describeLeaks(search).filter((leak) => !logsOfTerminals.test(leak)),
      [],
    );
    const searched = await readdir(join(folder, 'browser/Default'));
    for (const name of ['IndexedDB', 'Local Storage']) {
      assert.ok(searched.includes(name), `the profile has no ${name}`);
    }
  });

  it('nobody was asked but the servers of Entra and Azure, and what the editor itself asks', async () => {
    const hosts = new Set((await azure.control.requests()).map(({ host }) => host));
    const isAzures = (host: string) =>
      /(^|\.)(microsoftonline\.com|microsoft\.com|azure\.com|azure\.net|windows\.net|visualstudio\.com)$/.test(host);
    assert.ok(hosts.has('login.microsoftonline.com'));
    assert.deepEqual(
      [...hosts].filter((host) => !isAzures(host) && !ownHostsOfEditor.test(host)),
      [],
    );
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
    const { leaks: found } = await searchFolder(planted, secrets);
    const formsIn = (file: string) =>
      found.filter((leak) => leak.file === file).map(({ kind, form }) => `${kind}: ${form}`);
    assert.ok(formsIn('plain.log').includes('access token: plain'));
    assert.ok(formsIn('encoded.bin').some((form) => form.startsWith('refresh token: base64')));
    assert.deepEqual(formsIn('cut.log'), ['access token: end of the signature']);
    assert.ok(formsIn('wide.ldb').includes('refresh token: plain, UTF-16'));
    // The browser’s own files prove the same: the history holds the address that a sign-in ended at.
    const inHistory = await searchFolder(join(folder, 'browser/Default'), secrets, (path) => path !== 'History');
    assert.ok(inHistory.leaks.some(({ kind }) => kind === 'authorization code'));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
