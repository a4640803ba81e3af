import assert from 'node:assert/strict';
import type { Account } from '../../../src/tokens/account.ts';
import { systemClock } from '../../../src/tokens/clock.ts';
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
  type TestSourceOptions,
  testSource,
} from './harness.ts';

const ada = { username: 'ada@contoso.com' };

describe('tokens without the person', () => {
  let azure: LocalAzure;
  let shared: SharedSecrets;
  let account: Account;
  let opened: TestSource[] = [];
  let sent: string[] = [];

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  beforeEach(async () => {
    await azure.control.reset();
    shared = new SharedSecrets();
    const first = open();
    void signsInAs(azure, first.person, ada);
    account = await first.source.signIn({});
    sent = [];
    await azure.control.clearRequests();
  });
  afterEach(async () => {
    shared.before = () => undefined;
    await Promise.all(opened.map(({ source }) => source.dispose()));
    opened = [];
  });
  after(() => azure[Symbol.asyncDispose]());

  const countingFetch: typeof fetch = (input, init) => {
    sent.push(String(input));
    return azure.fetch(input, init);
  };

  function open(options: Partial<TestSourceOptions> = {}): TestSource {
    const test = testSource({ fetch: countingFetch, secrets: shared.window(), ...options });
    opened.push(test);
    return test;
  }

  it('cost one request each: no discovery, also in a new window', async () => {
    await open().source.acquireToken(request(account, storage));
    assert.deepEqual(
      sent.map((url) => url.split('?')[0]),
      [`https://login.microsoftonline.com/${ids.contoso}/oauth2/v2.0/token`],
    );
  });

  it('for 50 resources at once are all in flight together', async () => {
    let inFlight = 0;
    let most = 0;
    const { source } = open({
      fetch: async (input, init) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise((resolve) => setTimeout(resolve, 150));
        inFlight -= 1;
        return azure.fetch(input, init);
      },
    });
    const resources = Array.from({ length: 50 }, (_, index) => `https://account${index}.blob.core.windows.net`);
    const tokens = await Promise.all(resources.map((resource) => source.acquireToken(request(account, resource))));
    assert.equal(most, 50);
    assert.equal(new Set(tokens.map(({ token }) => token)).size, 50);
    assert.deepEqual(
      tokens.map(({ resource }) => resource),
      resources,
    );
  });

  it('a trailing slash of the resource survives', async () => {
    const resource = 'https://management.azure.com/';
    const { token } = await open().source.acquireToken(request(account, resource));
    assert.equal(claimsOf(token)['aud'], resource);
  });

  it('for another tenant of the same person need no new sign-in, and come from that tenant', async () => {
    const { source } = open();
    const [home, guest, again] = [
      await source.acquireToken(request(account, storage)),
      await source.acquireToken(request(account, storage, { tenantId: ids.fabrikam })),
      await source.acquireToken(request(account, storage)),
    ];
    assert.deepEqual(
      [home, guest, again].map(({ tenantId }) => tenantId),
      [ids.contoso, ids.fabrikam, ids.contoso],
    );
    assert.equal(claimsOf(guest.token)['tid'], ids.fabrikam);
    assert.equal(guest.account.id, ids.ada);
    const byDomain = await source.acquireToken(request(account, storage, { tenantId: 'fabrikam.com' }));
    assert.equal(byDomain.tenantId, ids.fabrikam);
    assert.deepEqual(await source.getAccounts(), [account], 'still one account');
  });

  it('a person who is no guest of a tenant is told so', async () => {
    const { source, person } = open();
    void signsInAs(azure, person, { username: 'ben@contoso.com' });
    const ben = await source.signIn({});
    const error = await failure(source.acquireToken(request(ben, storage, { tenantId: ids.fabrikam })));
    assert.match(`${error.message} ${error.advice}`, /guest/);
    assert.equal((await source.getAccounts()).length, 2, 'many accounts live side by side');
    await source.signOut(ben);
    assert.deepEqual(await source.getAccounts(), [account]);
  });

  it('a guest signs in to the inviting tenant with the home account', async () => {
    const { source, person } = open();
    void signsInAs(azure, person, ada);
    const guest = await source.signIn({ tenantId: 'fabrikam.com' });
    assert.equal(guest.id, ids.ada);
    assert.equal(guest.tenantId, ids.contoso);
    assert.equal((await source.acquireToken(request(guest, storage))).tenantId, ids.contoso);
  });

  it('a claims challenge is sent on, with the capability that earns it', async () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
    const { source } = open();
    await source.acquireToken(request(account, keyVault, { claims, forceRefresh: true }));
    const [seen] = await azure.control.requests({ grant: 'refresh_token' });
    const form = JSON.parse(seen?.form?.['claims'] ?? '{}').access_token;
    assert.deepEqual(form.nbf, { essential: true, value: '1' });
    assert.deepEqual(form.xms_cc, { values: ['CP1'] });
  });

  it('multifactor authentication ends in one sign-in with its claims, and then the token', async () => {
    await azure.control.requireMultifactor({ user: ada.username, resource: 'Azure Key Vault' });
    const { source, person } = open();
    const { code, claims = '' } = await failure(source.acquireToken(request(account, keyVault)));
    assert.equal(code, 'interaction_required');
    void signsInAs(azure, person, ada);
    const same = await source.signIn({ scopes: [`${keyVault}/.default`], loginHint: account.username, claims });
    assert.equal(same.id, account.id);
    await source.acquireToken(request(account, keyVault, { claims, forceRefresh: true }));
    await source.acquireToken(request(account, keyVault));
    assert.equal(person.opened.length, 1);
  });

  it('refresh_in becomes the time to renew', async () => {
    const { refreshAfterTimestamp = 0, expiresOnTimestamp } = await open().source.acquireToken(
      request(account, keyVault),
    );
    assert.ok(refreshAfterTimestamp > Date.now() + 3600_000 && refreshAfterTimestamp < expiresOnTimestamp);
  });

  it('a sign-out during a refresh wins: no token, no secret', async () => {
    const [here, elsewhere] = [open(), open()];
    await elsewhere.source.getAccounts();
    await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'delay', milliseconds: 300 }, times: 2 });
    const tokens = [here, elsewhere].map(({ source }) => failure(source.acquireToken(request(account, storage))));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await here.source.signOut(account);
    for (const error of await Promise.all(tokens)) {
      assert.equal(error.code, 'not_signed_in');
      assert.match(error.advice ?? '', /Sign In/);
    }
    await Promise.all([here, elsewhere].map(({ source }) => source.dispose()));
    assert.deepEqual(
      [...shared.values.keys()].filter((key) => key.includes('/account/')),
      [],
    );
    assert.deepEqual(await open().source.getAccounts(), []);
  });

  it('renew the stored refresh token, which goes to the token endpoint of its own authority and nowhere else', async () => {
    const requests: { readonly url: string; readonly body: string }[] = [];
    const watched: typeof fetch = (input, init) => {
      requests.push({ url: String(input).split('?')[0] ?? '', body: String(init?.body ?? '') });
      return azure.fetch(input, init);
    };
    const stored = () => [...shared.values.values()].map((value) => JSON.parse(value).refreshToken as string);
    const used = stored();
    const { source } = open({ fetch: watched });
    await source.acquireToken(request(account, storage));
    await source.acquireToken(request(account, storage, { tenantId: ids.fabrikam }));
    await source.dispose();
    const [renewed = ''] = stored();
    assert.ok(renewed && !used.includes(renewed));
    const [, , elsewhere] = [
      open({ fetch: watched, settings: { clientId: ids.consentClient } }),
      open({ fetch: watched, settings: { cloud: 'china' } }),
      open({ fetch: watched, settings: { cloud: 'custom', authorityHost: 'login.contoso.example' } }),
    ].map((other) => failure(other.source.acquireToken(request(account, storage))));
    assert.equal((await elsewhere)?.code, 'not_signed_in');
    assert.deepEqual(
      requests.map(({ url }) => url),
      [ids.contoso, ids.fabrikam].map((tenant) => `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`),
    );
    assert.ok(requests.every(({ body }) => body.includes('refresh_token=')));
    await open().source.acquireToken(request(account, storage));
  });

  it('an access token or ID token is never stored', async () => {
    const { source } = open();
    await Promise.all([storage, keyVault].map((resource) => source.acquireToken(request(account, resource))));
    await source.dispose();
    assert.equal(shared.values.size, 1);
    assert.doesNotMatch([...shared.values.values()].join(), /eyJ/);
  });

  it('a storm of callers makes one request when Entra asks to wait', async () => {
    let elapsed = 0;
    const clock = { now: () => Date.now(), monotonic: () => elapsed };
    const { source } = open({ clock });
    await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'throttle', retryAfter: 30 }, times: 1 });
    const first = await failure(source.acquireToken(request(account, storage)));
    assert.equal(first.code, 'throttled');
    assert.ok(Math.abs((first.retryAfterTimestamp ?? 0) - Date.now() - 30_000) < 5000);
    for (let count = 0; count < 100; count += 1) {
      assert.equal((await failure(source.acquireToken(request(account, keyVault)))).code, 'throttled');
    }
    assert.equal(await azure.control.count({ grant: 'refresh_token' }), 1);
    elapsed += 29_000;
    assert.equal((await failure(source.acquireToken(request(account, storage)))).code, 'throttled');
    elapsed += 1_500;
    await source.acquireToken(request(account, storage));
  });

  it('Retry-After as a date is obeyed, also on an error that is not 429', async () => {
    const { source } = open();
    const effect = { kind: 'throttle', retryAfter: 20, asDate: true, status: 503 } as const;
    await azure.control.addFault({ grant: 'refresh_token', effect, times: 1 });
    const error = await failure(source.acquireToken(request(account, storage)));
    assert.equal(error.code, 'throttled');
    assert.ok(Math.abs((error.retryAfterTimestamp ?? 0) - Date.now() - 20_000) < 5000);
  });

  for (const when of ['before', 'middle', 'after'] as const) {
    it(`a connection cut ${when} the answer is tried again`, async () => {
      await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'cut', when }, times: 1 });
      await open().source.acquireToken(request(account, storage));
    });
  }

  it('a connection that keeps failing is a network error that says so', async () => {
    await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'cut', when: 'before' } });
    const error = await failure(open().source.acquireToken(request(account, storage)));
    assert.equal(error.code, 'network');
    assert.match(error.message, /login\.microsoftonline\.com/);
    assert.equal(await azure.control.count({ grant: 'refresh_token' }), 3);
  });

  it('an outage that passes is not noticed', async () => {
    await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'html', status: 503 }, times: 2 });
    await open().source.acquireToken(request(account, storage));
  });

  const foreign = [
    { effect: { kind: 'html' }, code: 'network', says: /proxy/ },
    { effect: { kind: 'html', status: 403 }, code: 'network', says: /proxy/ },
    { effect: { kind: 'html', status: 503 }, code: 'identity_provider', says: /some minutes/ },
    { effect: { kind: 'empty', status: 200 }, code: 'network', says: /proxy/ },
    { effect: { kind: 'empty' }, code: 'identity_provider', says: /some minutes/ },
    { effect: { kind: 'truncate' }, code: 'network', says: /proxy/ },
  ] as const;
  for (const { effect, code, says } of foreign) {
    it(`the answer ${Object.values(effect).join(' ')} becomes ${code}`, async () => {
      await azure.control.addFault({ grant: 'refresh_token', effect });
      const { source } = open();
      const error = await failure(source.acquireToken(request(account, storage)));
      assert.equal(error.code, code);
      assert.match(error.advice ?? '', says);
      await azure.control.clearFaults();
      await source.acquireToken(request(account, storage));
    });
  }

  it('a caller that gives up is let go at once', async () => {
    await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'delay', milliseconds: 5000 }, times: 1 });
    const controller = new AbortController();
    const { source } = open();
    setTimeout(() => controller.abort(), 50);
    const started = Date.now();
    const error = await failure(source.acquireToken(request(account, storage, { signal: controller.signal })));
    assert.equal(error.code, 'cancelled');
    assert.ok(Date.now() - started < 2000);
  });

  it('disposing ends what is in flight', async () => {
    await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'delay', milliseconds: 5000 }, times: 1 });
    const { source } = open();
    const pending = failure(source.acquireToken(request(account, storage)));
    setTimeout(() => source.dispose(), 50);
    assert.equal((await pending).code, 'cancelled');
  });

  it('go on in memory when the secret store fails, and the person is told once', async () => {
    shared.before = () => {
      throw new Error('no keyring');
    };
    const { source, person, troubles } = open();
    void signsInAs(azure, person, ada);
    const here = await source.signIn({});
    await source.acquireToken(request(here, storage));
    await source.acquireToken(request(here, keyVault));
    assert.deepEqual(await source.getAccounts(), [here]);
    assert.equal(troubles.length, 1);
    assert.match(troubles[0]?.advice ?? '', /keyring/);
  });

  it('a session that ended stays listed, so that it can be mended', async () => {
    await azure.control.revokeSessions(ada.username);
    const { source, person } = open();
    assert.equal((await failure(source.acquireToken(request(account, storage)))).code, 'interaction_required');
    assert.deepEqual(await source.getAccounts(), [account]);
    void signsInAs(azure, person, ada);
    await source.signIn({ loginHint: account.username });
    await source.acquireToken(request(account, storage));
  });

  it('an answer about another account is refused and not kept', async () => {
    const { source, person } = open();
    void signsInAs(azure, person, { username: 'ben@contoso.com' });
    const ben = await source.signIn({});
    const key = [...shared.values.keys()].find((name) => name.includes(ids.ada)) ?? '';
    const other = [...shared.values.keys()].find((name) => name.includes(ben.id)) ?? '';
    const stolen = JSON.parse(shared.values.get(other) ?? '').refreshToken;
    const mixed = JSON.stringify({ ...JSON.parse(shared.values.get(key) ?? ''), refreshToken: stolen });
    shared.values.set(key, mixed);
    const error = await failure(open().source.acquireToken(request(account, storage)));
    assert.equal(error.code, 'identity_provider');
    assert.equal(shared.values.get(key), mixed);
  });

  it('the national clouds are asked under their own names', async () => {
    const clouds = [
      { cloud: 'usGovernment', username: 'lena@litware.us', host: 'login.microsoftonline.us' },
      { cloud: 'china', username: 'tao@tailspin.cn', host: 'login.partner.microsoftonline.cn' },
    ] as const;
    for (const { cloud, username, host } of clouds) {
      sent = [];
      const { source, person } = open({ settings: { cloud } });
      void signsInAs(azure, person, { username });
      const someone = await source.signIn({});
      await source.acquireToken(request(someone, storage));
      assert.deepEqual([...new Set(sent.map((url) => new URL(url).host))], [host]);
      assert.deepEqual(await source.getAccounts(), [someone], 'accounts of other clouds are not shown');
    }
  });

  it('a custom authority on this machine works, and no other host is asked', async () => {
    const authorityHost = new URL(azure.loopbackAuthority).host;
    const { source, person } = open({ settings: { cloud: 'custom', authorityHost } });
    void signsInAs(azure, person, ada);
    sent = [];
    const here = await source.signIn({});
    await source.acquireToken(request(here, storage));
    assert.deepEqual([...new Set(sent.map((url) => new URL(url).host))], [authorityHost]);
  });

  it('the tenant is looked up once a day at most', async () => {
    let elapsed = 0;
    const { source, person } = open({ clock: { ...systemClock(), monotonic: () => elapsed } });
    const lookUps = () => sent.filter((url) => url.includes('openid-configuration')).length;
    for (const expected of [1, 1, 2]) {
      void signsInAs(azure, person, ada);
      await source.signIn({});
      assert.equal(lookUps(), expected);
      elapsed += 13 * 3600_000;
    }
  });
});

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
