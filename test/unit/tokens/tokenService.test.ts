import assert from 'node:assert/strict';
import type { AccessToken } from '../../../src/tokens/accessToken.ts';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import type { TokenRequest } from '../../../src/tokens/tokenRequest.ts';
import { minutes } from './manualClock.ts';
import { ada, gate, grace, settle, person as someone } from './scriptedSource.ts';
import { code, person, serviceUnderTest, storage, vault } from './serviceUnderTest.ts';

const challenge = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';

describe('token service: cache and flights', () => {
  it('answers a second request from memory', async () => {
    const { service, source } = serviceUnderTest();
    const first = await service.getToken(storage, person);
    assert.equal(await service.getToken(storage, person), first);
    assert.equal(source.requests.length, 1);
    assert.equal(source.accountReads, 1);
  });

  it('knows one resource by all its spellings', async () => {
    const { service, source } = serviceUnderTest();
    const spellings: TokenRequest[] = [
      { resource: 'https://storage.azure.com' },
      { resource: 'https://storage.azure.com/' },
      { resource: ' HTTPS://Storage.Azure.com/.default ' },
      { resource: 'storage' },
      { scopes: ['https://storage.azure.com/.default'] },
      { scopes: ['openid', 'https://storage.azure.com/.default', 'offline_access'] },
    ];
    for (const request of spellings) {
      assert.equal((await service.getToken(request, person)).token, 'token-1');
    }
    assert.deepEqual(source.requests[0]?.scopes, ['https://storage.azure.com/.default']);
    assert.equal(source.requests.length, 1);
  });

  it('makes one request for 1,000 concurrent callers, the accounts not even read yet', async () => {
    const { service, source } = serviceUnderTest();
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => service.getToken(storage, person)));
    assert.equal(new Set(tokens).size, 1);
    assert.equal(source.requests.length, 1);
    assert.equal(source.accountReads, 1);
    assert.equal(service.activity().length, 500);
  });

  it('has 50 resources in flight together', async () => {
    const { service, source } = serviceUnderTest();
    const door = gate();
    source.answer = async (request) => {
      await door.promise;
      return source.tokenFor(request);
    };
    const all = Array.from({ length: 50 }, (_, i) =>
      service.getToken({ resource: `https://r${i}.contoso.com` }, person),
    );
    await settle();
    assert.equal(source.requests.length, 50);
    door.open();
    assert.equal(new Set((await Promise.all(all)).map(({ token }) => token)).size, 50);
  });

  it('keeps account, tenant, scopes and claims apart', async () => {
    const { service, source } = serviceUnderTest({ accounts: [ada, grace] });
    const requests: TokenRequest[] = [
      storage,
      { ...storage, account: grace.id },
      { ...storage, tenantId: 'fabrikam.com' },
      { scopes: ['https://storage.azure.com/user_impersonation'] },
      { ...storage, claims: challenge },
    ];
    const tokens = await Promise.all(requests.map((request) => service.getToken(request, person)));
    assert.equal(new Set(tokens.map(({ token }) => token)).size, requests.length);
    assert.equal(source.requests[4]?.claims, challenge);
    assert.equal(source.requests[2]?.tenantId, 'fabrikam.com');
  });

  it('serves while more than five minutes are left, and asks Entra itself afterwards', async () => {
    const { service, source, clock } = serviceUnderTest();
    source.answer = async (request) => source.tokenFor(request, { refreshAfterTimestamp: clock.now() + minutes(59) });
    const held = gate<AccessToken>();
    await service.getToken(storage, person);
    source.answer = () => held.promise;
    clock.pass(minutes(55) - 1);
    assert.equal((await service.getToken(storage, person)).token, 'token-1');
    clock.pass(1);
    const late = service.getToken(storage, person);
    await settle();
    held.open(source.tokenFor(source.requests[0] as never, { token: 'fresh' }));
    assert.equal((await late).token, 'fresh');
    assert.ok(source.requests.slice(1).every(({ forceRefresh }) => forceRefresh));
  });

  it('replaces the cached token on a forced refresh', async () => {
    const { service, source } = serviceUnderTest();
    await service.getToken(storage, person);
    assert.equal((await service.getToken({ ...storage, forceRefresh: true }, person)).token, 'token-2');
    assert.equal((await service.getToken(storage, person)).token, 'token-2');
    assert.equal(source.requests[1]?.forceRefresh, true);
  });

  it('does not let an older flight overwrite what a forced refresh brought', async () => {
    const { service, source } = serviceUnderTest();
    const older = gate<AccessToken>();
    source.answer = (request) =>
      request.forceRefresh ? Promise.resolve(source.tokenFor(request, { token: 'newer' })) : older.promise;
    const waiting = service.getToken(storage, person);
    await settle();
    await service.getToken({ ...storage, forceRefresh: true }, person);
    older.open(source.tokenFor(source.requests[0] as never, { token: 'older' }));
    assert.equal((await waiting).token, 'older');
    assert.equal((await service.getToken(storage, person)).token, 'newer');
  });

  it('fails everyone who waits for one flight alike, and remembers nothing of it', async () => {
    const { service, source } = serviceUnderTest();
    const failure = new AzureCredentialsError('network', 'no connection');
    const working = source.answer;
    source.answer = () => Promise.reject(failure);
    const results = await Promise.allSettled([1, 2, 3].map(() => service.getToken(storage, person)));
    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && result.reason === failure),
      [true, true, true],
    );
    assert.equal(source.requests.length, 1);
    source.answer = working;
    await service.getToken(storage, person);
    assert.equal(source.requests.length, 2);
  });

  it('turns what is not one of our errors into one that holds nothing of it', async () => {
    const { service, source, lines } = serviceUnderTest();
    source.answer = () => Promise.reject(new RangeError('body: refresh_token=hunter2'));
    await assert.rejects(service.getToken(storage, person), (error: Error) => {
      assert.doesNotMatch(JSON.stringify([error, error.message, error.stack, error.cause]), /hunter2/);
      return code('identity_provider', /RangeError/)(error);
    });
    assert.match(lines.join('\n'), /RangeError/);
    assert.doesNotMatch(lines.join('\n'), /hunter2/);
  });

  it('refuses a token for another account than the one that was asked for', async () => {
    const { service, source } = serviceUnderTest();
    source.answer = async (request) => source.tokenFor(request, { account: grace });
    await assert.rejects(service.getToken(storage, person), code('identity_provider', /another account/));
    assert.deepEqual(service.cachedTokens(), []);
  });

  it('keeps at most 10,000 tokens: those used last', async () => {
    const { service, source } = serviceUnderTest();
    const resource = (i: number) => ({ resource: `https://r${i}.contoso.com` });
    for (let i = 0; i < 10_000; i++) {
      await service.getToken(resource(i), person);
    }
    await service.getToken(resource(0), person);
    await service.getToken(resource(10_000), person);
    assert.ok(service.cachedTokens().length <= 10_000);
    assert.ok(service.cachedTokens().length > 9_800);
    const asked = source.requests.length;
    await service.getToken(resource(0), person);
    assert.equal(source.requests.length, asked);
    await service.getToken(resource(1), person);
    assert.equal(source.requests.length, asked + 1);
  });

  it('hands out a token that no consumer can change for the others', async () => {
    const { service } = serviceUnderTest();
    const token = (await service.getToken(storage, person)) as { token: string };
    assert.throws(() => {
      token.token = 'mine';
    }, TypeError);
  });

  it('costs little when warm', async function () {
    this.timeout(20_000);
    const { service } = serviceUnderTest();
    const rounds: number[] = [];
    for (let round = 0; round < 5; round++) {
      const started = performance.now();
      for (let i = 0; i < 20_000; i++) {
        await service.getToken(storage, person);
      }
      rounds.push(((performance.now() - started) * 1000) / 20_000);
    }
    assert.ok(Math.min(...rounds) < 20, `${Math.min(...rounds).toFixed(2)} µs for a warm token`);
  });
});

describe('token service: renewal ahead of the end', () => {
  it('renews in the background at 80 % of the life, once, and nobody waits', async () => {
    const { service, source, clock } = serviceUnderTest();
    await service.getToken(storage, person);
    const held = gate<AccessToken>();
    source.answer = () => held.promise;
    clock.pass(minutes(48) - 1);
    await service.getToken(storage, person);
    assert.equal(source.requests.length, 1);
    clock.pass(1);
    for (let i = 0; i < 10; i++) {
      assert.equal((await service.getToken(storage, person)).token, 'token-1');
    }
    await settle();
    assert.equal(source.requests.length, 2);
    assert.equal(source.requests[1]?.forceRefresh, true);
    held.open(source.tokenFor(source.requests[1] as never, { token: 'renewed' }));
    await settle();
    assert.equal((await service.getToken(storage, person)).token, 'renewed');
    assert.equal(source.requests.length, 2);
  });

  it('renews earlier when Entra says so', async () => {
    const { service, source, clock } = serviceUnderTest();
    source.answer = async (request) => source.tokenFor(request, { refreshAfterTimestamp: clock.now() + minutes(10) });
    await service.getToken(storage, person);
    clock.pass(minutes(10));
    await service.getToken(storage, person);
    await settle();
    assert.equal(source.requests.length, 2);
  });

  it('renews a short-lived token before it is no longer served', async () => {
    const { service, source, clock } = serviceUnderTest();
    source.answer = async (request) => source.tokenFor(request, { expiresOnTimestamp: clock.now() + minutes(10) });
    await service.getToken(storage, person);
    clock.pass(minutes(4));
    assert.equal((await service.getToken(storage, person)).token, 'token-1');
    await settle();
    assert.equal((await service.getToken(storage, person)).token, 'token-2');
  });

  it('is quiet when a renewal fails, and waits longer each time', async () => {
    const { service, source, clock } = serviceUnderTest();
    await service.getToken(storage, person);
    source.answer = () => Promise.reject(new AzureCredentialsError('network', 'no connection'));
    clock.pass(minutes(48));
    const attempts: number[] = [];
    for (let second = 0; second < 400; second++) {
      const before = source.requests.length;
      assert.equal((await service.getToken(storage, person)).token, 'token-1');
      await settle();
      if (source.requests.length > before) {
        attempts.push(second);
      }
      clock.pass(1000);
    }
    assert.deepEqual(attempts, [0, 30, 90, 210]);
    assert.ok(service.activity().every(({ outcome }) => outcome === 'granted'));
  });

  it('renews no sooner than Entra allows after throttling', async () => {
    const { service, source, clock } = serviceUnderTest();
    await service.getToken(storage, person);
    clock.pass(minutes(48));
    const retryAfterTimestamp = clock.now() + minutes(3);
    source.answer = () => Promise.reject(new AzureCredentialsError('throttled', 'wait', { retryAfterTimestamp }));
    await service.getToken(storage, person);
    await settle();
    clock.pass(minutes(3) - 1);
    await service.getToken(storage, person);
    await settle();
    assert.equal(source.requests.length, 2);
    clock.pass(1);
    await service.getToken(storage, person);
    await settle();
    assert.equal(source.requests.length, 3);
  });

  it('does not ask again and again when the source renews nothing', async () => {
    const { service, source, clock } = serviceUnderTest();
    const first = await service.getToken(storage, person);
    source.answer = async () => ({ ...first });
    clock.pass(minutes(48));
    for (let i = 0; i < 20; i++) {
      await service.getToken(storage, person);
      await settle();
    }
    assert.equal(source.requests.length, 2);
  });
});

describe('token service: clocks that jump', () => {
  const jumps: [string, (clock: ReturnType<typeof serviceUnderTest>['clock']) => void][] = [
    ['the machine slept and the monotonic clock stood still', (clock) => clock.setWallClock(minutes(60))],
    [
      'the clock was set back while the hour passed',
      (clock) => {
        clock.setWallClock(-minutes(180));
        clock.pass(minutes(60));
      },
    ],
    ['the clock was set forward', (clock) => clock.setWallClock(minutes(24 * 60))],
  ];
  for (const [title, jump] of jumps) {
    it(`serves no old token when ${title}`, async () => {
      const { service, source, clock } = serviceUnderTest();
      await service.getToken(storage, person);
      jump(clock);
      assert.equal((await service.getToken(storage, person)).token, 'token-2');
      assert.equal(source.requests[1]?.forceRefresh, true);
      assert.equal(service.cachedTokens().length, 1);
    });
  }

  it('refuses the same ended token from a source that believes the clock that was set back', async () => {
    const { service, source, clock } = serviceUnderTest();
    const first = await service.getToken(storage, person);
    source.answer = async () => ({ ...first });
    clock.setWallClock(-minutes(180));
    clock.pass(minutes(61));
    await assert.rejects(service.getToken(storage, person), code('identity_provider', /date and time/));
    await assert.rejects(service.getToken(storage, person), code('identity_provider'));
  });

  it('does not take the same token for a newer one when the clock was set back', async () => {
    const { service, source, clock } = serviceUnderTest();
    const first = await service.getToken(storage, person);
    source.answer = async () => ({ ...first });
    clock.setWallClock(-minutes(180));
    clock.pass(minutes(50));
    await service.getToken(storage, person);
    await settle();
    clock.pass(minutes(10));
    await assert.rejects(service.getToken(storage, person), code('identity_provider'));
  });

  it('refuses a token that came already ended', async () => {
    const { service, source, clock } = serviceUnderTest();
    source.answer = async (request) => source.tokenFor(request, { expiresOnTimestamp: clock.now() });
    await assert.rejects(service.getToken(storage, person), code('identity_provider', /ended/));
  });
});

describe('token service: cancelling', () => {
  it('ends the wait of the one who cancels, while the others get their token', async () => {
    const { service, source } = serviceUnderTest();
    const held = gate<AccessToken>();
    source.answer = () => held.promise;
    const controller = new AbortController();
    const mine = service.getToken({ ...storage, signal: controller.signal }, person);
    const theirs = service.getToken(storage, person);
    await settle();
    controller.abort();
    await assert.rejects(mine, code('cancelled'));
    assert.equal(source.requests[0]?.signal?.aborted, false);
    held.open(source.tokenFor(source.requests[0] as never));
    assert.equal((await theirs).token, 'token-1');
  });

  it('stops the request itself when nobody waits any more, and starts a new one for the next', async () => {
    const { service, source } = serviceUnderTest();
    const working = source.answer;
    source.answer = () => gate<AccessToken>().promise;
    const controllers = [new AbortController(), new AbortController()];
    const waiting = controllers.map(({ signal }) => service.getToken({ ...storage, signal }, person));
    await settle();
    controllers[0]?.abort();
    assert.equal(source.requests[0]?.signal?.aborted, false);
    controllers[1]?.abort();
    assert.equal(source.requests[0]?.signal?.aborted, true);
    for (const result of await Promise.allSettled(waiting)) {
      assert.ok(result.status === 'rejected' && code('cancelled')(result.reason));
    }
    source.answer = working;
    await service.getToken(storage, person);
    assert.equal(source.requests.length, 2);
  });

  it('asks nobody when it was cancelled beforehand, also when the token is in memory', async () => {
    const { service, source } = serviceUnderTest();
    await assert.rejects(service.getToken({ ...storage, signal: AbortSignal.abort() }, person), code('cancelled'));
    assert.equal(source.requests.length, 0);
    await service.getToken(storage, person);
    await assert.rejects(service.getToken({ ...storage, signal: AbortSignal.abort() }, person), code('cancelled'));
  });

  it('leaves nothing on a signal that lives long', async () => {
    const { service } = serviceUnderTest();
    const { signal } = new AbortController();
    let listening = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      listening += 1;
      addEventListener.apply(signal, args as never);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      listening -= 1;
      removeEventListener.apply(signal, args as never);
    };
    await service.getToken({ ...storage, signal }, person);
    await service.getToken({ ...storage, signal }, person);
    await settle();
    assert.equal(listening, 0);
  });
});

describe('token service: clearing', () => {
  it('drops by account, resource, exact token, or all', async () => {
    const { service } = serviceUnderTest({ accounts: [ada, grace] });
    const requests = [storage, vault, { ...storage, account: grace.id }];
    const fill = async () => Promise.all(requests.map((request) => service.getToken(request, person)));
    const left = () => service.cachedTokens().length;
    await fill();
    service.clear({ accountId: ada.id });
    assert.equal(left(), 1);
    await fill();
    service.clear({ resource: 'https://storage.azure.com/.default' });
    assert.deepEqual(
      service.cachedTokens().map(({ resource }) => resource),
      ['https://vault.azure.net'],
    );
    const [first] = await fill();
    service.clear({ token: 'unknown' });
    assert.equal(left(), 3);
    service.clear({ token: first?.token ?? '' });
    assert.equal(left(), 2);
    service.clear();
    assert.equal(left(), 0);
  });

  it('makes the source go to Entra for a token that was dropped, past any cache of its own', async () => {
    const { service, source } = serviceUnderTest();
    const { token } = await service.getToken(storage, person);
    service.clear({ token });
    await service.getToken(storage, person);
    assert.deepEqual(
      source.requests.map(({ forceRefresh }) => forceRefresh),
      [false, true],
    );
    service.clear();
    source.answer = () => Promise.reject(new AzureCredentialsError('network', 'no connection'));
    await assert.rejects(service.getToken(storage, person));
    await assert.rejects(service.getToken(storage, person));
    assert.equal(source.requests.at(-1)?.forceRefresh, true);
  });

  it('keeps nothing of a flight that began before, and lets nobody join it', async () => {
    const { service, source } = serviceUnderTest();
    const held = gate<AccessToken>();
    source.answer = () => held.promise;
    const before = service.getToken(storage, person);
    await settle();
    service.clear();
    source.answer = async (request) => source.tokenFor(request, { token: 'after' });
    assert.equal((await service.getToken(storage, person)).token, 'after');
    held.open(source.tokenFor(source.requests[0] as never, { token: 'before' }));
    assert.equal((await before).token, 'before');
    assert.equal((await service.getToken(storage, person)).token, 'after');
  });

  it('keeps nothing of a renewal that was under way when a server refused the token', async () => {
    const { service, source } = serviceUnderTest();
    const first = await service.getToken(storage, person);
    const held = gate<AccessToken>();
    const { answer } = source;
    source.answer = () => held.promise;
    const renewing = service.getToken({ ...storage, forceRefresh: true }, person);
    await settle();
    service.clear({ token: first.token });
    held.open({ ...first });
    await renewing;
    source.answer = answer;
    assert.equal((await service.getToken(storage, person)).token, 'token-2');
  });

  it('serves no refused token when the request with the claims fails', async () => {
    const { service, source } = serviceUnderTest();
    await service.getToken(storage, person);
    source.answer = () => Promise.reject(new AzureCredentialsError('network', 'no connection'));
    await assert.rejects(service.getToken({ ...storage, claims: challenge }, person), code('network'));
    await assert.rejects(service.getToken(storage, person), code('network'));
  });

  it('drops the tokens of a resource when that resource challenges for claims', async () => {
    const { service, source } = serviceUnderTest();
    await service.getToken(storage, person);
    await service.getToken(vault, person);
    const header = `Bearer realm="", error="insufficient_claims", claims="${btoa(challenge)}"`;
    const satisfied = await service.getToken({ ...storage, claims: header }, person);
    assert.equal(source.requests.at(-1)?.claims, challenge);
    assert.equal(await service.getToken(storage, person), satisfied);
    assert.equal(await service.getToken({ ...storage, claims: challenge }, person), satisfied);
    await service.getToken(vault, person);
    assert.equal(source.requests.length, 3);
  });

  it('lets no request without claims that was under way replace the token that satisfies them', async () => {
    const { service, source } = serviceUnderTest();
    const plain = gate<AccessToken>();
    const challenged = gate<AccessToken>();
    source.answer = ({ claims }) => (claims === undefined ? plain.promise : challenged.promise);
    const first = service.getToken({ ...storage, claims: challenge }, person);
    await settle();
    const second = service.getToken(storage, person);
    await settle();
    challenged.open(source.tokenFor(source.requests[0] as never, { token: 'satisfies' }));
    await first;
    plain.open(source.tokenFor(source.requests[1] as never, { token: 'does not' }));
    await second;
    assert.equal((await service.getToken(storage, person)).token, 'satisfies');
  });
});

describe('token service: accounts and tenants', () => {
  it('takes the account that was asked for, else the default one, else the first', async () => {
    const { service, settings } = serviceUnderTest({ accounts: [ada, grace] });
    const accountOf = async (request: TokenRequest) => (await service.getToken(request, person)).account;
    assert.equal(await accountOf(storage), ada);
    assert.equal(await accountOf({ ...storage, account: grace.id }), grace);
    assert.equal(await accountOf({ ...storage, account: 'GRACE@contoso.com' }), grace);
    settings.accountId = grace.id;
    assert.equal(await accountOf(storage), grace);
    assert.deepEqual(await service.getAccounts(), [grace, ada]);
  });

  it('says so when nobody is signed in, when the account is not, and when a user name fits several', async () => {
    const twin = { ...someone('ada'), id: 'ada.in-another-tenant' };
    const { service, source, settings } = serviceUnderTest({ accounts: [] });
    await assert.rejects(service.getToken(storage, person), code('not_signed_in', /Nobody/));
    source.changeAccounts([ada, twin]);
    await assert.rejects(service.getToken({ ...storage, account: 'x' }, person), code('not_signed_in'));
    const byName = service.getToken({ ...storage, account: ada.username }, person);
    await assert.rejects(byName, code('resource_invalid', /2 signed-in accounts.*ada\.in-another-tenant/));
    settings.accountId = grace.id;
    await assert.rejects(service.getToken(storage, person), code('not_signed_in', /default account/));
    assert.equal(source.requests.length, 0);
  });

  it('takes the tenant that was asked for, else the configured one, else the home tenant', async () => {
    const { service, source, settings } = serviceUnderTest();
    await service.getToken(storage, person);
    settings.tenantId = 'contoso.com';
    await service.getToken(storage, person);
    await service.getToken({ ...storage, tenantId: 'Fabrikam.com' }, person);
    assert.deepEqual(
      source.requests.map(({ tenantId }) => tenantId),
      [ada.tenantId, 'contoso.com', 'fabrikam.com'],
    );
    await assert.rejects(
      service.getToken({ ...storage, tenantId: '../evil' }, person),
      code('resource_invalid', /tenant/),
    );
  });

  it('reads the accounts again when the source says they changed, and tells afterwards', async () => {
    const { service, source } = serviceUnderTest();
    const seen: unknown[] = [];
    service.onDidChangeAccounts(async () => seen.push(await service.getAccounts()));
    await service.getAccounts();
    source.changeAccounts([grace]);
    source.changeAccounts([ada, grace]);
    await settle();
    assert.deepEqual(seen, [[ada, grace]]);
    assert.equal(source.accountReads, 3);
  });

  it('tries again after the accounts could not be read', async () => {
    const { service, source } = serviceUnderTest();
    const { getAccounts } = source;
    source.getAccounts = () => Promise.reject(new AzureCredentialsError('storage', 'keyring is locked'));
    await assert.rejects(service.getToken(storage, person), code('storage'));
    source.getAccounts = getAccounts;
    await service.getToken(storage, person);
  });

  it('takes a reading that a change overtook for nothing', async () => {
    const { service, source } = serviceUnderTest();
    const slow = gate<(typeof ada)[]>();
    const { getAccounts } = source;
    source.getAccounts = () => slow.promise;
    const waiting = service.getAccounts();
    source.getAccounts = getAccounts;
    source.changeAccounts([grace]);
    slow.open([ada]);
    assert.deepEqual(await waiting, [grace]);
    assert.deepEqual(await service.getAccounts(), [grace]);
  });
});

describe('token service: policy and activity', () => {
  it('asks the policy for every request, also for one in memory', async () => {
    let allow = true;
    const asked: string[] = [];
    const { service, source } = serviceUnderTest({
      policy: {
        authorize(requester, request, { interactive }) {
          asked.push(`${requester.id} ${request.resource} ${request.account.username} ${interactive}`);
          if (!allow) {
            throw new AzureCredentialsError('access_denied', 'no');
          }
        },
      },
    });
    await service.getToken(storage, person);
    await service.getToken({ ...storage, interactive: true }, person);
    allow = false;
    await assert.rejects(service.getToken(storage, person), code('access_denied'));
    const line = 'test.command https://storage.azure.com ada@contoso.com';
    assert.deepEqual(asked, [`${line} false`, `${line} true`, `${line} false`]);
    assert.equal(source.requests.length, 1);
  });

  it('waits for a policy that asks the person, and gives nothing for an account that left meanwhile', async () => {
    let verdict = gate();
    const { service, source } = serviceUnderTest({ policy: { authorize: () => verdict.promise } });
    const first = service.getToken(storage, person);
    await settle();
    assert.equal(source.requests.length, 0);
    verdict.open();
    await first;
    verdict = gate();
    const second = service.getToken(storage, person);
    source.changeAccounts([grace]);
    verdict.open();
    await assert.rejects(second, code('not_signed_in'));
  });

  it('records every request, never a token', async () => {
    const { service, source, clock } = serviceUnderTest();
    const events: unknown[] = [];
    service.onDidRecordActivity((entry) => events.push(entry));
    source.answer = async (request) => {
      clock.pass(120);
      return source.tokenFor(request);
    };
    await service.getToken(storage, person);
    await service.getToken(storage, person);
    await assert.rejects(service.getToken({ resource: 'http://storage.azure.com' }, person), code('resource_invalid'));
    source.changeAccounts([]);
    await assert.rejects(service.getToken(storage, person), code('not_signed_in'));
    const common = { requester: person, time: clock.now() };
    const whose = { accountId: ada.id, tenantId: ada.tenantId, resource: 'https://storage.azure.com' };
    assert.deepEqual(service.activity(), [
      { ...common, ...whose, outcome: 'granted', fromCache: false, milliseconds: 120 },
      { ...common, ...whose, outcome: 'granted', fromCache: true, milliseconds: 0 },
      { ...common, resource: '', outcome: 'resource_invalid', fromCache: false, milliseconds: 0 },
      { ...common, resource: whose.resource, outcome: 'not_signed_in', fromCache: false, milliseconds: 0 },
    ]);
    assert.deepEqual(events, service.activity());
    assert.doesNotMatch(JSON.stringify(service.activity()), /token-\d/);
  });

  it('records each failure once, after a sign-in too', async () => {
    const { service, source } = serviceUnderTest({ accounts: [] });
    source.answerSignIn = () => Promise.reject(new AzureCredentialsError('cancelled', 'closed'));
    await assert.rejects(service.getToken({ ...storage, interactive: true }, person), code('cancelled'));
    source.answerSignIn = async () => ada;
    source.answer = () => Promise.reject(new AzureCredentialsError('network', 'no connection'));
    await assert.rejects(service.getToken({ ...storage, interactive: true }, person), code('network'));
    assert.deepEqual(
      service.activity().map(({ outcome }) => outcome),
      ['cancelled', 'network'],
    );
  });

  it('keeps the last 500 entries, oldest first', async () => {
    const { service, clock } = serviceUnderTest();
    for (let i = 0; i < 1203; i++) {
      await service.getToken(storage, person);
      clock.pass(1);
    }
    const times = service.activity().map(({ time }) => time);
    assert.equal(times.length, 500);
    assert.deepEqual(times, times.toSorted());
    assert.equal(times.at(-1), clock.now() - 1);
  });

  it('lists what is in memory, without the tokens', async () => {
    const { service } = serviceUnderTest();
    await service.getToken(storage, person);
    await service.getToken({ ...storage, claims: challenge }, person);
    const [info, ...more] = service.cachedTokens();
    assert.deepEqual(more, []);
    assert.equal(info?.resource, 'https://storage.azure.com');
    assert.deepEqual(info?.request.scopes, ['https://storage.azure.com/.default']);
    assert.doesNotMatch(JSON.stringify(service.cachedTokens()), /token-\d/);
  });

  it('is a programmer’s mistake to name no target, two targets, or claims that are none', async () => {
    const { service } = serviceUnderTest();
    await assert.rejects(service.getToken({}, person), TypeError);
    await assert.rejects(service.getToken({ ...storage, scopes: ['x'] }, person), TypeError);
    await assert.rejects(service.getToken({ ...storage, claims: 'nonsense!' }, person), TypeError);
    await assert.rejects(service.getToken({ resource: 5 as never }, person), TypeError);
  });

  it('ends what is under way when it is disposed, and gives nothing afterwards', async () => {
    const { service, source } = serviceUnderTest();
    source.answer = () => gate<AccessToken>().promise;
    const waiting = service.getToken(storage, person);
    await settle();
    service.dispose();
    await assert.rejects(waiting, code('cancelled'));
    assert.equal(source.requests[0]?.signal?.aborted, true);
    await assert.rejects(service.getToken(storage, person), code('cancelled'));
  });
});
