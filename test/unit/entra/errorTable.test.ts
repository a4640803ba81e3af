import assert from 'node:assert/strict';
import type { Account } from '../../../src/tokens/account.ts';
import type { ErrorCode } from '../../../src/tokens/errors.ts';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { failure, request, SharedSecrets, signsInAs, storage, type TestSource, testSource } from './harness.ts';

interface Row {
  readonly aadsts: number;
  /** What Entra answers, where it is not what the local Azure does by itself. */
  readonly answer?: { readonly error?: string; readonly suberror?: string | null; readonly status?: number };
  readonly code: ErrorCode;
  /** What the advice must name: who acts, and where. */
  readonly says: RegExp;
}

const rows: readonly Row[] = [
  { aadsts: 50173, code: 'interaction_required', says: /password was changed.*Sign In/ },
  { aadsts: 700082, code: 'interaction_required', says: /90 days.*Sign In/ },
  { aadsts: 700082, answer: { suberror: null }, code: 'interaction_required', says: /90 days.*Sign In/ },
  { aadsts: 700084, code: 'interaction_required', says: /single-page.*administrator.*Authentication/i },
  { aadsts: 70043, code: 'interaction_required', says: /sign-in frequency.*Sign In/ },
  { aadsts: 50076, code: 'interaction_required', says: /Multifactor.*storage\.azure\.com.*second factor/ },
  { aadsts: 50078, code: 'interaction_required', says: /too old.*second factor/ },
  { aadsts: 50079, code: 'interaction_required', says: /register.*registration/ },
  { aadsts: 65001, code: 'consent_required', says: /consent.*administrator.*API permissions/ },
  { aadsts: 90094, code: 'consent_required', says: /administrator to grant.*Grant admin consent/ },
  { aadsts: 90094, answer: { suberror: null }, code: 'consent_required', says: /administrator to grant/ },
  { aadsts: 53003, code: 'blocked_by_policy', says: /Conditional Access.*tell your administrator/ },
  {
    aadsts: 53003,
    answer: { error: 'interaction_required', suberror: 'message_only' },
    code: 'blocked_by_policy',
    says: /Conditional Access.*tell your administrator/,
  },
  { aadsts: 530003, code: 'blocked_by_policy', says: /managed devices.*administrator/ },
  { aadsts: 500011, code: 'resource_invalid', says: /does not know the resource.*azureCredentials\.tenantId/ },
  { aadsts: 650057, code: 'resource_invalid', says: /API permission/ },
  { aadsts: 65002, code: 'configuration', says: /own organization.*azureCredentials\.clientId/ },
  { aadsts: 700016, code: 'configuration', says: /azureCredentials\.clientId and azureCredentials\.tenantId/ },
  { aadsts: 7000218, code: 'configuration', says: /Allow public client flows.*Set Client Secret/ },
  { aadsts: 7000215, code: 'configuration', says: /value, not its id.*Certificates & secrets/ },
  { aadsts: 7000222, code: 'configuration', says: /expired.*new one.*Set Client Secret/ },
  { aadsts: 90002, code: 'configuration', says: /azureCredentials\.tenantId and azureCredentials\.cloud/ },
  { aadsts: 50020, code: 'interaction_required', says: /another account.*guest/ },
  { aadsts: 50034, code: 'interaction_required', says: /another account.*guest/ },
  { aadsts: 16000, code: 'interaction_required', says: /another account.*guest/ },
  { aadsts: 70011, code: 'resource_invalid', says: /scope.*spelling/ },
  { aadsts: 900144, code: 'identity_provider', says: /report it/ },
  { aadsts: 9002313, code: 'interaction_required', says: /Sign In/ },
  { aadsts: 54005, code: 'interaction_required', says: /used already.*again/ },
  { aadsts: 700005, code: 'interaction_required', says: /another sign-in.*again/ },
  { aadsts: 70008, code: 'interaction_required', says: /too old.*again/ },
  { aadsts: 65004, code: 'consent_required', says: /declined.*administrator/ },
  { aadsts: 50196, code: 'throttled', says: /Wait until/ },
  { aadsts: 90055, code: 'identity_provider', says: /again/ },
  { aadsts: 90033, answer: { status: 503 }, code: 'identity_provider', says: /minutes/ },
  { aadsts: 90006, answer: { status: 500 }, code: 'identity_provider', says: /minutes/ },
  { aadsts: 90024, code: 'identity_provider', says: /again/ },
];

describe('errors of Entra at the token endpoint', () => {
  let azure: LocalAzure;
  const shared = new SharedSecrets();
  let account: Account;
  let test: TestSource;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
    const first = testSource({ fetch: azure.fetch, secrets: shared.window() });
    void signsInAs(azure, first.person, { username: 'ada@contoso.com' });
    account = await first.source.signIn({});
    await first.source.dispose();
  });
  beforeEach(() => {
    test = testSource({ fetch: azure.fetch, secrets: shared.window() });
  });
  afterEach(async () => {
    await test.source.dispose();
    await azure.control.clearFaults();
  });
  after(() => azure[Symbol.asyncDispose]());

  for (const { aadsts, answer = {}, code, says } of rows) {
    const shape = [answer.error, answer.suberror === null ? 'no suberror' : answer.suberror, answer.status];
    it(`AADSTS${aadsts} ${shape.filter(Boolean).join(' ')} becomes ${code} and says what to do`, async () => {
      await azure.control.failWith(aadsts, { grant: 'refresh_token', times: 20, ...answer });
      const error = await failure(test.source.acquireToken(request(account, storage)));
      assert.equal(error.code, code, error.message);
      assert.match(`${error.message} ${error.advice}`, says);
      assert.equal(error.aadsts, aadsts);
      assert.match(error.traceId ?? '', /^[0-9a-f-]{36}$/);
      assert.ok(error.advice?.includes(error.traceId ?? '-'), 'the advice names the trace');
      assert.doesNotMatch(JSON.stringify(error.cause ?? ''), /AADSTS|eyJ|refresh_token/);
      assert.deepEqual(await test.source.getAccounts(), [account], 'the account stays');
    });
  }

  for (const { aadsts, answer = {}, code, says } of rows) {
    it(`AADSTS${aadsts} says the same through MSAL, when a code is redeemed`, async () => {
      await azure.control.failWith(aadsts, { grant: 'authorization_code', times: 20, ...answer });
      void signsInAs(azure, test.person, { username: 'ada@contoso.com' });
      const error = await failure(test.source.signIn({ scopes: [`${storage}/.default`] }));
      assert.deepEqual([error.code, error.aadsts], [code, aadsts], error.message);
      assert.match(`${error.message} ${error.advice}`, says);
      assert.ok(error.advice?.includes(error.traceId ?? '-'), 'the advice names the trace');
      assert.doesNotMatch(JSON.stringify(error.cause ?? ''), /AADSTS|eyJ|code=/);
    });
  }

  it('hands on the claims that a sign-in must satisfy', async () => {
    await azure.control.failWith(50076, { grant: 'refresh_token' });
    const error = await failure(test.source.acquireToken(request(account, storage)));
    assert.ok(JSON.parse(error.claims ?? '').access_token);
  });
});
