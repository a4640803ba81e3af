import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readGrantKey } from '../../src/endpoint/approval.ts';
import { isRpcCookie, mintRpcCookie } from '../../src/endpoint/rpcCookie.ts';
import { readSecret, readVaultKey, vaultKey, writeSecret } from '../../src/entra/accountSecret.ts';
import type { Account } from '../../src/tokens/account.ts';
import { send, startEndpoint } from '../unit/endpoint/endpointUnderTest.ts';
import { ids, request, SharedSecrets, storage, testSource } from '../unit/entra/harness.ts';
import { hostileInput } from './cases.ts';
import { anyJson, anyText, assertOurs, spoiled } from './values.ts';

const scope = { clientId: ids.publicClient, environment: 'login.microsoftonline.com' };
const accountIds = fc.constantFrom(
  ids.ada,
  `other.${ids.contoso}`,
  `${'x'.repeat(200)}.${ids.fabrikam}`,
  '__proto__',
  'a/b %2f',
);

/** A key of our own and what stands under it: as it was written, or spoiled in any way. */
const entries = accountIds.chain((id) => {
  const account = { id, username: 'ada@contoso.com', name: 'Ada', tenantId: ids.contoso, kind: 'user' };
  const key = fc.record({
    kind: fc.constantFrom<'account' | 'signedOut'>('account', 'account', 'account', 'signedOut'),
    signIn: fc.integer({ min: 0, max: 3 }),
  });
  const whole = spoiled({ version: 1, account, refreshToken: `refresh of ${id}` });
  const inner = spoiled(account).map((one) => ({ version: 1, account: one, refreshToken: `refresh of ${id}` }));
  const text = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constant(writeSecret({ account: account as Account, refreshToken: `refresh of ${id}` })),
    },
    { weight: 4, arbitrary: fc.oneof(whole, inner).map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        anyText,
        anyJson.map((value) => JSON.stringify(value) ?? ''),
      ),
    },
  );
  return fc.tuple(
    key.map(({ kind, signIn }) => vaultKey(scope, { kind, accountId: id, signIn })),
    text,
  );
});
const strangers = fc.tuple(
  fc.oneof(
    anyText,
    fc.constantFrom(
      'entra/account',
      `entra/account/${ids.publicClient}/login.microsoftonline.com//1`,
      'entra/account/x/y/z/1',
      'clientSecret:x',
    ),
  ),
  anyText,
);
const stores = fc.array(fc.oneof({ weight: 5, arbitrary: entries }, { weight: 1, arbitrary: strangers }), {
  maxLength: 6,
});

hostileInput('stored secrets', ({ holds, holdsLater }) => {
  holds(
    'a key and a secret are read as they were written, or as none',
    fc.tuple(
      anyText,
      fc.oneof(
        anyText,
        anyJson.map((value) => JSON.stringify(value) ?? ''),
      ),
      accountIds,
    ),
    ([key, text, id]) => {
      const read = readVaultKey(scope, key);
      assert.ok(read === undefined || readVaultKey(scope, vaultKey(scope, read))?.accountId === read.accountId);
      const secret = readSecret(text, id);
      assert.ok(secret === undefined || secret.account.id === id);
      assert.ok(readGrantKey(text) === undefined || text.split(' ').length === 3);
    },
  );
  holds(
    'no cookie is good but one that was made with the secret',
    fc.tuple(anyText, fc.integer({ min: 0, max: 90 }), anyText),
    ([text, cut, more]) => {
      const now = Date.now();
      const cookie = mintRpcCookie('secret', now + 60_000);
      assert.equal(isRpcCookie('secret', cookie, now), true);
      const changed = `${cookie.slice(0, cut)}${cookie[cut] === 'A' ? 'B' : 'A'}${cookie.slice(cut + 1)}`;
      for (const forged of [
        changed,
        text,
        cookie.slice(0, cut),
        `${cookie.slice(0, cut)}${more}`,
        `${cookie}${more}`,
      ].filter((one) => one !== cookie)) {
        assert.equal(isRpcCookie('secret', forged, now), false);
      }
    },
  );
  holdsLater(
    'an account is as it was stored or is not there, nothing is written over, and its refresh token goes to Entra for it alone',
    fc.tuple(
      stores,
      fc.constantFrom('', '', '', 'keys', 'get', 'store', 'delete'),
      fc.oneof(fc.constant(undefined), anyText),
    ),
    ([stored, failing, clientSecret]) => tryStore(stored, failing, clientSecret),
  );

  it('a secret of the endpoint that is empty or cut is not used: anyone could guess what is derived from it', async () => {
    for (const kept of ['', 'x', 'x'.repeat(42), `${'x'.repeat(42)}\n`]) {
      const stored: string[] = [];
      const endpoint = await startEndpoint({
        secrets: { get: async () => kept, store: async (_key, value) => void stored.push(value) },
      });
      try {
        assert.match(stored[0] ?? '', /^[\w-]{43}$/);
        const url = `${endpoint.variable('IDENTITY_ENDPOINT')}?api-version=2019-08-01&resource=${storage}`;
        assert.equal(
          (await send(url, { headers: { 'x-identity-header': endpoint.variable('IDENTITY_HEADER') } })).status,
          200,
        );
      } finally {
        await endpoint.stop();
      }
    }
  });
});

async function tryStore(
  stored: readonly (readonly [string, string])[],
  failing: string,
  clientSecret: string | undefined,
): Promise<void> {
  const shared = new SharedSecrets();
  for (const [key, value] of stored) {
    shared.values.set(key, value);
  }
  const before = new Map(shared.values);
  shared.before = (operation) => {
    if (operation === failing) {
      throw new Error('The keyring is locked.');
    }
  };
  const sent: URLSearchParams[] = [];
  const { source } = testSource({
    secrets: shared.window(),
    settings: { clientSecret: async () => clientSecret },
    fetch: async (_url, init) => {
      sent.push(new URLSearchParams(String(init?.body)));
      return Response.json({ error: 'interaction_required' }, { status: 400 });
    },
  });
  const accounts = await source.getAccounts().catch((error: unknown) => {
    assert.ok(failing === 'keys' || failing === 'get', 'a store that works was read');
    assertOurs(error, 'storage');
    return [];
  });
  for (const account of accounts) {
    assertStored(account, before);
    await source.acquireToken(request(account, storage)).then(
      () => assert.fail('there is no token'),
      (error: unknown) => assertOurs(error, 'interaction_required'),
    );
    assert.equal(sent.at(-1)?.get('refresh_token'), refreshTokenIn(before, account.id));
  }
  await source.dispose();
  for (const [key, value] of before) {
    const now = shared.values.get(key);
    const isOurs = readVaultKey(scope, key) !== undefined;
    assert.ok(
      now === value || (now === undefined && isOurs),
      'a secret was written over, or one that is not ours is gone',
    );
  }
  assert.ok(
    [...shared.values.keys()].every((key) => before.has(key)),
    'nothing new was written',
  );
}

function assertStored(account: Account, before: ReadonlyMap<string, string>): void {
  const { id, username, name, tenantId } = account;
  assert.ok([id, username, name, tenantId].every((text) => typeof text === 'string'));
  assert.ok(refreshTokenIn(before, id) !== undefined);
}

/** What the newest sign-in of an account holds. */
function refreshTokenIn(store: ReadonlyMap<string, string>, accountId: string): string | undefined {
  const signIns = [...store].flatMap(([key, text]) => {
    const read = readVaultKey(scope, key);
    return read?.kind === 'account' && read.accountId === accountId ? [{ signIn: read.signIn, text }] : [];
  });
  const newest = signIns.sort((a, b) => b.signIn - a.signIn)[0];
  return newest && readSecret(newest.text, accountId)?.refreshToken;
}
