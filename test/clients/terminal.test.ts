import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { portRange } from '../../src/endpoint/loopbackPort.ts';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from '../ui/editorWindow.ts';
import { sampleSettings } from '../ui/sampleSettings.ts';
import { waitFor } from '../ui/waitFor.ts';
import { findPython, works } from './endpointRig.ts';

const marker = 'END-OF-PROGRAM';

/** A person connects terminals, and programs that nobody here wrote find the account by themselves. */
describe('Connected terminals', function () {
  this.timeout(90_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let scratch: string;
  let runs = 0;

  before(async function () {
    this.timeout(120_000);
    scratch = await mkdtemp(join(tmpdir(), 'terminals-'));
    azure = await startLocalAzure();
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      env: {
        ...azure.environment,
        PS1: '$ ',
        AZURE_CONFIG_DIR: join(scratch, 'az'),
        AZURE_CORE_COLLECT_TELEMETRY: 'no',
      },
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(),
      screenshotFolder: join(root, 'artifacts/terminal'),
    });
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await editor?.screenshot(`failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}`);
    }
  });

  /** Runs a line in the terminal until it ends, and returns all that it wrote. The screen is too small for some. */
  const run = async (line: string, meanwhile?: () => Promise<unknown>): Promise<string> => {
    runs += 1;
    const file = join(scratch, `run-${runs}`);
    await editor.runInTerminal(`(${line}) >${file} 2>&1; clear; echo ${marker}-${runs}`);
    await meanwhile?.();
    await editor.waitForTerminal(new RegExp(`^${marker}-${runs}$`, 'm'), { timeout: 60_000 });
    return await readFile(file, 'utf8');
  };
  const allow =
    (resource: RegExp, button = 'Allow for This Workspace') =>
    async () => {
      const { message } = await editor.waitForNotification(/A program in a terminal .* asks for a token/);
      assert.match(message, resource);
      assert.match(message, /as ada@contoso\.com/);
      await editor.screenshot('approval');
      await editor.clickNotificationButton(button);
    };
  const connect = async (...labels: readonly string[]) => {
    await editor.runCommand('Azure Credentials: Connect Terminals');
    for (const label of labels) {
      await editor.pick(label);
    }
    await editor.screenshot('connect');
    await editor.page.keyboard.press('Enter');
  };

  it('are not connected until the person says so', async () => {
    await editor.openTerminal();
    const variables = await run('env');
    assert.doesNotMatch(variables, /^(IDENTITY_|MSI_|AZD_AUTH|RS_SERVER|POSIT_)/m);
  });

  it('Connect Terminals shows what will be set and for whom', async () => {
    const page = await editor.waitForNewPage(async () => {
      await editor.runCommand('Azure Credentials: Sign In');
      await editor.dialogButton('Open');
    });
    await page.getByRole('button', { name: /ada@contoso\.com/ }).click();
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
    await editor.page.bringToFront();
    await editor.waitForNotification(/Signed in to Azure/);
    await editor.runCommand('Azure Credentials: Connect Terminals');
    const titled = async () => /ada@contoso\.com/.exec((await editor.inputText()).title) ?? undefined;
    await waitFor(titled, { what: 'a title that names the account' });
    const entries = await editor.quickPickEntries();
    assert.deepEqual(
      entries.map(({ detail }) => detail),
      [
        'Sets IDENTITY_ENDPOINT, IDENTITY_HEADER, MSI_ENDPOINT, MSI_SECRET',
        'Sets AZD_AUTH_ENDPOINT, AZD_AUTH_KEY',
        'Sets RS_SERVER_ADDRESS, PWB_SESSION_RUNTIME_DIR, POSIT_PRODUCT, RSTUDIO_VERSION',
      ],
    );
    await editor.page.keyboard.press('Escape');
  });

  it('a terminal that is opened then has the variables', async () => {
    await connect(
      'Azure SDKs, az and azcopy (managed identity)',
      'Azure Developer CLI (azd)',
      'Programs for Posit Workbench (Python and R)',
    );
    await editor.waitForNotification(/Terminals that you open from now on are connected/);
    await editor.openTerminal();
    const variables = await run('env');
    assert.match(variables, /^IDENTITY_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\/msi\/token$/m);
    assert.match(variables, /^AZD_AUTH_KEY=[\w-]{43}$/m);
    assert.match(variables, /^POSIT_PRODUCT=WORKBENCH$/m);
  });

  it('@azure/identity lists blobs once the person has allowed it', async () => {
    const output = await run(
      'node samples/list-blobs.mjs',
      allow(/Azure Storage.*azsdk-js-identity|azsdk-js-identity.*Azure Storage/),
    );
    assert.match(output, /^hello\.txt {2}\d+ bytes$/m);
  });

  it('azure-identity for Python lists blobs without another question (Debian: python3-azure)', async function () {
    const python = (await findPython('azure.identity, azure.storage.blob')) ?? this.skip();
    assert.match(await run(`${python} samples/list_blobs.py`), /^hello\.txt {2}\d+ bytes$/m);
  });

  it('a shell script with curl lists blobs', async function () {
    if (!(await works('curl', ['--version']))) {
      this.skip();
    }
    assert.match(await run('sh samples/list-blobs.sh'), /^hello\.txt$/m);
  });

  it('az signs in with the identity and gets a token (Debian: azure-cli)', async function () {
    if (!(await works('az', ['--version']))) {
      this.skip();
    }
    const subscriptions = await run('az login --identity', allow(/Azure Resource Manager/));
    assert.match(subscriptions, /"Contoso Development"/);
    const expiry = await run('az account get-access-token --query expiresOn');
    assert.match(expiry, /^"\d{4}-\d\d-\d\d /m);
  });

  it('a Python program for Posit Workbench prints the name of the person (Debian: python3-requests)', async function () {
    const python = (await findPython('requests')) ?? this.skip();
    assert.match(await run(`${python} samples/my_name.py`, allow(/Microsoft Graph/)), /^Ada Sample$/m);
  });

  it('an R program for Posit Workbench prints the name of the person (Debian: r-cran-curl)', async function () {
    if (!(await works('Rscript', ['-e', 'library(curl); library(jsonlite)']))) {
      this.skip();
    }
    assert.match(await run('Rscript samples/my-name.R'), /^Ada Sample$/m);
  });

  it('what the person denies, a program is told so', async () => {
    const ask =
      'curl -s --get "$IDENTITY_ENDPOINT" -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" --data-urlencode resource=https://cosmos.azure.com';
    const output = await run(ask, allow(/Azure Cosmos DB/, 'Deny'));
    assert.match(output, /"access_denied".*denied in the editor/);
  });

  it('when Entra wants the person, a notification offers Sign In, and the program works when it is run again', async () => {
    const ask =
      'curl -s --get "$IDENTITY_ENDPOINT" -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" --data-urlencode resource=https://database.windows.net';
    await azure.control.requireMultifactor({ resource: 'Azure SQL Database', user: 'ada@contoso.com' });
    const refused = await run(ask, allow(/Azure SQL Database/));
    assert.match(refused, /Choose Sign In in the editor, then run this program again/);
    await editor.waitForNotification(/needs you to sign in before it can use Azure SQL Database/);
    const page = await editor.waitForNewPage(async () => {
      await editor.clickNotificationButton('Sign In');
      await editor.dialogButton('Open');
    });
    await page
      .getByText(/go back to the editor|approve|verify|account/i)
      .first()
      .waitFor();
    const approve = page.getByRole('button', { name: /approve|verify|ada@contoso\.com/i });
    for (let step = 0; step < 3 && (await approve.count()) > 0; step++) {
      await approve.first().click();
      await page.waitForLoadState('domcontentloaded');
    }
    await page.getByText(/go back to the editor/i).waitFor();
    await page.close();
    await editor.page.bringToFront();
    await editor.waitForNotification(/Run the program again/);
    assert.match(await run(ask), /"access_token"/);
    await azure.control.clearPolicies();
  });

  it('a terminal that outlives the window goes on working, without another question', async () => {
    const before = await run('env | grep -E "^(IDENTITY|MSI|AZD|RS_|PWB)" | sort');
    await editor.reload();
    await editor.page.locator('.terminal-wrapper.active').waitFor();
    assert.match(await run('node samples/list-blobs.mjs'), /^hello\.txt {2}\d+ bytes$/m);
    await editor.openTerminal();
    assert.equal(await run('env | grep -E "^(IDENTITY|MSI|AZD|RS_|PWB)" | sort'), before);
  });

  it('no secret of the endpoint and no token is in any file of the editor', async () => {
    const variables = await run('env');
    const secrets = ['IDENTITY_HEADER', 'MSI_SECRET', 'AZD_AUTH_KEY'].map(
      (name) => new RegExp(`^${name}=(.+)$`, 'm').exec(variables)?.[1] ?? assert.fail(name),
    );
    const found: string[] = [];
    for (const file of await filesBelow(editor.dataFolder)) {
      const text = await readFile(file, 'latin1');
      if (secrets.some((secret) => text.includes(secret)) || /eyJ0eXAiOiJKV1Qi[\w-]+\.eyJ/.test(text)) {
        found.push(file);
      }
    }
    assert.deepEqual(found, []);
  });

  it('lose the variables when the person disconnects, and open ones are refused', async () => {
    await connect(
      'Azure SDKs, az and azcopy (managed identity)',
      'Azure Developer CLI (azd)',
      'Programs for Posit Workbench (Python and R)',
    );
    await editor.waitForNotification(/not connected any more/);
    const ask = 'curl -s -o /dev/null -w "%{http_code}" "$IDENTITY_ENDPOINT" -H "X-IDENTITY-HEADER: $IDENTITY_HEADER"';
    assert.match(await run(ask), /000$/);
    await editor.openTerminal();
    assert.doesNotMatch(await run('env'), /^(IDENTITY_|MSI_|AZD_AUTH|RS_SERVER|POSIT_)/m);
  });
});

describe('Terminals of a repository that wants more than the person gave', function () {
  this.timeout(120_000);
  let scratch: string;
  let folder: string;
  let editor: EditorWindow;

  /** Opens a repository whose settings ask for everything but what `off` names; `settings` are the person's own. */
  const open = async (off: string, settings: Readonly<Record<string, unknown>>, workspaceTrust = false) => {
    const all = ['azureSdk', 'azd', 'positWorkbench'].map((name) => [
      `azureCredentials.terminal.${name}`,
      name !== off,
    ]);
    const own = { ...Object.fromEntries(all), 'azureCredentials.terminal.approval': 'never' };
    await writeFile(join(folder, '.vscode/settings.json'), JSON.stringify(own));
    editor = await openEditor({ folder, workspaceTrust, settings: sampleSettings(settings), env: { PS1: '$ ' } });
  };
  /** Variables of a new terminal. The command is run before: when it answers, the extension has started. */
  const variables = async (): Promise<string> => {
    await editor.runCommand('Azure Credentials: Connect Terminals');
    await editor.page.getByText('Azure Developer CLI (azd)').waitFor();
    await editor.page.keyboard.press('Escape');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await editor.openTerminal();
    const list = 'env | grep -E "^(IDENTITY|MSI|AZD|RS_|PWB|POSIT)" | sort';
    await editor.runInTerminal(`${list} >${scratch}/out; clear; echo ${marker}`);
    await editor.waitForTerminal(new RegExp(`^${marker}$`, 'm'));
    return await readFile(join(scratch, 'out'), 'utf8');
  };

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'repository-'));
    folder = join(scratch, 'repository');
    await mkdir(join(folder, '.vscode'), { recursive: true });
  });
  afterEach(async () => {
    await editor.dispose();
    await rm(scratch, { recursive: true, force: true });
  });

  it('its settings cannot connect them', async () => {
    await open('', {});
    assert.equal(await variables(), '');
    assert.deepEqual(await portsOfEndpoints(editor.dataFolder), []);
  });

  it('its settings can take away what the person gave', async () => {
    await open('azureSdk', { 'azureCredentials.terminal.azd': true, 'azureCredentials.terminal.azureSdk': true });
    assert.match(await variables(), /^AZD_AUTH_ENDPOINT=.*\nAZD_AUTH_KEY=.*\n$/);
    assert.equal((await portsOfEndpoints(editor.dataFolder)).length, 1);
  });

  it('in Restricted Mode there is no server and nothing to connect, until the person trusts it', async () => {
    await open('', { 'azureCredentials.terminal.azd': true }, true);
    const connect = 'Azure Credentials: Connect Terminals';
    assert.ok(!(await editor.paletteEntries(connect)).includes(connect));
    assert.deepEqual(await portsOfEndpoints(editor.dataFolder), []);
    await editor.runCommand('Workspaces: Manage Workspace Trust');
    await editor.page.getByRole('button', { name: 'Trust', exact: true }).click();
    assert.match(await variables(), /^AZD_AUTH_ENDPOINT=/);
    assert.equal((await portsOfEndpoints(editor.dataFolder)).length, 1);
  });
});

/** Ports of the local token endpoint's range on which processes of this editor listen (Linux: read from /proc). */
async function portsOfEndpoints(dataFolder: string): Promise<readonly number[]> {
  const sockets = new Set<string>();
  for (const pid of await processesOf(dataFolder)) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      sockets.add(await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => ''));
    }
  }
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  return lines
    .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(`socket:[${inode}]`))
    .map(([, address = '']) => Number.parseInt(address.split(':')[1] ?? '', 16))
    .filter((port) => port >= portRange.first && port <= portRange.last);
}

/** The editor's server, which has the folder in its command line, and all that descends from it. */
async function processesOf(dataFolder: string): Promise<ReadonlySet<string>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = new Map<string, string>();
  const found = new Set<string>();
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    parents.set(pid, status.slice(status.lastIndexOf(')') + 2).split(' ')[1] ?? '');
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(dataFolder)) {
      found.add(pid);
    }
  }
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) {
      if (found.has(parent)) {
        found.add(pid);
      }
    }
  }
  return found;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const files: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && found.size < 50_000_000) {
      files.push(path);
    }
  }
  return files;
}
