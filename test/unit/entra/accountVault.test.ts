import assert from 'node:assert/strict';
import type { VaultScope } from '../../../src/entra/accountSecret.ts';
import { AccountVault } from '../../../src/entra/accountVault.ts';
import type { Account } from '../../../src/tokens/account.ts';
import type { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import { ids, KeptLog, SharedSecrets, type WindowSecrets } from './harness.ts';

const scope: VaultScope = { clientId: ids.publicClient, environment: 'login.microsoftonline.com' };

function person(number: number): Account {
  const uid = `11111111-aaaa-4aaa-8aaa-00000000000${number}`;
  const username = `user${number}@contoso.com`;
  return { id: `${uid}.${ids.contoso}`, username, name: username, tenantId: ids.contoso, kind: 'user' };
}

const ada = person(1);
const ben = person(2);

describe('the account vault', () => {
  let shared: SharedSecrets;
  let now: number;
  let elapsed: number;
  let troubles: AzureCredentialsError[];
  const vaults: AccountVault[] = [];

  beforeEach(() => {
    shared = new SharedSecrets();
    now = 1_800_000_000_000;
    elapsed = 0;
    troubles = [];
  });
  afterEach(async () => {
    shared.before = () => undefined;
    await Promise.all(vaults.splice(0).map((vault) => vault.dispose()));
  });

  function open(secrets: WindowSecrets = shared.window(), inScope = scope): AccountVault {
    const vault = new AccountVault({
      scope: inScope,
      secrets,
      clock: { now: () => now++, monotonic: () => elapsed },
      log: new KeptLog(),
      onStorageTrouble: (error) => troubles.push(error),
    });
    vaults.push(vault);
    return vault;
  }

  async function held(vault: AccountVault, account = ada): Promise<string | undefined> {
    return (await vault.find(account.id))?.refreshToken;
  }

  async function entryOf(vault: AccountVault, account = ada) {
    const entry = await vault.find(account.id);
    assert.ok(entry);
    return entry;
  }

  const accountKeys = () => [...shared.values.keys()].filter((key) => key.startsWith('entra/account/'));
  const refreshTokens = () => accountKeys().map((key) => JSON.parse(shared.values.get(key) ?? '').refreshToken);

  it('keeps one secret for each account, with the account and its refresh token and nothing else', async () => {
    const vault = open();
    await vault.add({ account: ada, refreshToken: 'a1' });
    await vault.add({ account: ben, refreshToken: 'b1' });
    await vault.add({ account: ada, refreshToken: 'a2' });
    assert.equal(shared.values.size, 2);
    assert.deepEqual(JSON.parse(shared.values.get(accountKeys().find((key) => key.includes(ada.id)) ?? '') ?? ''), {
      version: 1,
      account: ada,
      refreshToken: 'a2',
    });
  });

  it('a sign-out wins over reading that was under way when it came', async () => {
    const vault = open(shared.window('never'));
    await vault.add({ account: ada, refreshToken: 'a1' });
    const [started, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    shared.before = (operation) => {
      started.resolve();
      return operation === 'keys' ? release.promise : undefined;
    };
    const reading = vault.find('nobody');
    await started.promise;
    const removing = vault.remove(ada.id);
    release.resolve();
    await Promise.all([reading, removing]);
    assert.deepEqual(await vault.accounts(), []);
    assert.equal(await held(vault), undefined);
  });

  it('is read by the next window, and by no other application or cloud', async () => {
    await open().add({ account: ada, refreshToken: 'a1' });
    assert.deepEqual(await open().accounts(), [ada]);
    assert.deepEqual(await open(shared.window(), { ...scope, clientId: ids.consentClient }).accounts(), []);
    assert.deepEqual(await open(shared.window(), { ...scope, environment: 'login.microsoftonline.us' }).accounts(), []);
  });

  it('tells the other windows of a sign-in and a sign-out', async () => {
    const [one, two] = [open(), open()];
    assert.deepEqual(await two.accounts(), []);
    let changes = 0;
    two.onDidChange(() => {
      changes += 1;
    });
    await one.add({ account: ada, refreshToken: 'a1' });
    assert.deepEqual(await two.accounts(), [ada]);
    await one.remove(ada.id);
    assert.deepEqual(await two.accounts(), []);
    assert.equal(changes, 2);
  });

  it('reads the store once for each change, and not once for each token', async () => {
    const [own, other] = [shared.window(), shared.window()];
    const [vault, elsewhere] = [open(own), open(other)];
    await elsewhere.add({ account: ada, refreshToken: 'a1' });
    for (let count = 0; count < 100; count += 1) {
      await vault.find(ada.id);
    }
    assert.deepEqual({ keys: own.calls.keys, get: own.calls.get }, { keys: 1, get: 1 });
    elsewhere.renew(await entryOf(elsewhere), 'a2');
    await elsewhere.settled();
    for (let count = 0; count < 100; count += 1) {
      assert.equal(await held(vault), 'a2');
    }
    assert.deepEqual({ keys: own.calls.keys, get: own.calls.get }, { keys: 2, get: 2 });
  });

  for (const damage of ['', 'not json', '{"version":1}', '{"version":9}', 'null', '[]'] as const) {
    it(`a secret that holds ${damage || 'nothing'} concerns its own account alone and is left as it is`, async () => {
      const before = open();
      await before.add({ account: ada, refreshToken: 'a1' });
      await before.add({ account: ben, refreshToken: 'b1' });
      const key = accountKeys().find((name) => name.includes(ada.id)) ?? '';
      shared.values.set(key, damage);
      const vault = open(shared.window('never'));
      assert.deepEqual(await vault.accounts(), [ben]);
      vault.renew(await entryOf(vault, ben), 'b2');
      await vault.settled();
      assert.equal(shared.values.get(key), damage);
      await vault.add({ account: ada, refreshToken: 'a2' });
      assert.deepEqual((await open().accounts()).map(({ id }) => id).sort(), [ada.id, ben.id]);
      assert.equal(accountKeys().length, 2);
    });
  }

  it('a secret of another account under the key is not believed', async () => {
    await open().add({ account: ada, refreshToken: 'a1' });
    const [key = ''] = accountKeys();
    shared.values.set(key, (shared.values.get(key) ?? '').replace(ada.id, ben.id));
    assert.deepEqual(await open().accounts(), []);
  });

  it('a secret that became corrupt, or went missing, is not written over by a refresh', async () => {
    for (const damage of ['corrupt', undefined]) {
      const vault = open(shared.window('never'));
      await vault.add({ account: ada, refreshToken: 'a1' });
      const entry = await entryOf(vault);
      const [key = ''] = accountKeys();
      if (damage === undefined) {
        shared.values.delete(key);
      } else {
        shared.values.set(key, damage);
      }
      vault.renew(entry, 'a2');
      await vault.settled();
      assert.equal(shared.values.get(key), damage);
      assert.deepEqual(await vault.accounts(), []);
      shared.values.clear();
    }
  });

  it('a secret that cannot be read concerns its own account alone', async () => {
    const before = open();
    await before.add({ account: ada, refreshToken: 'a1' });
    await before.add({ account: ben, refreshToken: 'b1' });
    shared.before = (operation, key) => {
      if (operation === 'get' && key.includes(ada.id)) {
        throw new Error('the keyring is locked');
      }
    };
    assert.deepEqual(await open().accounts(), [ben]);
    shared.before = () => undefined;
    assert.equal((await open().accounts()).length, 2);
  });

  for (const events of ['prompt', 'late', 'never'] as const) {
    describe(`with change events that come ${events}`, () => {
      it('a sign-out elsewhere wins over a refresh in flight', async () => {
        const [one, two] = [open(shared.window(events)), open(shared.window(events))];
        await one.add({ account: ada, refreshToken: 'a1' });
        const inFlight = await entryOf(two);
        await one.remove(ada.id);
        two.renew(inFlight, 'a2');
        await two.settled();
        assert.deepEqual(accountKeys(), []);
        assert.deepEqual(await two.accounts(), []);
        assert.equal(inFlight.ended, 'signedOut');
        assert.deepEqual(await open().accounts(), []);
      });

      it('a sign-out here wins over a refresh in flight here', async () => {
        const vault = open(shared.window(events));
        await vault.add({ account: ada, refreshToken: 'a1' });
        const inFlight = await entryOf(vault);
        const removing = vault.remove(ada.id);
        assert.equal(inFlight.ended, 'signedOut', 'at once');
        vault.renew(inFlight, 'a2');
        await removing;
        await vault.settled();
        assert.deepEqual(accountKeys(), []);
      });

      it('a sign-out elsewhere wins whichever step of a refresh it falls between', async () => {
        for (let step = 1; step <= 8; step += 1) {
          for (let lag = 0; lag <= 8; lag += 1) {
            shared = new SharedSecrets();
            const [one, two] = [open(shared.window(events)), open(shared.window(events))];
            await one.add({ account: ada, refreshToken: 'a1' });
            const entry = await entryOf(two);
            await one.settled();
            const order = interleave(shared, { step, lag });
            two.renew(entry, 'a2');
            const removing = one.remove(ada.id);
            order.start();
            await Promise.all([removing, two.settled()]);
            assert.deepEqual(accountKeys(), [], `step ${step}, lag ${lag}`);
            assert.deepEqual(await open(shared.window()).accounts(), []);
          }
        }
      });

      it('two windows that renew at once lose no account, and the last one written is good', async () => {
        const [one, two] = [open(shared.window(events)), open(shared.window(events))];
        await one.add({ account: ada, refreshToken: 'a1' });
        const [first, second] = [await entryOf(one), await entryOf(two)];
        one.renew(first, 'a2');
        two.renew(second, 'a3');
        await Promise.all([one.settled(), two.settled()]);
        assert.match(String(refreshTokens()), /^a[23]$/);
        assert.equal(accountKeys().length, 1);
      });

      it('a refresh of an earlier sign-in does not overwrite a newer one', async () => {
        const [one, two] = [open(shared.window(events)), open(shared.window(events))];
        await one.add({ account: ada, refreshToken: 'old' });
        const inFlight = await entryOf(two);
        await one.add({ account: ada, refreshToken: 'new' });
        two.renew(inFlight, 'old2');
        await two.settled();
        assert.deepEqual(refreshTokens(), ['new']);
        assert.equal(await held(open()), 'new');
        assert.equal(await held(two), 'new');
      });

      it('an account that signs in again after a sign-out stays', async () => {
        const [one, two] = [open(shared.window(events)), open(shared.window(events))];
        await one.add({ account: ada, refreshToken: 'a1' });
        const inFlight = await entryOf(two);
        await one.remove(ada.id);
        await one.add({ account: ada, refreshToken: 'b1' });
        two.renew(inFlight, 'a2');
        await two.settled();
        assert.deepEqual(refreshTokens(), ['b1']);
        assert.deepEqual([...shared.values.keys()], accountKeys(), 'the mark of the sign-out is gone');
      });

      it('a refused refresh token is tried again only when another window has renewed it', async () => {
        const [one, two] = [open(shared.window(events)), open(shared.window(events))];
        await one.add({ account: ada, refreshToken: 'a1' });
        const entry = await entryOf(two);
        assert.equal(await two.reread(entry, 'a1'), false);
        one.renew(await entryOf(one), 'a2');
        await one.settled();
        assert.equal(await two.reread(entry, 'a1'), true);
        assert.equal(entry.refreshToken, 'a2');
        await one.remove(ada.id);
        assert.equal(await two.reread(entry, 'a2'), false);
        assert.equal(entry.ended, 'signedOut');
      });
    });
  }

  it('survives being killed at each step of a sign-in, a renewal and a sign-out', async () => {
    for (const action of ['add', 'renew', 'remove'] as const) {
      for (let step = 1; step < 12; step += 1) {
        shared = new SharedSecrets();
        const first = open(shared.window('never'));
        await first.add({ account: ben, refreshToken: 'b1' });
        await first.add({ account: ada, refreshToken: 'a1' });
        const entry = await entryOf(first);
        let left = step;
        shared.before = () => {
          left -= 1;
          return left <= 0 ? new Promise<void>(() => undefined) : undefined;
        };
        if (action === 'renew') {
          first.renew(entry, 'a2');
        } else {
          void (action === 'add' ? first.add({ account: ada, refreshToken: 'a2' }) : first.remove(ada.id));
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
        vaults.splice(0);
        shared.before = () => undefined;
        const next = open(shared.window());
        assert.equal(await held(next, ben), 'b1', `${action} ${step}: the other account is as it was`);
        const found = await held(next);
        assert.ok(found === 'a1' || found === (action === 'remove' ? undefined : 'a2'), `${action} ${step}: ${found}`);
        await next.settled();
        assert.equal(accountKeys().length, found === undefined ? 1 : 2, `${action} ${step}: nothing is left over`);
        await next.add({ account: ada, refreshToken: 'a3' });
        assert.equal(await held(open()), 'a3');
      }
    }
  });

  it('goes on in memory when the store throws, and saves when it works again', async () => {
    shared.before = () => {
      throw new Error('no keyring');
    };
    const vault = open();
    await assert.rejects(vault.accounts(), { code: 'storage' });
    await vault.add({ account: ada, refreshToken: 'a1' });
    assert.deepEqual(await vault.accounts(), [ada]);
    assert.equal(await held(vault), 'a1');
    assert.equal(troubles[0]?.code, 'storage');
    assert.match(troubles[0]?.advice ?? '', /keyring/);
    const entry = await entryOf(vault);
    shared.before = () => undefined;
    vault.renew(entry, 'a2');
    await vault.settled();
    assert.deepEqual(refreshTokens(), ['a2']);
    assert.equal(await held(vault), 'a2');
  });

  it('a renewed refresh token that could not be stored and is refused gives way to the stored one', async () => {
    const [one, two] = [open(shared.window('never')), open(shared.window('never'))];
    await one.add({ account: ada, refreshToken: 'a1' });
    const entry = await entryOf(two);
    shared.before = (operation) => {
      if (operation === 'store') {
        throw new Error('no keyring');
      }
    };
    two.renew(entry, 'a2');
    await two.settled();
    shared.before = () => undefined;
    one.renew(await entryOf(one), 'a3');
    await one.settled();
    assert.equal(await two.reread(entry, 'a2'), true);
    assert.equal(entry.refreshToken, 'a3');
  });

  it('reads what changed while the store failed, once it works again', async () => {
    const vault = open();
    const elsewhere = open();
    await elsewhere.add({ account: ada, refreshToken: 'a1' });
    assert.equal(await held(vault), 'a1');
    const working = shared;
    let failing = true;
    working.before = (operation) => {
      if (operation === 'keys' && failing) {
        throw new Error('no keyring');
      }
    };
    elsewhere.renew(await entryOf(elsewhere), 'a2');
    await elsewhere.settled();
    assert.equal(await held(vault), 'a1');
    failing = false;
    elapsed += 31_000;
    assert.equal(await held(vault), 'a2');
  });

  it('does not ask a failing store again at each token, but after a while', async () => {
    await open().add({ account: ada, refreshToken: 'a1' });
    const secrets = shared.window();
    const vault = open(secrets);
    shared.before = () => {
      throw new Error('no keyring');
    };
    for (let count = 0; count < 3; count += 1) {
      await assert.rejects(vault.accounts(), { code: 'storage' });
    }
    assert.equal(secrets.calls.keys, 1);
    shared.before = () => undefined;
    elapsed += 31_000;
    assert.deepEqual(await vault.accounts(), [ada]);
  });

  it('asks again for a secret that could not be read, after a while, although nothing tells of a change', async () => {
    await open().add({ account: ada, refreshToken: 'a1' });
    const vault = open(shared.window('never'));
    shared.before = (operation) => {
      if (operation === 'get') {
        throw new Error('no keyring');
      }
    };
    await assert.rejects(vault.accounts(), { code: 'storage' });
    shared.before = () => undefined;
    elapsed += 31_000;
    assert.deepEqual(await vault.accounts(), [ada]);
  });

  it('says so when a sign-out could not be stored', async () => {
    const vault = open();
    await vault.add({ account: ada, refreshToken: 'a1' });
    shared.before = () => {
      throw new Error('no keyring');
    };
    await assert.rejects(vault.remove(ada.id), { code: 'storage' });
    assert.deepEqual(await vault.accounts().catch(() => []), []);
  });

  it('forgets the mark of a sign-out after a week', async () => {
    const vault = open();
    await vault.add({ account: ada, refreshToken: 'a1' });
    await vault.remove(ada.id);
    await open().accounts();
    assert.equal(shared.values.size, 1);
    now += 8 * 86_400_000;
    await open().accounts();
    assert.equal(shared.values.size, 0);
  });
});

/** Holds the operations of the store so that one window's run `lag` turns behind after `step` of them. */
function interleave(shared: SharedSecrets, { step, lag }: { readonly step: number; readonly lag: number }) {
  let count = 0;
  let started = false;
  shared.before = async () => {
    count += 1;
    if (started && count % step === 0) {
      for (let turn = 0; turn < lag; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  return {
    start: () => {
      started = true;
    },
  };
}
