import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { Account } from '../../../src/tokens/account.ts';
import { isAzureCredentialsError } from '../../../src/tokens/errors.ts';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { ids, keyVault, request, SharedSecrets, signsInAs, storage, type TestSource, testSource } from './harness.ts';
import { answerOf, StrictEntra } from './strictEntra.ts';

const account: Account = {
  id: ids.ada,
  username: 'ada@contoso.com',
  name: 'Ada Sample',
  tenantId: ids.contoso,
  kind: 'user',
};

describe('twenty windows under strict rotation of refresh tokens', () => {
  it('lose no refresh token and bring no signed-out account back, in 1,000 rounds', async function () {
    this.timeout(120_000);
    // Most of a round is waiting, so that four stores with twenty windows each share the time.
    await Promise.all(Array.from({ length: 4 }, () => race(250)));
  });

  it('a window killed before it stored the renewed refresh token costs one sign-in, and nothing else', async () => {
    const entra = new StrictEntra();
    const shared = new SharedSecrets();
    const killed = testSource({ fetch: entra.fetch, secrets: shared.window() });
    await signIn(killed);
    const before = [...shared.values];
    const storing = new Promise<void>((reached) => {
      shared.before = (operation) => {
        if (operation === 'store') {
          reached();
          return new Promise<void>(() => undefined);
        }
        return undefined;
      };
    });
    await killed.source.acquireToken(request(account, storage));
    await storing;
    assert.deepEqual([...shared.values], before, 'nothing half-written');

    shared.before = () => undefined;
    const next = testSource({ fetch: entra.fetch, secrets: shared.window() });
    assert.deepEqual(await next.source.getAccounts(), [account]);
    assert.equal(await outcome(next.source.acquireToken(request(account, storage))), 'interaction_required');
    await signIn(next);
    assert.equal(await outcome(next.source.acquireToken(request(account, storage))), 'token');
    await next.source.dispose();
  });

  it('50 resources of one window at once take about two requests each', async () => {
    const entra = new StrictEntra();
    const window = testSource({ fetch: entra.fetch });
    await signIn(window);
    const resources = Array.from({ length: 50 }, (_, index) => `https://account${index}.blob.core.windows.net`);
    await Promise.all(resources.map((resource) => window.source.acquireToken(request(account, resource))));
    assert.ok(entra.refreshes <= 110, `${entra.refreshes} requests`);
    await window.source.dispose();
  });

  describe('against the local Azure', () => {
    let azure: LocalAzure;
    before(async () => {
      azure = await startLocalAzure({ storage: false });
      await azure.control.rotateStrictly(true);
    });
    after(() => azure[Symbol.asyncDispose]());

    it('all get their tokens, for two resources each at once', async function () {
      this.timeout(30_000);
      const shared = new SharedSecrets();
      const windows = Array.from({ length: 5 }, () =>
        testSource({ fetch: azure.fetch, secrets: shared.window('never') }),
      );
      void signsInAs(azure, pick(windows).person, { username: account.username });
      await windows[0]?.source.getAccounts();
      const [first] = windows;
      assert.ok(first);
      void signsInAs(azure, first.person, { username: account.username });
      await first.source.signIn({});
      for (let round = 0; round < 3; round += 1) {
        await Promise.all(
          windows.flatMap(({ source }) =>
            [storage, keyVault].map((resource) => source.acquireToken(request(account, resource))),
          ),
        );
      }
      assert.ok((await azure.control.count({ aadsts: 70000 })) > 0, 'windows did collide');
      await Promise.all(windows.map(({ source }) => source.dispose()));
    });
  });
});

/** Windows of one store ask for tokens at once, and now and then one of them signs out meanwhile. */
async function race(rounds: number): Promise<void> {
  const entra = new StrictEntra();
  const shared = new SharedSecrets();
  const quiet = watchStore(shared);
  const windows = Array.from({ length: 20 }, (_, index) =>
    testSource({ fetch: entra.fetch, secrets: shared.window((['prompt', 'late', 'never'] as const)[index % 3]) }),
  );
  const accountKeys = () => [...shared.values.keys()].filter((key) => key.startsWith('entra/account/'));
  await signIn(pick(windows));
  for (let round = 1; round <= rounds; round += 1) {
    const asking = round % 100 === 0 ? windows : Array.from({ length: 3 }, () => pick(windows));
    const tokens = asking.map(({ source }) => outcome(source.acquireToken(request(account, storage))));
    const leaves = round % 10 === 0;
    if (leaves) {
      await later();
      await pick(windows).source.signOut(account);
    }
    for (const result of await Promise.all(tokens)) {
      assert.ok(result === 'token' || (leaves && result === 'not_signed_in'), `round ${round}: ${result}`);
    }
    await quiet();
    const stored = accountKeys().map((key) => JSON.parse(shared.values.get(key) ?? '').refreshToken);
    if (leaves) {
      assert.deepEqual(stored, [], `round ${round}: the account is out`);
      await signIn(pick(windows));
    } else {
      assert.equal(stored.length, 1, `round ${round}`);
      assert.ok(entra.good.has(stored[0]), `round ${round}: the stored refresh token is good`);
    }
  }
  assert.ok(entra.refusals > 100, 'windows did collide');
  await Promise.all(windows.map(({ source }) => source.dispose()));
}

async function signIn({ source, person }: TestSource): Promise<void> {
  person.browse = (url) => fetch(answerOf(url)).then((response) => response.text());
  await source.signIn({});
}

async function outcome(token: Promise<unknown>): Promise<string> {
  return token.then(
    () => 'token',
    (error: unknown) => (isAzureCredentialsError(error) ? error.code : String(error)),
  );
}

/** Waits until no window has anything left to read or write. */
function watchStore(shared: SharedSecrets): () => Promise<void> {
  let operations = 0;
  shared.before = async () => {
    operations += 1;
    await later();
  };
  return async () => {
    for (let seen = -1; seen !== operations; ) {
      seen = operations;
      for (let count = 0; count < 8; count += 1) {
        await turn();
      }
    }
  };
}

async function later(): Promise<void> {
  for (let count = Math.floor(Math.random() * 3); count > 0; count -= 1) {
    await turn();
  }
}

function pick<T>(from: readonly T[]): T {
  const chosen = from[Math.floor(Math.random() * from.length)];
  assert.ok(chosen);
  return chosen;
}
