import assert from 'node:assert/strict';
import type { AccessToken } from '../../../src/tokens/accessToken.ts';
import type { Account } from '../../../src/tokens/account.ts';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import { ada, gate, grace, settle } from './scriptedSource.ts';
import { code, person, serviceUnderTest, storage, vault } from './serviceUnderTest.ts';

const mfa = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
const asking = { ...storage, interactive: true };

/** Fails until somebody signed in. */
function needingPerson(error: AzureCredentialsError, accounts: readonly Account[] = [ada]) {
  const parts = serviceUnderTest({ accounts });
  const { source } = parts;
  source.answer = async (request) => {
    if (source.signIns.length === 0) {
      throw error;
    }
    return source.tokenFor(request);
  };
  return parts;
}

describe('token service: interaction', () => {
  it('never asks the person unless the request allows it', async () => {
    const { service, source } = needingPerson(new AzureCredentialsError('interaction_required', 'MFA'));
    await assert.rejects(service.getToken(storage, person), code('interaction_required'));
    assert.deepEqual(source.signIns, []);
  });

  for (const what of ['not_signed_in', 'interaction_required', 'consent_required'] as const) {
    it(`signs in once after ${what}, with scopes, tenant, user name and claims, and then has the token`, async () => {
      const { service, source } = needingPerson(new AzureCredentialsError(what, 'no', { claims: mfa }));
      assert.equal((await service.getToken({ ...asking, tenantId: 'fabrikam.com' }, person)).token, 'token-1');
      const [{ signal, ...options } = {}, ...more] = source.signIns;
      assert.ok(signal instanceof AbortSignal);
      assert.deepEqual(more, []);
      assert.deepEqual(options, {
        scopes: ['https://storage.azure.com/.default'],
        tenantId: 'fabrikam.com',
        loginHint: 'ada@contoso.com',
        claims: mfa,
      });
    });
  }

  for (const what of ['blocked_by_policy', 'throttled', 'network', 'resource_invalid'] as const) {
    it(`opens no browser for ${what}`, async () => {
      const { service, source } = needingPerson(new AzureCredentialsError(what, 'no'));
      await assert.rejects(service.getToken(asking, person), code(what));
      assert.deepEqual(source.signIns, []);
    });
  }

  it('never prompts in a loop: the second refusal is the answer', async () => {
    const { service, source } = serviceUnderTest();
    source.answer = () => Promise.reject(new AzureCredentialsError('interaction_required', 'MFA'));
    await assert.rejects(service.getToken(asking, person), code('interaction_required'));
    assert.equal(source.signIns.length, 1);
    assert.equal(source.requests.length, 2);
  });

  it('never prompts again when the first sign-in was not enough for the token', async () => {
    const { service, source } = serviceUnderTest({ accounts: [] });
    source.answer = () => Promise.reject(new AzureCredentialsError('interaction_required', 'MFA'));
    await assert.rejects(service.getToken(asking, person), code('interaction_required'));
    assert.equal(source.signIns.length, 1);
  });

  it('asks the person once for many requests of one account and resource', async () => {
    const { service, source } = needingPerson(new AzureCredentialsError('interaction_required', 'MFA'));
    await Promise.all(Array.from({ length: 100 }, () => service.getToken(asking, person)));
    assert.equal(source.signIns.length, 1);
    assert.equal(source.requests.length, 2);
  });

  it('gives no token when somebody else signed in, and says who is needed', async () => {
    const { service, source } = needingPerson(new AzureCredentialsError('interaction_required', 'MFA'));
    source.answerSignIn = async () => grace;
    const refused = code('interaction_required', /grace@contoso\.com.*ada@contoso\.com/);
    await assert.rejects(service.getToken(asking, person), refused);
    assert.equal(source.requests.length, 1);
  });

  it('signs in first when nobody is, and asks for nobody’s token but theirs', async () => {
    const { service, source } = serviceUnderTest({ accounts: [] });
    source.answerSignIn = async () => {
      source.changeAccounts([grace]);
      return grace;
    };
    assert.equal((await service.getToken(asking, person)).account, grace);
    assert.equal(source.signIns.length, 1);
    source.changeAccounts([]);
    await settle();
    const wanted = { ...asking, account: ada.username };
    await assert.rejects(service.getToken(wanted, person), code('interaction_required', /ada@contoso\.com/));
    assert.equal(source.signIns[1]?.loginHint, ada.username);
  });

  it('signs in also where nobody can tell who is signed in, and without interaction says why there is no token', async () => {
    const { service, source } = serviceUnderTest();
    source.getAccounts = () => Promise.reject(new AzureCredentialsError('storage', 'no keyring'));
    await assert.rejects(service.getToken(storage, person), code('storage'));
    await assert.rejects(service.getToken({ resource: 'a b', interactive: true }, person), code('resource_invalid'));
    assert.deepEqual(source.signIns, []);
    assert.equal((await service.getToken(asking, person)).token, 'token-1');
    assert.equal(source.signIns.length, 1);
    assert.deepEqual(
      service.activity().map(({ outcome }) => outcome),
      ['storage', 'resource_invalid', 'granted'],
    );
  });

  it('asks again for the accounts once they can be read', async () => {
    const { service, source } = serviceUnderTest();
    const { getAccounts } = source;
    source.getAccounts = () => Promise.reject(new AzureCredentialsError('storage', 'no keyring'));
    await assert.rejects(service.getAccounts(), code('storage'));
    source.getAccounts = getAccounts;
    assert.equal((await service.getToken(storage, person)).token, 'token-1');
  });

  it('opens one browser for two resources when nobody is signed in, and a second only where still needed', async () => {
    const { service, source } = serviceUnderTest({ accounts: [] });
    const consented = new Set<string>();
    source.answerSignIn = async ({ scopes = [] }) => {
      consented.add(String(scopes[0]));
      source.accounts = [ada];
      return ada;
    };
    source.answer = async (request) => {
      if (!consented.has(String(request.scopes[0]))) {
        throw new AzureCredentialsError('consent_required', 'consent');
      }
      return source.tokenFor(request);
    };
    const both = [asking, { ...vault, interactive: true }].map((request) => service.getToken(request, person));
    await settle();
    await Promise.all(both);
    assert.deepEqual(
      source.signIns.map(({ scopes }) => scopes?.[0]),
      ['https://storage.azure.com/.default', 'https://vault.azure.net/.default'],
    );
  });

  it('lets the access policy decide before a token of the new account is fetched', async () => {
    const { service, source } = serviceUnderTest({
      accounts: [],
      policy: { authorize: () => Promise.reject(new AzureCredentialsError('access_denied', 'no')) },
    });
    await assert.rejects(service.getToken(asking, person), code('access_denied'));
    assert.equal(source.requests.length, 0);
  });

  it('closes the sign-in when the last one who waits cancels', async () => {
    const { service, source } = needingPerson(new AzureCredentialsError('interaction_required', 'MFA'));
    source.answerSignIn = () => gate<Account>().promise;
    const controllers = [new AbortController(), new AbortController()];
    const waiting = controllers.map(({ signal }) => service.getToken({ ...asking, signal }, person));
    await settle();
    assert.equal(source.signIns.length, 1);
    controllers[0]?.abort();
    assert.equal(source.signIns[0]?.signal?.aborted, false);
    controllers[1]?.abort();
    assert.equal(source.signIns[0]?.signal?.aborted, true);
    for (const result of await Promise.allSettled(waiting)) {
      assert.ok(result.status === 'rejected' && code('cancelled')(result.reason));
    }
  });
});

describe('token service: sign-in and sign-out', () => {
  it('forgets the tokens of one account, and no flight brings any back', async () => {
    const { service, source } = serviceUnderTest({ accounts: [ada, grace] });
    await service.getToken(storage, person);
    await service.getToken({ ...storage, account: grace.id }, person);
    const held = gate<AccessToken>();
    source.answer = () => held.promise;
    const flying = service.getToken(vault, person);
    await settle();
    await service.signOut(ada);
    await assert.rejects(flying, code('not_signed_in', /signed out/));
    held.open(source.tokenFor(source.requests.at(-1) as never));
    await settle();
    assert.deepEqual(
      service.cachedTokens().map(({ account }) => account),
      [grace],
    );
    assert.deepEqual(await service.getAccounts(), [grace]);
  });

  it('opens no browser for a request that the sign-out ended, and forgets before the source has', async () => {
    const { service, source } = serviceUnderTest();
    await service.getToken(storage, person);
    source.answer = () => gate<AccessToken>().promise;
    const held = gate();
    source.answerSignOut = () => held.promise;
    const flying = service.getToken({ ...vault, interactive: true }, person);
    await settle();
    const leaving = service.signOut(ada);
    await assert.rejects(flying, code('not_signed_in'));
    assert.deepEqual(service.cachedTokens(), []);
    assert.deepEqual(source.signIns, []);
    held.open();
    await leaving;
  });

  it('gives out nothing while a sign-out is under way', async () => {
    const { service, source } = serviceUnderTest();
    await service.getToken(storage, person);
    const held = gate();
    source.answerSignOut = () => held.promise;
    const leaving = service.signOut(ada);
    await assert.rejects(service.getToken(storage, person), code('not_signed_in'));
    held.open();
    await leaving;
    assert.equal(source.requests.length, 1);
  });

  it('keeps nothing that a flight from before another window’s sign-out brings', async () => {
    const { service, source } = serviceUnderTest();
    const held = gate<AccessToken>();
    source.answer = () => held.promise;
    const flying = service.getToken(vault, person);
    await settle();
    source.changeAccounts([]);
    await assert.rejects(flying, code('not_signed_in'));
    held.open(source.tokenFor(source.requests.at(-1) as never));
    await settle();
    assert.deepEqual(service.cachedTokens(), []);
    await assert.rejects(service.getToken(storage, person), code('not_signed_in'));
  });

  it('signs out of all accounts, also when one of them fails', async () => {
    const { service, source } = serviceUnderTest({ accounts: [ada, grace] });
    const { answerSignOut } = source;
    source.answerSignOut = (account) =>
      account === ada ? Promise.reject(new AzureCredentialsError('storage', 'locked')) : answerSignOut(account);
    await assert.rejects(service.signOut(), code('storage'));
    assert.deepEqual(source.signOuts, [ada, grace]);
    assert.deepEqual(await service.getAccounts(), [ada]);
  });

  it('fetches new tokens after the person signed in again', async () => {
    const { service, source } = serviceUnderTest();
    await service.getToken(storage, person);
    assert.equal(await service.signIn({ loginHint: 'ada@contoso.com' }), ada);
    assert.equal((await service.getToken(storage, person)).token, 'token-2');
    assert.equal(source.signIns[0]?.loginHint, 'ada@contoso.com');
  });
});
