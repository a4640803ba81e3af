import assert from 'node:assert/strict';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { failure, ids, request, storage, type TestSource, testSource } from './harness.ts';

const polls = { grant: 'device_code' } as const;

describe('sign-in with a device code', () => {
  let azure: LocalAzure;
  let test: TestSource;
  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  beforeEach(async () => {
    await azure.control.reset();
    test = testSource({ fetch: impatient, settings: { signInMethod: 'deviceCode' } });
  });
  afterEach(() => test.source.dispose());
  after(() => azure[Symbol.asyncDispose]());

  /** Entra, but in a hurry: polling every 50 ms instead of every 5 s. */
  const impatient: typeof fetch = async (input, init) => {
    const response = await azure.fetch(input, init);
    if (!String(input).endsWith('/devicecode') || !response.ok) {
      return response;
    }
    return Response.json({ ...((await response.json()) as object), interval: 0.05 });
  };

  const approve = (options: { readonly userCode: string }) =>
    azure.control.approveDevice(options.userCode, 'ada@contoso.com');

  it('gives the account and silent tokens, and shows the code while it waits', async () => {
    test.person.enterCode = approve;
    const account = await test.source.signIn({ scopes: [`${storage}/.default`] });
    assert.deepEqual(account, {
      id: ids.ada,
      username: 'ada@contoso.com',
      name: 'Ada Sample',
      tenantId: ids.contoso,
      kind: 'user',
    });
    const [shown] = test.person.deviceCodes;
    assert.match(shown?.userCode ?? '', /^\w{9}$/);
    assert.match(shown?.verificationUri ?? '', /^https:\/\/.*microsoft/);
    assert.ok(Math.abs((shown?.expiresOnTimestamp ?? 0) - Date.now() - 900_000) < 60_000);
    assert.equal(shown?.signal.aborted, true, 'the code is taken away at the end');
    const token = await test.source.acquireToken(request(account, storage));
    assert.equal(await azure.control.count({ grant: 'refresh_token' }), 0, 'the first token came with the sign-in');
    assert.ok(token.expiresOnTimestamp > Date.now());
    await test.source.acquireToken(request(account, storage));
    assert.deepEqual(test.person.opened, []);
  });

  it('polls on while the answer is pending or the connection fails', async () => {
    await azure.control.addFault({ ...polls, effect: { kind: 'cut', when: 'before' }, times: 1 });
    setTimeout(() => void approve(test.person.deviceCodes[0] ?? { userCode: '' }), 300);
    await test.source.signIn({});
  }).timeout(15_000);

  it('polls more slowly when it is told to', async () => {
    await azure.control.failWith(70016, { ...polls, error: 'slow_down' });
    test.person.enterCode = approve;
    const started = Date.now();
    await test.source.signIn({});
    assert.ok(Date.now() - started >= 5000);
  }).timeout(15_000);

  const endings = [
    {
      how: 'declined',
      does: (code: string) => azure.control.declineDevice(code),
      code: 'interaction_required',
      says: /declined.*approve/,
    },
    {
      how: 'refused as unknown',
      does: () => azure.control.failWith(70019, polls),
      code: 'interaction_required',
      says: /does not know the device code.*new code/,
    },
    {
      how: 'refused as expired',
      does: () => azure.control.failWith(70020, polls),
      code: 'timed_out',
      says: /not entered in time.*new code/,
    },
    {
      how: 'blocked by a policy',
      does: () => azure.control.failWith(53003, polls),
      code: 'blocked_by_policy',
      says: /administrator/,
    },
  ] as const;
  for (const { how, does, code, says } of endings) {
    it(`tells that it was ${how}, stores nothing, and the next try works`, async () => {
      test.person.enterCode = ({ userCode }) => does(userCode);
      const error = await failure(test.source.signIn({}));
      assert.equal(error.code, code);
      assert.match(`${error.message} ${error.advice}`, says);
      assert.deepEqual(await test.secrets.keys(), []);
      test.person.enterCode = approve;
      await test.source.signIn({});
    });
  }

  it('ends by itself when the time of the code is over', async () => {
    await azure.control.setDeviceCodeLifetime(1);
    const error = await failure(test.source.signIn({}));
    assert.equal(error.code, 'timed_out');
  });

  it('says why no code was given', async () => {
    const unknown = testSource({
      fetch: impatient,
      settings: { signInMethod: 'deviceCode', clientId: 'deadbeef-0000-4000-8000-000000000000' },
    });
    const error = await failure(unknown.source.signIn({}));
    assert.equal(error.code, 'configuration');
    assert.match(error.advice ?? '', /azureCredentials\.clientId/);
    assert.equal((await failure(test.source.signIn({ tenantId: 'nowhere.example' }))).code, 'configuration');
    assert.deepEqual(test.person.deviceCodes, []);
  });

  it('ends at once when the person or the caller cancels', async () => {
    test.person.enterCode = () => setImmediate(() => test.person.cancel(new AzureCredentialsError('cancelled', 'x')));
    assert.equal((await failure(test.source.signIn({}))).code, 'cancelled');
    test.person.enterCode = () => undefined;
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    assert.equal((await failure(test.source.signIn({ signal: controller.signal }))).code, 'cancelled');
    const before = await azure.control.count(polls);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(await azure.control.count(polls), before, 'polling has stopped');
  });

  it('says that the application needs public client flows', async () => {
    await test.source.dispose();
    test = testSource({
      fetch: impatient,
      settings: { signInMethod: 'deviceCode', clientId: ids.lockedClient, tenantId: ids.contoso },
    });
    test.person.enterCode = approve;
    const error = await failure(test.source.signIn({}));
    assert.equal(error.code, 'configuration');
    assert.match(error.advice ?? '', /Allow public client flows/);
  });
});
