import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';

const program = fileURLToPath(new URL('./programs/listBlobs.ts', import.meta.url));
const browserProgram = fileURLToPath(new URL('./programs/browser.ts', import.meta.url));
const tenant = '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01';
const publicClient = '5a6b7c8d-1111-4e2f-9a0b-000000000001';
const confidentialClient = '5a6b7c8d-3333-4e2f-9a0b-000000000003';
const expected = {
  blobs: ['hello.txt', 'measurements/2024.csv', 'measurements/2025.csv'],
  hello: 'Hello from the local Azure.\n',
};

describe('Azure’s own SDKs under the real host names of the local Azure', function () {
  this.timeout(60_000);
  let azure: LocalAzure;
  let folder: string;

  before(async () => {
    azure = await startLocalAzure();
    folder = mkdtempSync(join(tmpdir(), 'azure-identity-'));
  });
  after(async () => {
    await azure[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => azure.control.reset());

  function run(kind: string, environment: Readonly<Record<string, string>>): ChildProcess {
    return spawn(process.execPath, [program, kind], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        ...azure.environment,
        SAMPLE_TENANT: tenant,
        SAMPLE_CLIENT: publicClient,
        SAMPLE_CONTROL: azure.controlUrl,
        SAMPLE_USER: 'ada@contoso.com',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Runs the program to its end; `onLine` sees each thing it tells, and the last one is returned. */
  async function finish(child: ChildProcess, onLine?: (line: Record<string, string>) => void): Promise<unknown> {
    let last: Record<string, string> | undefined;
    let problems = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      problems += chunk.toString();
    });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        last = JSON.parse(line) as Record<string, string>;
        onLine?.(last);
      });
    }
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 0, problems);
    return last;
  }

  it('ClientSecretCredential lists and reads blobs', async () => {
    const secret = { SAMPLE_CLIENT: confidentialClient, SAMPLE_SECRET: 'sample~secret.of-the-local-azure_only~1' };
    assert.deepEqual(await finish(run('clientSecret', secret)), expected);
    assert.equal(await azure.control.count({ grant: 'client_credentials', host: 'login.microsoftonline.com' }), 1);
  });

  it('ClientSecretCredential is told that its secret is wrong', async () => {
    const child = run('clientSecret', { SAMPLE_CLIENT: confidentialClient, SAMPLE_SECRET: 'wrong' });
    await assert.rejects(finish(child), /AADSTS7000215/);
  });

  it('DeviceCodeCredential signs a person in and lists blobs', async () => {
    const result = await finish(run('deviceCode', {}), ({ userCode, verificationUri }) => {
      if (userCode) {
        assert.equal(verificationUri, 'https://microsoft.com/devicelogin');
        azure.control.approveDevice(userCode, 'ada@contoso.com').catch(assert.ifError);
      }
    });
    assert.deepEqual(result, expected);
  });

  it('InteractiveBrowserCredential signs a person in through the pages and lists blobs', async function () {
    if (process.platform !== 'linux') {
      // Elsewhere the browser is opened without asking $BROWSER, so no test can stand in for it.
      this.skip();
    }
    const browser = join(folder, 'browser');
    writeFileSync(browser, `#!/bin/sh\nexec '${process.execPath}' '${browserProgram}' "$1"\n`, { mode: 0o755 });
    assert.deepEqual(await finish(run('browser', { BROWSER: browser })), expected);
    assert.equal(await azure.control.count({ path: '/oauth2/v2.0/authorize' }), 1);
  });

  describe('Azurite', () => {
    const list = 'https://contosodata.blob.core.windows.net/samples?restype=container&comp=list';

    async function status(token: string | undefined): Promise<{ status: number; text: string }> {
      const headers = { 'x-ms-version': '2024-11-04', ...(token ? { authorization: `Bearer ${token}` } : {}) };
      const response = await azure.fetch(list, { headers });
      return { status: response.status, text: await response.text() };
    }

    async function tokenFor(scope: string): Promise<string> {
      const response = await azure.fetch(`https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: confidentialClient,
          client_secret: 'sample~secret.of-the-local-azure_only~1',
          scope,
        }),
      });
      return ((await response.json()) as { access_token: string }).access_token;
    }

    it('takes a token for storage, with and without the slash, and one for the account', async () => {
      for (const resource of [
        'https://storage.azure.com',
        'https://storage.azure.com/',
        'https://contosodata.blob.core.windows.net',
      ]) {
        assert.equal((await status(await tokenFor(`${resource}/.default`))).status, 200, resource);
      }
    });

    it('rejects a token for another resource, and one for another account', async () => {
      for (const resource of ['https://vault.azure.net', 'https://otheraccount.blob.core.windows.net']) {
        const { status: code, text } = await status(await tokenFor(`${resource}/.default`));
        assert.equal(code, 403, resource);
        assert.match(text, /AuthenticationFailed/);
      }
    });

    it('rejects an expired token, and a request without any', async () => {
      await azure.control.skewClock(-3 * 3600 * 1000);
      const expired = await tokenFor('https://storage.azure.com/.default');
      const { status: code, text } = await status(expired);
      assert.equal(code, 403);
      assert.match(text, /AuthenticationFailed/);
      assert.ok((await status(undefined)).status >= 400);
    });
  });
});
