import assert from 'node:assert/strict';
import { Server } from 'node:net';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import type { SignInOptions } from '../../../src/tokens/ports.ts';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import {
  failure,
  ids,
  keyVault,
  request,
  SharedSecrets,
  signsInAs,
  storage,
  type TestSource,
  testSource,
} from './harness.ts';

const ada = { username: 'ada@contoso.com' };

describe('sign-in through the browser', () => {
  let azure: LocalAzure;
  let opened: TestSource[] = [];
  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  beforeEach(() => azure.control.reset());
  afterEach(async () => {
    await Promise.all(opened.map(({ source }) => source.dispose()));
    opened = [];
  });
  after(() => azure[Symbol.asyncDispose]());

  function open(options: Partial<Parameters<typeof testSource>[0]> = {}): TestSource {
    const test = testSource({ fetch: azure.fetch, ...options });
    opened.push(test);
    return test;
  }

  /** The failed sign-in left nothing behind, and the next one works. */
  async function nextTryWorks(test: TestSource, options: SignInOptions = {}): Promise<void> {
    assert.deepEqual(await test.secrets.keys(), []);
    void signsInAs(azure, test.person, ada);
    assert.equal((await test.source.signIn(options)).id, ids.ada);
  }

  for (const [stage, fault] of [
    ['preparing', { path: 'openid-configuration' }],
    ['finishing', { grant: 'authorization_code' }],
  ] as const) {
    it(`can be cancelled while it is ${stage}, and leaves nothing behind`, async () => {
      const test = open();
      await azure.control.addFault({ ...fault, effect: { kind: 'delay', milliseconds: 20_000 }, times: 1 });
      signsInAs(azure, test.person, ada).catch(() => undefined);
      const began = Date.now();
      test.person.onWork = (now, cancel) => {
        if (now === stage) {
          setTimeout(() => cancel.abort(new AzureCredentialsError('cancelled', 'The person cancelled.')), 300);
        }
      };
      assert.equal((await failure(test.source.signIn({}))).code, 'cancelled');
      assert.ok(Date.now() - began < 5_000);
      await azure.control.clearFaults();
      test.person.onWork = () => undefined;
      await nextTryWorks(test);
    });
  }

  it('gives the account, silent tokens, and survives a restart', async () => {
    const shared = new SharedSecrets();
    const { source, person } = open({ secrets: shared.window() });
    const ended = signsInAs(azure, person, ada);
    const account = await source.signIn({});
    assert.deepEqual(account, {
      id: ids.ada,
      username: 'ada@contoso.com',
      name: 'Ada Sample',
      tenantId: ids.contoso,
      kind: 'user',
    });
    const page = await ended;
    assert.equal(page.status, 200);
    assert.match(page.html, /go back to the editor/);
    assert.doesNotMatch(page.html, /<script|code=|state=/);
    assert.equal(page.headers.get('cache-control'), 'no-store');
    const token = await source.acquireToken(request(account, storage));
    assert.equal(token.tenantId, ids.contoso);
    assert.ok(token.expiresOnTimestamp > Date.now() + 50 * 60_000);
    assert.ok(token.scopes.includes(`${storage}/user_impersonation`), token.scopes.join());
    assert.equal(JSON.parse(Buffer.from(token.token.split('.')[1] ?? '', 'base64url').toString()).aud, storage);
    await source.dispose();

    const second = open({ secrets: shared.window() });
    assert.deepEqual(await second.source.getAccounts(), [account]);
    await second.source.acquireToken(request(account, storage));
  });

  it('asks with PKCE, state, nonce and the account picker, and with a hint instead of the picker', async () => {
    const { source, person } = open();
    void signsInAs(azure, person, ada);
    await source.signIn({});
    void signsInAs(azure, person, ada);
    await source.signIn({ loginHint: 'ada@contoso.com', claims: '{"access_token":{"nbf":{"essential":true}}}' });
    const [first, second] = person.opened.map((url) => new URL(url).searchParams);
    assert.equal(first?.get('code_challenge_method'), 'S256');
    assert.match(first?.get('code_challenge') ?? '', /^[\w-]{43}$/);
    assert.match(first?.get('state') ?? '', /^[\w-]{43}$/);
    assert.match(first?.get('nonce') ?? '', /^[\w-]{43}$/);
    assert.match(first?.get('redirect_uri') ?? '', /^http:\/\/localhost:\d+$/);
    assert.equal(first?.get('prompt'), 'select_account');
    assert.equal(second?.get('login_hint'), 'ada@contoso.com');
    assert.equal(second?.has('prompt'), false);
    assert.deepEqual(JSON.parse(second?.get('claims') ?? '').access_token.nbf, { essential: true });
    assert.deepEqual(JSON.parse(second?.get('claims') ?? '').access_token.xms_cc, { values: ['CP1'] });
    assert.notEqual(first?.get('state'), second?.get('state'));
  });

  it('hands the token of the sign-in on to the request it was made for, once', async () => {
    const { source, person } = open();
    void signsInAs(azure, person, ada);
    const account = await source.signIn({ scopes: [`${keyVault}/.default`] });
    const refreshes = () => azure.control.count({ grant: 'refresh_token' });
    const first = await source.acquireToken(request(account, keyVault));
    assert.equal(await refreshes(), 0);
    const second = await source.acquireToken(request(account, keyVault));
    assert.equal(await refreshes(), 1);
    assert.notEqual(first.token, second.token);
  });

  it('does not load a page before the tenant is known to exist', async () => {
    const test = open({ settings: { tenantId: 'nowhere.example' } });
    const error = await failure(test.source.signIn({}));
    assert.equal(error.code, 'configuration');
    assert.match(`${error.message} ${error.advice}`, /nowhere\.example.*azureCredentials\.tenantId/);
    assert.deepEqual(test.person.opened, []);
    await nextTryWorks(test, { tenantId: ids.contoso });
  });

  it('says that the application is unknown, though Entra tells it in the browser only', async () => {
    const unknown = 'deadbeef-0000-4000-8000-000000000000';
    const shared = new SharedSecrets();
    const error = await failure(open({ secrets: shared.window(), settings: { clientId: unknown } }).source.signIn({}));
    assert.equal(error.code, 'configuration');
    assert.match(`${error.message} ${error.advice}`, new RegExp(`${unknown}.*azureCredentials\\.clientId`));
    await nextTryWorks(open({ secrets: shared.window() }));
  });

  it('says that a single-tenant application needs a tenant', async () => {
    const error = await failure(open({ settings: { clientId: ids.lockedClient } }).source.signIn({}));
    assert.equal(error.code, 'configuration');
    assert.match(error.advice ?? '', /azureCredentials\.tenantId/);
  });

  it('refuses a client id, tenant or authority host that cannot be one before anything is asked', async () => {
    const code = { code: 'configuration' };
    assert.throws(() => open({ settings: { clientId: 'my app' } }), code);
    for (const authorityHost of ['', 'http://login.example', 'login.example/path', 'a@login.example', 'lo gin']) {
      assert.throws(() => open({ settings: { cloud: 'custom', authorityHost } }), code, authorityHost);
    }
    const { source } = open({ settings: { tenantId: '../common' } });
    assert.equal((await failure(source.signIn({}))).code, 'configuration');
  });

  it('says which cloud a tenant belongs to when it is not the configured one', async () => {
    const { source } = open({ settings: { cloud: 'usGovernment', tenantId: ids.contoso } });
    const error = await failure(source.signIn({}));
    assert.equal(error.code, 'configuration');
    assert.match(error.advice ?? '', /azureCredentials\.cloud/);
    const asAnswer: typeof fetch = async () =>
      Response.json({
        issuer: 'https://login.microsoftonline.us/x/v2.0',
        token_endpoint: 'https://login.microsoftonline.us/x/oauth2/v2.0/token',
      });
    const told = await failure(open({ fetch: asAnswer, settings: { tenantId: ids.contoso } }).source.signIn({}));
    assert.match(told.advice ?? '', /azureCredentials\.cloud to “usGovernment”/);
  });

  for (const action of ['decline', 'cancel'] as const) {
    it(`ends when the person chooses ${action} on the page, and shows why there too`, async () => {
      const test = open({ settings: { clientId: ids.consentClient } });
      const ended = signsInAs(azure, test.person, { ...ada, action });
      const error = await failure(test.source.signIn({ scopes: [`${storage}/.default`] }));
      assert.equal(error.code, 'consent_required');
      assert.match(`${error.message} ${error.advice}`, /cancelled.*storage.*declined.*administrator/);
      const page = await ended;
      assert.match(page.html, /did not succeed/);
      await nextTryWorks(test, { scopes: [`${storage}/.default`] });
    });
  }

  it('says that the tenant does not know the resource', async () => {
    const test = open();
    void signsInAs(azure, test.person, ada).catch(() => undefined);
    const account = await test.source.signIn({});
    const error = await failure(test.source.acquireToken(request(account, 'https://unknown.example')));
    assert.equal(error.code, 'resource_invalid');
    assert.match(`${error.message} ${error.advice}`, /unknown\.example.*azureCredentials\.tenantId/);
    await test.source.acquireToken(request(account, storage));
  });

  it('ends at once when the person cancels, closes the listener, and the next try works', async () => {
    const test = open();
    test.person.browse = () => test.person.cancel(new AzureCredentialsError('cancelled', 'cancelled'));
    assert.equal((await failure(test.source.signIn({}))).code, 'cancelled');
    const redirect = new URL(test.person.opened[0] ?? '').searchParams.get('redirect_uri') ?? '';
    await assert.rejects(fetch(redirect));
    await nextTryWorks(test);
  });

  it('ends at once when the caller gives up, also while the code is redeemed', async () => {
    const test = open();
    const early = AbortSignal.abort();
    assert.equal((await failure(test.source.signIn({ signal: early }))).code, 'cancelled');
    await azure.control.addFault({
      grant: 'authorization_code',
      effect: { kind: 'delay', milliseconds: 5000 },
      times: 1,
    });
    const controller = new AbortController();
    void signsInAs(azure, test.person, ada).catch(() => undefined);
    setTimeout(() => controller.abort(), 400);
    const started = Date.now();
    assert.equal((await failure(test.source.signIn({ signal: controller.signal }))).code, 'cancelled');
    assert.ok(Date.now() - started < 3000);
    await nextTryWorks(test);
  });

  it('goes on waiting when an answer has a wrong state, and takes the right one once', async () => {
    const test = open();
    const pages: { readonly status: number; readonly text: string }[] = [];
    const visit = async (address: string | URL) => {
      const response = await fetch(address);
      pages.push({ status: response.status, text: await response.text() });
    };
    const done = new Promise<void>((resolve, reject) => {
      test.person.browse = async (url) => {
        try {
          const answer = await azure.control.authorize(url, ada);
          const forged = new URL(answer);
          forged.searchParams.set('state', 'forged');
          await visit(forged);
          await visit(new URL('/', answer));
          await visit(new URL('/favicon.ico', answer));
          const doubled = new URL(answer);
          doubled.searchParams.append('state', 'second');
          await visit(doubled);
          await Promise.all([visit(answer), visit(answer)]);
          resolve();
        } catch (error) {
          reject(error);
        }
      };
    });
    assert.equal((await test.source.signIn({})).id, ids.ada);
    await done;
    assert.deepEqual(pages.map(({ status }) => status).slice(0, 4), [400, 400, 404, 400]);
    assert.match(pages[0]?.text ?? '', /still waiting/);
    assert.deepEqual(
      pages
        .slice(4)
        .map(({ status }) => status)
        .sort(),
      [200, 400],
    );
    assert.equal(await azure.control.count({ grant: 'authorization_code' }), 1);
  });

  it('says that a replayed answer was used already, and stores nothing', async () => {
    const test = open();
    await azure.control.failWith(54005, { grant: 'authorization_code' });
    const ended = signsInAs(azure, test.person, ada);
    const error = await failure(test.source.signIn({}));
    assert.match(`${error.message} ${error.advice}`, /used already.*again/);
    assert.match((await ended).html, /used already/);
    await nextTryWorks(test);
  });

  it('never sends an authorization code twice', async () => {
    const test = open();
    await azure.control.addFault({ grant: 'authorization_code', effect: { kind: 'cut', when: 'after' }, times: 5 });
    void signsInAs(azure, test.person, ada).catch(() => undefined);
    assert.equal((await failure(test.source.signIn({}))).code, 'network');
    assert.equal(await azure.control.count({ grant: 'authorization_code' }), 1);
    await azure.control.clearFaults();
    await nextTryWorks(test);
  });

  it('takes a pasted address, and says what is wrong with the ones it cannot use', async () => {
    const test = open();
    let answer = '';
    const expected = [/not an address/, /begin with/, /sign-in page/, /no answer/, /another sign-in/];
    test.person.browse = async (url) => {
      answer = await azure.control.authorize(url, ada);
      const redirect = new URL(answer).origin;
      const wrongState = new URL(answer);
      wrongState.searchParams.set('state', 'wrong');
      const texts = ['hello', 'https://example.com/?code=1', url, `${redirect}/`, wrongState.href];
      test.person.onReject = () => test.person.paste(texts.shift() ?? `  "${answer.replace('&', '&\n ')}" `);
      test.person.paste(texts.shift() ?? '');
    };
    assert.equal((await test.source.signIn({})).id, ids.ada);
    assert.equal(test.person.rejections.length, expected.length);
    for (const [index, pattern] of expected.entries()) {
      assert.match(test.person.rejections[index] ?? '', pattern);
    }
  });

  it('goes on with pasting alone when no loopback address can be listened on, or no browser opens', async () => {
    const test = open();
    const { listen } = Server.prototype;
    Server.prototype.listen = function fail(this: Server) {
      process.nextTick(() => this.emit('error', Object.assign(new Error('no'), { code: 'EACCES' })));
      return this;
    } as typeof listen;
    test.person.browse = async (url) => {
      Server.prototype.listen = listen;
      test.person.paste(await azure.control.authorize(url, ada));
    };
    const { openBrowser } = test.person;
    test.person.openBrowser = async (url) => {
      await openBrowser.call(test.person, url);
      throw new Error('no browser');
    };
    try {
      assert.equal((await test.source.signIn({})).id, ids.ada);
    } finally {
      Server.prototype.listen = listen;
    }
    assert.equal(new URL(test.person.opened[0] ?? '').searchParams.get('redirect_uri'), 'http://localhost');
  });

  it('leaves no secret in a log, an error or the page', async () => {
    const test = open();
    void signsInAs(azure, test.person, ada);
    const account = await test.source.signIn({});
    const token = await test.source.acquireToken(request(account, storage));
    await azure.control.revokeSessions(ada.username);
    const error = await failure(test.source.acquireToken(request(account, storage)));
    const kept = [...test.log.lines, JSON.stringify(error), error.message, error.advice, error.stack].join('\n');
    const stored = JSON.parse((await test.secrets.get((await test.secrets.keys())[0] ?? '')) ?? '');
    assert.deepEqual(Object.keys(stored), ['version', 'account', 'refreshToken']);
    assert.ok(!kept.includes(stored.refreshToken));
    assert.ok(!kept.includes(token.token));
    assert.doesNotMatch(JSON.stringify(stored), /eyJ/);
  });
});
