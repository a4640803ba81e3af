import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { authorityCheck } from '../../../src/editor/diagnose/authorityCheck.ts';
import { type Check, type Finding, runChecks } from '../../../src/editor/diagnose/check.ts';
import { gitCheck } from '../../../src/editor/diagnose/gitCheck.ts';
import { proxyCheck, withoutCredentials } from '../../../src/editor/diagnose/proxyCheck.ts';
import { redirectCheck } from '../../../src/editor/diagnose/redirectCheck.ts';
import { reportDocument } from '../../../src/editor/diagnose/report.ts';
import { secretCheck } from '../../../src/editor/diagnose/secretCheck.ts';
import { terminalCheck } from '../../../src/editor/diagnose/terminalCheck.ts';
import { tokenCheck } from '../../../src/editor/diagnose/tokenCheck.ts';
import { systemClock } from '../../../src/tokens/clock.ts';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { ids, KeptLog, SharedSecrets } from '../entra/harness.ts';

function run(check: Check): Promise<readonly Finding[]> {
  return runChecks([check], { signal: new AbortController().signal, deadlineMs: 10_000 });
}

/** Findings as `level subject: text`, with the next step behind an arrow. */
async function lines(check: Check): Promise<string[]> {
  return (await run(check)).map(
    ({ level, subject, text, next }) => `${level} ${subject}: ${text}${next === undefined ? '' : ` → ${next}`}`,
  );
}

describe('diagnosis: running', () => {
  const check = (subject: string, work: (signal: AbortSignal) => Promise<unknown>): Check => ({
    subject,
    run: async (signal) => {
      await work(signal);
      return [{ level: 'pass', subject, text: 'done' }];
    },
  });

  it('runs checks side by side and keeps their order', async () => {
    const started: string[] = [];
    const waiting = Promise.withResolvers<void>();
    const first = check('first', async () => {
      started.push('first');
      await waiting.promise;
    });
    const second = check('second', async () => {
      started.push('second');
      waiting.resolve();
    });
    const done: unknown[] = [];
    const options = { signal: new AbortController().signal, deadlineMs: 5000, onDone: (one: Check) => done.push(one) };
    const findings = await runChecks([first, second], options);
    assert.deepEqual(started, ['first', 'second']);
    assert.deepEqual(
      findings.map(({ subject }) => subject),
      ['first', 'second'],
    );
    assert.deepEqual(done, [second, first]);
  });

  it('ends a check that hangs, also one that listens to no signal, and keeps the others', async () => {
    const hangs = check('hangs', () => new Promise(() => undefined));
    const options = { signal: new AbortController().signal, deadlineMs: 30 };
    const findings = await runChecks([hangs, check('works', async () => undefined)], options);
    assert.deepEqual(
      findings.map(({ level }) => level),
      ['fail', 'pass'],
    );
    assert.match(String(findings[0]?.text), /No answer within/);
  });

  it('ends at once when the person cancels', async () => {
    const controller = new AbortController();
    const pending = runChecks([check('hangs', () => new Promise(() => undefined))], {
      signal: controller.signal,
      deadlineMs: 60_000,
    });
    controller.abort();
    await assert.rejects(pending, { name: 'AbortError' });
  });

  it('makes a line of what a check throws, and tells nothing of a foreign error but its kind', async () => {
    const ours = new AzureCredentialsError('network', 'No network.', { advice: 'Plug it in.' });
    const throws = (error: Error) => ({ subject: 'It', run: () => Promise.reject(error) });
    assert.deepEqual(await lines(throws(ours)), ['fail It: No network. → Plug it in.']);
    const [line = ''] = await lines(throws(new TypeError('Bearer eyJsecret')));
    assert.match(line, /^fail It: Unexpected error \(TypeError\)/);
    assert.doesNotMatch(line, /eyJ/);
  });
});

describe('diagnosis: sign-in service', function () {
  this.timeout(30_000);
  let azure: LocalAzure;
  let aheadMs = 0;
  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());

  const settings = { cloud: 'public', authorityHost: '', tenantId: 'contoso.com', clientId: ids.publicClient } as const;
  const authority = (more: Partial<Parameters<typeof authorityCheck>[0]['settings']> = {}, fetch = azure.fetch) =>
    authorityCheck({
      settings: { ...settings, ...more },
      fetch,
      clock: { ...systemClock(), now: () => Date.now() + aheadMs },
      log: new KeptLog(),
    });

  it('reaches it, compares clocks, finds the tenant, and the application in it', async () => {
    const found = await lines(authority());
    assert.deepEqual(
      found.map((line) => line.replace(/:.*/, '')),
      ['pass Sign-in service', 'pass Clock', 'pass Tenant', 'pass Application'],
    );
    assert.match(found[2] ?? '', new RegExp(ids.contoso));
  });

  it('says by how much the clock is wrong, and from five minutes on that it must be set', async () => {
    for (const [seconds, level] of [
      [120, 'warn'],
      [-120, 'warn'],
      [400, 'fail'],
    ] as const) {
      aheadMs = seconds * 1000;
      const clock = (await lines(authority())).find((line) => line.includes('Clock')) ?? '';
      aheadMs = 0;
      assert.match(clock, new RegExp(`^${level} Clock.*${seconds < 0 ? 'behind' : 'ahead'}.*Set the date and time`));
      const told = Number(/is (\d+) seconds/.exec(clock)?.[1]);
      assert.ok(Math.abs(told - Math.abs(seconds)) <= 2, clock);
    }
  });

  it('tells a tenant that does not exist, and an application that the tenant does not know, with who does what', async () => {
    const tenant = await lines(authority({ tenantId: 'nowhere.example' }));
    assert.match(
      tenant.at(-1) ?? '',
      /^fail Tenant: There is no tenant nowhere\.example.*→ .*azureCredentials\.tenantId/,
    );
    const application = await lines(authority({ clientId: '00000000-0000-4000-8000-00000000dead' }));
    assert.match(application.at(-1) ?? '', /^fail Application: Tenant contoso\.com has no application.*→ Check/);
  });

  it('asks for no application when none is configured', async () => {
    assert.equal(
      (await lines(authority({ clientId: '' }))).some((line) => line.includes('Application')),
      false,
    );
  });

  it('ends after the first line when it cannot be reached', async () => {
    const offline = () => Promise.reject(new TypeError('net::ERR_INTERNET_DISCONNECTED'));
    const found = await lines(authority({}, offline));
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', /^fail Sign-in service: login\.microsoftonline\.com could not be reached.*→ Check/);
  });
});

describe('diagnosis: this machine', () => {
  it('finds that a sign-in can come back, and leaves nothing listening', async () => {
    assert.deepEqual(
      (await run(redirectCheck({ browserIsHere: true }))).map(({ level }) => level),
      ['pass'],
    );
    const [elsewhere] = await lines(redirectCheck({ browserIsHere: false }));
    assert.match(elsewhere ?? '', /^note Redirect.*→ .*paste its address/);
  });

  it('names the way out when nothing can be listened on', async () => {
    const listen = () => Promise.reject(new Error('EACCES'));
    const [line] = await lines(redirectCheck({ browserIsHere: true, listen }));
    assert.match(line ?? '', /^warn Redirect: No loopback address.*→ .*paste its address/);
  });

  it('writes, reads and deletes a secret, and leaves none behind', async () => {
    const store = new SharedSecrets();
    const check = secretCheck({ secrets: store.window(), needsKeyring: false, environment: {} });
    assert.deepEqual(
      (await run(check)).map(({ level }) => level),
      ['pass'],
    );
    assert.equal(store.values.size, 0);
  });

  for (const operation of ['store', 'get', 'delete'] as const) {
    it(`says that the secret storage fails to ${operation}, and what mends it`, async () => {
      const store = new SharedSecrets();
      store.before = (now) => {
        if (now === operation) {
          throw new Error('keyring says: hunter2');
        }
      };
      const [line = ''] = await lines(secretCheck({ secrets: store.window(), needsKeyring: false, environment: {} }));
      assert.match(line, /^fail Secret storage.*cannot be (written|read|deleted).*→ Unlock or install a keyring/);
      assert.doesNotMatch(line, /hunter2/);
    });
  }

  it('notices a secret storage that forgets', async () => {
    const secrets = { store: async () => undefined, get: async () => undefined, delete: async () => undefined };
    const [line] = await lines(secretCheck({ secrets, needsKeyring: false, environment: {} }));
    assert.match(line ?? '', /^fail Secret storage: What is read is not what was written/);
  });

  it('warns of a desktop without the bus that leads to the keyring', async () => {
    const keyring = (environment: Record<string, string>) =>
      lines(secretCheck({ secrets: new SharedSecrets().window(), needsKeyring: true, environment }));
    assert.match((await keyring({}))[1] ?? '', /^warn Keyring/);
    assert.equal((await keyring({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' })).length, 1);
  });

  it('tells the proxy in force without its password, and that unchecked certificates are dangerous', async () => {
    const found = await lines(
      proxyCheck({
        settings: { 'http.proxy': 'http://ada:hunter2@proxy.contoso.com:8080', 'http.proxyStrictSSL': false },
        environment: { HTTPS_PROXY: 'ada:hunter2@proxy.contoso.com:3128' },
      }),
    );
    assert.doesNotMatch(found.join(), /hunter2|ada/);
    assert.match(found.join('\n'), /http\.proxy="http:\/\/…@proxy\.contoso\.com:8080"/);
    assert.match(found.join('\n'), /HTTPS_PROXY=…@proxy\.contoso\.com:3128/);
    assert.match(found.at(-1) ?? '', /^fail Proxy: Certificates are not checked/);
    assert.equal(withoutCredentials('http://proxy:80,http://a:b@other:81'), 'http://proxy:80,http://…@other:81');
  });
});

describe('diagnosis: tokens, git and terminals', () => {
  const ada = { id: 'ada', username: 'ada@contoso.com', name: 'Ada', tenantId: ids.contoso, kind: 'user' } as const;
  const token = {
    ...{
      token: 'eyJ-the-token',
      tokenType: 'Bearer' as const,
      resource: 'https://storage.azure.com',
      scopes: [],
      account: ada,
    },
    ...{ tenantId: ids.contoso, expiresOnTimestamp: Date.now() + 3_600_000 },
  };
  const requester = { kind: 'person', id: 'azureCredentials.diagnose', label: 'Diagnose' } as const;
  const service = (getToken: () => Promise<typeof token>, cached: (typeof token)[] = [], accounts = [ada]) => ({
    getAccounts: async () => accounts,
    getToken,
    cachedTokens: () => cached as never,
  });

  it('gets a new token for every resource in use or in the settings, as every account', async () => {
    const check = tokenCheck({
      tokens: service(async () => token, [token]),
      resources: ['https://vault.azure.net'],
      usualResource: 'unused',
      requester,
    });
    const found = await lines(check);
    assert.equal(found.length, 3);
    assert.match(found[1] ?? '', /^pass Token for Azure Storage as ada@contoso\.com: .*(59|60) minutes/);
    assert.match(found[2] ?? '', /^pass Token for Key Vault/);
    assert.doesNotMatch(found.join(), /eyJ/);
  });

  it('tells the life of a token of continuous access evaluation in hours', async () => {
    const longer = { ...token, expiresOnTimestamp: Date.now() + 27.5 * 3_600_000 };
    const tokens = service(async () => longer, [longer]);
    assert.match(
      (await lines(tokenCheck({ tokens, resources: [], usualResource: 'unused', requester })))[1] ?? '',
      /27 hours/,
    );
  });

  it('passes on why there is no token; a missing consent is a warning', async () => {
    const failing = (code: 'consent_required' | 'interaction_required') =>
      tokenCheck({
        tokens: service(() => Promise.reject(new AzureCredentialsError(code, 'No.', { advice: 'Do.' }))),
        resources: [],
        usualResource: 'https://management.azure.com/',
        requester,
      });
    assert.equal(
      (await lines(failing('consent_required')))[1],
      'warn Token for Azure Resource Manager as ada@contoso.com: No. → Do.',
    );
    assert.match((await lines(failing('interaction_required')))[1] ?? '', /^fail/);
  });

  it('says that nobody is signed in', async () => {
    const tokens = service(async () => token, [], []);
    const check = tokenCheck({ tokens, resources: [], usualResource: 'unused', requester });
    assert.match((await lines(check))[0] ?? '', /^warn Accounts: Nobody is signed in.*→ Run/);
  });

  const git = (version: string, helper = '') => ({
    ...{ isTrusted: true, isEnabled: true, servesTerminals: true },
    git: async (args: readonly string[]) => ({ code: 0, stdout: args[0] === '--version' ? version : helper }),
  });

  it('tells the version of git, and whether it has the helper', async () => {
    const ours = '!sh /run/azure/git-credential-azure-delegated';
    assert.deepEqual(
      (await run(gitCheck(git('git version 2.43.0', ours)))).map(({ level }) => level),
      ['pass', 'pass'],
    );
    assert.match((await lines(gitCheck(git('git version 2.43.0'))))[1] ?? '', /^warn Git credential helper.*→ Sign in/);
    assert.match((await lines(gitCheck(git('git version 2.20.1', ours))))[0] ?? '', /^fail Git.*→ Install git 2\.31/);
    assert.match((await lines(gitCheck(git(''))))[0] ?? '', /^warn Git: Git cannot be run/);
    assert.match(
      (await lines(gitCheck({ ...git('git version 2.43.0'), isTrusted: false })))[1] ?? '',
      /Restricted Mode/,
    );
  });

  it('tells whether the local token endpoint is there for terminals that want it', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const terminal = { isTrusted: true, groups: ['azd'], address: `http://127.0.0.1:${port}/` };
    assert.match((await lines(terminalCheck(terminal)))[0] ?? '', new RegExp(`^pass Terminals.*${port}`));
    await new Promise((resolve) => server.close(resolve));
    await sleep(10);
    assert.match((await lines(terminalCheck(terminal)))[0] ?? '', /^fail Terminals.*→ Reload/);
    assert.match((await lines(terminalCheck({ ...terminal, groups: [] })))[0] ?? '', /^note Terminals.*→ To connect/);
    assert.match((await lines(terminalCheck({ ...terminal, isTrusted: false })))[0] ?? '', /Restricted Mode/);
  });
});

describe('diagnosis: report', () => {
  const report = {
    time: Date.UTC(2030, 0, 2),
    facts: [['VS Code', '1.139.0']] as const,
    findings: [
      { level: 'pass', subject: 'Token as Ada@contoso.com', text: `in ${homedir()}/x` },
      { level: 'fail', subject: 'Git', text: 'Line one\nline two', next: 'Install git.' },
    ] as const,
    personal: [
      { text: 'ada', replacement: 'WRONG' },
      { text: 'ada@contoso.com', replacement: 'user-1' },
      { text: homedir(), replacement: '~' },
    ],
  };

  it('is Markdown with a line for each finding, its result in words, and the next step below it', () => {
    const text = reportDocument(report, { localize: String, cutNames: false });
    assert.match(text, /^# Azure Credentials: diagnosis\n\n1 passed, 0 warnings, 1 failed\./);
    assert.match(text, /\n- VS Code: 1\.139\.0\n/);
    assert.match(text, /\n- ✘ \*\*fail\*\* Git: Line one line two\n {2}- Next step: Install git\.\n/);
    assert.match(text, /Ada@contoso\.com/);
  });

  it('begins with what has to be mended', () => {
    const text = reportDocument(report, { localize: String, cutNames: false });
    assert.match(text, /✘ .*✔ .*## Environment/s);
  });

  it('holds no user name and no home folder when names are cut, the longest name first and in any case', () => {
    const text = reportDocument(report, { localize: String, cutNames: true });
    assert.match(text, /Token as user-1: in ~\/x/);
    assert.doesNotMatch(text, /ada@|WRONG@/i);
  });
});
