import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AzureCredentialsError } from '../../src/tokens/errors.ts';
import { type EndpointRig, findPython, startEndpointRig, works } from './endpointRig.ts';

const samples = fileURLToPath(new URL('../azure/workspace/samples/', import.meta.url));
const sample = (name: string) => join(samples, name);
const blobs = ['hello.txt', 'measurements/2024.csv', 'measurements/2025.csv'];

/** The first words of each line that a program printed. */
const names = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split('  ')[0]);

describe('Programs that nobody here wrote, through the local token endpoint', function () {
  this.timeout(90_000);
  let rig: EndpointRig;

  before(async () => {
    rig = await startEndpointRig();
    await rig.signIn('ada@contoso.com');
  });
  after(() => rig[Symbol.asyncDispose]());
  beforeEach(() => {
    rig.answer = 'workspace';
  });
  afterEach(() => rig.azure.control.clearPolicies());

  const lastActivity = () => rig.tokens.activity().at(-1) ?? assert.fail('nothing was recorded');

  describe('@azure/identity for JavaScript', () => {
    it('DefaultAzureCredential and @azure/storage-blob list the blobs of a storage server', async () => {
      const { code, stdout, stderr } = await rig.run(process.execPath, [sample('list-blobs.mjs')]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(names(stdout), blobs);
      const { requester, resource, outcome } = lastActivity();
      assert.equal(requester.id, 'appService');
      assert.match(requester.label, /^azsdk-js-identity\//);
      assert.ok(requester.label.length <= 60);
      assert.equal(resource, 'https://storage.azure.com');
      assert.equal(outcome, 'granted');
    });

    it('a project that names an identity of its own in AZURE_CLIENT_ID works too', async () => {
      const environment = { AZURE_CLIENT_ID: '22222222-2222-4222-8222-222222222222' };
      const { code, stderr } = await rig.run(process.execPath, [sample('list-blobs.mjs')], environment);
      assert.equal(code, 0, stderr);
      assert.match(lastActivity().requester.label, /asked as 22222222-2222-4222-8222-222222222222$/);
    });

    it('prints the words of the endpoint when the person denies', async () => {
      rig.answer = 'deny';
      const program = `
        const { ManagedIdentityCredential } = require('@azure/identity');
        new ManagedIdentityCredential().getToken('https://vault.azure.net/.default').catch((error) => console.log(error.message));`;
      const modules = { NODE_PATH: fileURLToPath(new URL('../../node_modules', import.meta.url)) };
      const { stdout } = await rig.run(process.execPath, ['--eval', program], modules);
      assert.match(stdout, /denied in the editor.*Key Vault.*Run the program again/);
    });
  });

  describe('azure-identity for Python (Debian: python3-azure)', () => {
    let python: string;

    before(async function () {
      python = (await findPython('azure.identity, azure.storage.blob')) ?? this.skip();
    });

    it('DefaultAzureCredential and azure-storage-blob list the blobs of a storage server', async () => {
      const { code, stdout, stderr } = await rig.run(python, [sample('list_blobs.py')]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(names(stdout), blobs);
      assert.match(lastActivity().requester.label, /^azsdk-python-identity\//);
    });

    const ask =
      'import azure.identity as i; print(i.DefaultAzureCredential().get_token("https://storage.azure.com/.default").expires_on)';
    const withoutAppService = { IDENTITY_ENDPOINT: '', IDENTITY_HEADER: '' };

    it('finds the form of 2017 when only MSI_ENDPOINT and MSI_SECRET are set', async () => {
      const { code, stdout, stderr } = await rig.run(python, ['-c', ask], withoutAppService);
      assert.equal(code, 0, stderr);
      assert.ok(Number(stdout) > Date.now() / 1000 + 300);
      assert.equal(lastActivity().requester.id, 'msi2017');
    });

    it("finds Cloud Shell's form when only MSI_ENDPOINT is set", async () => {
      const { code, stdout, stderr } = await rig.run(python, ['-c', ask], { ...withoutAppService, MSI_SECRET: '' });
      assert.equal(code, 0, stderr);
      assert.ok(Number(stdout) > Date.now() / 1000 + 300);
      assert.equal(lastActivity().requester.id, 'cloudShell');
    });

    it('prints the words of the endpoint when Entra wants the person, who is then told', async () => {
      await rig.azure.control.requireMultifactor({ resource: 'Azure SQL Database' });
      const program = ask.replace('storage.azure.com', 'database.windows.net');
      const { code, stderr } = await rig.run(python, ['-c', program]);
      assert.notEqual(code, 0);
      assert.match(stderr, /Choose Sign In in the editor, then run this program again/);
      const failure = rig.failures.at(-1);
      assert.ok(failure instanceof AzureCredentialsError);
      assert.equal(failure.code, 'interaction_required');
    });
  });

  describe('az (Debian: azure-cli)', () => {
    let environment: Readonly<Record<string, string>>;

    before(async function () {
      if (!(await works('az', ['--version']))) {
        this.skip();
      }
      environment = { AZURE_CONFIG_DIR: join(rig.folder, 'az'), AZURE_CORE_COLLECT_TELEMETRY: 'no' };
    });

    it('signs in with the identity and lists the subscriptions of the Resource Manager', async () => {
      const { code, stdout, stderr } = await rig.run('az', ['login', '--identity', '--output', 'json'], environment);
      assert.equal(code, 0, stderr);
      const subscriptions = JSON.parse(stdout) as { name: string; tenantId: string }[];
      assert.ok(subscriptions.some(({ name }) => name === 'Contoso Development'));
    });

    it('gets a token for a resource that is named', async () => {
      const resource = ['--resource', 'https://storage.azure.com'];
      const { code, stdout, stderr } = await rig.run('az', ['account', 'get-access-token', ...resource], environment);
      assert.equal(code, 0, stderr);
      const { accessToken, tokenType } = JSON.parse(stdout) as { accessToken: string; tokenType: string };
      assert.equal(tokenType, 'Bearer');
      const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as {
        aud: string;
      };
      assert.match(claims.aud, /storage\.azure\.com/);
    });
  });

  it('a shell script with curl lists the blobs of a storage server', async function () {
    if (!(await works('curl', ['--version']))) {
      this.skip();
    }
    const { code, stdout, stderr } = await rig.run('sh', [sample('list-blobs.sh')]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(names(stdout), blobs);
  });

  describe('Programs for Posit Workbench', () => {
    it("Python, with posit-sdk's exact request (Debian: python3-requests), prints the person's name", async function () {
      const python = (await findPython('requests')) ?? this.skip();
      const { code, stdout, stderr } = await rig.run(python, [sample('my_name.py')]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trim(), 'Ada Sample');
      assert.equal(lastActivity().requester.id, 'positWorkbench');
    });

    it("Python parses the cookie's end with posit-sdk's format, and it lies ahead", async function () {
      const python = (await findPython('datetime')) ?? this.skip();
      const program = `
import datetime, os
cookie = open(os.environ["PWB_SESSION_RUNTIME_DIR"] + "/rpc_cookie").read().strip()
text = cookie.split("|")[1].replace("%2C", ",").replace("%20", " ").replace("%3A", ":")
print((datetime.datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT") - datetime.datetime.utcnow()).total_seconds())`;
      const { code, stdout, stderr } = await rig.run(python, ['-W', 'ignore', '-c', program]);
      assert.equal(code, 0, stderr);
      assert.ok(Number(stdout) > 1_800 && Number(stdout) <= 3_601, stdout);
    });

    it("R, with rstudioapi's exact request (Debian: r-cran-curl), prints the person's name", async function () {
      if (!(await works('Rscript', ['-e', 'library(curl); library(jsonlite)']))) {
        this.skip();
      }
      const { code, stdout, stderr } = await rig.run('Rscript', [sample('my-name.R')]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trim(), 'Ada Sample');
    });

    it('Python prints the words of the endpoint when the person denies', async function () {
      const python = (await findPython('requests')) ?? this.skip();
      rig.answer = 'deny';
      const program = readFileSync(sample('my_name.py'), 'utf8').replaceAll(
        '"params": ["https://graph.microsoft.com"]',
        '"params": ["https://cosmos.azure.com"]',
      );
      const { code, stderr } = await rig.run(python, ['-c', program]);
      assert.equal(code, 1);
      assert.match(stderr, /denied in the editor.*Azure Cosmos DB/);
    });
  });

  it('no token and no secret of the endpoint reaches the log', () => {
    const log = rig.log.lines.join('\n');
    assert.doesNotMatch(log, /eyJ[\w-]{10}/);
    for (const name of ['IDENTITY_HEADER', 'MSI_SECRET', 'MSI_ENDPOINT', 'AZD_AUTH_KEY']) {
      assert.ok(!log.includes(rig.variables[name] ?? assert.fail()));
    }
  });
});
