import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Account } from '../../../src/api/azureCredentials.d.ts';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import { ada, bob, MemorySource } from './memorySource.ts';
import { consumer, openApi, openExports } from './openApi.ts';

describe('getAPI', () => {
  it('refuses a version it does not have and lists those it has', () => {
    const { exports } = openExports();
    for (const version of [0, 2, '1', undefined, Number.NaN]) {
      assert.throws(() => exports.getAPI(version as 1, consumer), {
        name: 'RangeError',
        message: /It has: 1\.$/,
      });
    }
  });

  it('refuses a consumer that is no installed extension', () => {
    const { exports } = openExports();
    for (const stranger of [undefined, null, {}, { id: 7 }, { id: 'someone.else' }, 'contoso.lister']) {
      assert.throws(() => exports.getAPI(1, stranger as never), { name: 'TypeError', message: /context\.extension/ });
    }
  });

  it('knows an extension by its installed name and its id in lower case', async () => {
    const { exports, tokens } = openExports();
    const liar = { ...consumer, packageJSON: { displayName: 'Azure Delegated Credentials' } };
    await exports.getAPI(1, liar as never).getToken('https://storage.azure.com');
    assert.deepEqual(tokens.activity().at(-1)?.requester, {
      kind: 'extension',
      id: 'contoso.lister',
      label: 'Blob Lister',
    });
  });

  it('gives objects that one extension cannot change for another', async () => {
    const { api } = openApi();
    await api.ready;
    const token = await api.getToken('https://storage.azure.com');
    const frozen = {
      api,
      token,
      scopes: token.scopes,
      account: token.account,
      accounts: api.accounts,
      first: api.accounts[0],
    };
    for (const [name, value] of Object.entries(frozen)) {
      assert.ok(Object.isFrozen(value), name);
    }
    assert.ok(Object.isFrozen(await api.signIn()));
    assert.ok(Object.isFrozen(api.getCredential()));
  });
});

describe('getToken of the API', () => {
  it('takes a resource alone', async () => {
    const { api, source } = openApi();
    const token = await api.getToken('https://storage.azure.com');
    assert.deepEqual(
      { ...token, expiresOnTimestamp: 0 },
      {
        token: 'token 1',
        expiresOnTimestamp: 0,
        tokenType: 'Bearer',
        resource: 'https://storage.azure.com',
        scopes: ['https://storage.azure.com/.default'],
        tenantId: ada.tenantId,
        account: ada,
      },
    );
    assert.equal(source.requests.length, 1);
  });

  it('hands every member of a request on', async () => {
    const { api, source } = openApi({ source: new MemorySource([ada, bob]) });
    await api.getToken({
      resource: 'https://vault.azure.net',
      account: bob,
      tenantId: 'fabrikam.com',
      claims: '{"access_token":{"nbf":{"essential":true,"value":"1"}}}',
      forceRefresh: true,
    });
    const [request] = source.requests;
    assert.equal(request?.account.id, bob.id);
    assert.equal(request?.tenantId, 'fabrikam.com');
    assert.match(request?.claims ?? '', /"nbf"/);
    await api.getToken({ scopes: ['https://graph.microsoft.com/User.Read'], account: 'bob@contoso.com' });
    assert.deepEqual(source.requests[1]?.scopes, ['https://graph.microsoft.com/User.Read']);
    assert.equal(source.requests[1]?.account.id, bob.id);
  });

  it('rejects misuse with a TypeError that names the member', async () => {
    const { api, source } = openApi();
    const misuses: [unknown, RegExp][] = [
      ['', /request/],
      [undefined, /resource/],
      [7, /resource/],
      [{}, /exactly one/],
      [{ resource: 'https://a.b', scopes: ['https://a.b/.default'] }, /exactly one/],
      [{ resource: 7 }, /"resource"/],
      [{ scopes: [] }, /"scopes"/],
      [{ scopes: 'https://a.b/.default' }, /"scopes"/],
      [{ scopes: [''] }, /"scopes"/],
      [{ resource: 'https://a.b', account: {} }, /"account"/],
      [{ resource: 'https://a.b', tenantId: 7 }, /"tenantId"/],
      [{ resource: 'https://a.b', claims: 7 }, /"claims"/],
    ];
    for (const [request, message] of misuses) {
      await assert.rejects(api.getToken(request as never), { name: 'TypeError', message });
    }
    assert.equal(source.requests.length, 0);
  });

  it('never signs anyone in unless the request is interactive', async () => {
    const { api, source } = openApi({ source: new MemorySource([]) });
    await assert.rejects(api.getToken('https://storage.azure.com'), { code: 'not_signed_in' });
    assert.equal(source.signIns.length, 0);
    const token = await api.getToken({ resource: 'https://storage.azure.com', interactive: true });
    assert.equal(token.account.username, ada.username);
    assert.equal(source.signIns.length, 1);
  });

  it('answers an extension that asks before any account was read', async () => {
    const source = new MemorySource();
    let open: (value?: unknown) => void = () => undefined;
    const opened = new Promise((resolve) => {
      open = resolve;
    });
    source.beforeAccounts = () => opened;
    const { api } = openApi({ source });
    const asked = Promise.all([api.getToken('https://storage.azure.com'), api.getToken('https://storage.azure.com/')]);
    assert.deepEqual(api.accounts, []);
    open();
    const [first, second] = await asked;
    assert.equal(first.token, second.token);
    assert.equal(source.requests.length, 1);
    await api.ready;
    assert.deepEqual(api.accounts, [ada]);
  });

  it('gives up when the signal aborts, before and while it waits', async () => {
    const { api, source } = openApi();
    await assert.rejects(api.getToken({ resource: 'https://storage.azure.com', signal: AbortSignal.abort() }), {
      code: 'cancelled',
    });
    source.beforeToken = () => new Promise(() => undefined);
    const controller = new AbortController();
    const waiting = api.getToken({ resource: 'https://storage.azure.com', signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await assert.rejects(waiting, { code: 'cancelled' });
  });
});

describe('getCredential', () => {
  it('passes tenant, claims and abort signal of an SDK on, over its own defaults', async () => {
    const { api, source } = openApi({ source: new MemorySource([ada, bob]) });
    const credential = api.getCredential({ account: bob, tenantId: 'fabrikam.com' });
    await credential.getToken('https://storage.azure.com/.default');
    assert.equal(source.requests[0]?.tenantId, 'fabrikam.com');
    assert.equal(source.requests[0]?.account.id, bob.id);
    const claims = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1"}}}').toString('base64');
    const options = {
      tenantId: 'contoso.com',
      claims,
      enableCae: true,
      requestOptions: { timeout: 1 },
      tracingOptions: {},
    };
    await credential.getToken(['https://storage.azure.com/.default'], options);
    assert.equal(source.requests[1]?.tenantId, 'contoso.com');
    assert.match(source.requests[1]?.claims ?? '', /^\{"access_token"/);
  });

  it('understands the abort signals that older SDKs make themselves, and lets go of them', async () => {
    const { api, source } = openApi();
    source.beforeToken = () => new Promise(() => undefined);
    const listeners = new Set<() => void>();
    const abortSignal = {
      aborted: false,
      addEventListener: (_: 'abort', listener: () => void) => listeners.add(listener),
      removeEventListener: (_: 'abort', listener: () => void) => listeners.delete(listener),
    };
    const waiting = api.getCredential().getToken('https://storage.azure.com/.default', { abortSignal });
    assert.equal(listeners.size, 1);
    for (const listener of listeners) {
      listener();
    }
    await assert.rejects(waiting, { code: 'cancelled' });
    assert.equal(listeners.size, 0);
    const already = { ...abortSignal, aborted: true };
    await assert.rejects(api.getCredential().getToken('https://storage.azure.com/.default', { abortSignal: already }), {
      code: 'cancelled',
    });
  });

  it('asks the person only when it was made interactive', async () => {
    const { api, source } = openApi({ source: new MemorySource([]) });
    await assert.rejects(api.getCredential().getToken('https://storage.azure.com/.default'), { code: 'not_signed_in' });
    await api.getCredential({ interactive: true }).getToken('https://storage.azure.com/.default');
    assert.equal(source.signIns.length, 1);
  });
});

describe('accounts of the API', () => {
  it('reads nothing until an extension asks for the API', async () => {
    const source = new MemorySource();
    let reads = 0;
    source.beforeAccounts = () => {
      reads += 1;
    };
    const { exports } = openExports({ source });
    await new Promise(setImmediate);
    assert.equal(reads, 0);
    await exports.getAPI(1, consumer).ready;
    assert.equal(reads, 1);
  });

  it('are empty, and ready all the same, when they cannot be read', async () => {
    const source = new MemorySource();
    source.beforeAccounts = () => {
      throw new AzureCredentialsError('storage', 'The keyring is locked.');
    };
    const { api } = openApi({ source });
    await api.ready;
    assert.deepEqual(api.accounts, []);
    await assert.rejects(api.getToken('https://storage.azure.com'), { code: 'storage' });
  });

  it('fires with the new list when someone signs in or out, and only then', async () => {
    const { api, source } = openApi();
    await api.ready;
    const events: (readonly Account[])[] = [];
    const subscription = api.onDidChangeAccounts((accounts) => events.push(accounts));
    const changes = async (accounts: readonly Account[]) => {
      source.replaceAccounts(accounts);
      await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await changes([ada, bob]);
    await changes([ada, bob]);
    await changes([bob]);
    subscription.dispose();
    await changes([]);
    assert.deepEqual(events, [[ada, bob], [bob]]);
    assert.deepEqual(api.accounts, []);
  });

  it('binds listeners and collects subscriptions as an event of the editor does', async () => {
    const { api, source } = openApi();
    await api.ready;
    const disposables: { dispose(): unknown }[] = [];
    const seen: unknown[] = [];
    api.onDidChangeAccounts(
      function (this: unknown) {
        seen.push(this);
      },
      'me',
      disposables as never,
    );
    source.replaceAccounts([]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(seen, ['me']);
    assert.equal(disposables.length, 1);
  });
});

describe('signing in and out through the API', () => {
  it('passes the options of a sign-in on', async () => {
    const { api, source } = openApi({ source: new MemorySource([]) });
    const account = await api.signIn({
      tenantId: 'contoso.com',
      loginHint: ada.username,
      scopes: ['https://storage.azure.com/.default'],
    });
    assert.deepEqual(account, ada);
    assert.deepEqual(source.signIns, [
      { tenantId: 'contoso.com', loginHint: ada.username, scopes: ['https://storage.azure.com/.default'] },
    ]);
    await assert.rejects(api.signIn({ scopes: 'openid' as never }), { name: 'TypeError' });
  });

  it('shows the change in accounts as soon as it is done', async () => {
    const { api } = openApi({ source: new MemorySource([bob]) });
    await api.signIn();
    assert.deepEqual(
      api.accounts.map(({ id }) => id),
      [ada.id, bob.id],
    );
    await api.signOut(ada);
    assert.deepEqual(api.accounts, [bob]);
    await api.signOut();
    assert.deepEqual(api.accounts, []);
  });

  it('signs out one account, found by object, id or name', async () => {
    for (const wanted of [bob, bob.id, 'BOB@contoso.com']) {
      const { api, source } = openApi({ source: new MemorySource([ada, bob]) });
      await api.signOut(wanted);
      assert.deepEqual(source.accounts, [ada]);
    }
  });

  it('signs out all without an account', async () => {
    const { api, source } = openApi({ source: new MemorySource([ada, bob]) });
    await api.signOut();
    assert.deepEqual(source.accounts, []);
  });

  it('does not take an unknown account for all of them', async () => {
    const { api, source } = openApi();
    await assert.rejects(api.signOut('nobody@contoso.com'), { code: 'not_signed_in' });
    await assert.rejects(api.signOut(null as never), { name: 'TypeError' });
    assert.deepEqual(source.accounts, [ada]);
  });

  it('asks the person first and keeps the account when they say no', async () => {
    const asked: unknown[] = [];
    const { api, source } = openApi({
      confirmSignOut: async (requester, account) => {
        asked.push(requester.label, account?.id);
        return false;
      },
    });
    await assert.rejects(api.signOut(ada), { code: 'cancelled' });
    assert.deepEqual(asked, ['Blob Lister', ada.id]);
    assert.deepEqual(source.accounts, [ada]);
  });
});

describe('isAzureCredentialsError of the API', () => {
  it('tells its own errors from others', () => {
    const { api } = openApi();
    const copied = Object.assign(new Error('from afar'), { name: 'AzureCredentialsError', code: 'network' });
    assert.ok(api.isAzureCredentialsError(new AzureCredentialsError('network', 'x')));
    assert.ok(api.isAzureCredentialsError(copied));
    for (const other of [new Error('x'), { name: 'AzureCredentialsError', code: 'network' }, undefined, 'network']) {
      assert.ok(!api.isAzureCredentialsError(other));
    }
  });
});
