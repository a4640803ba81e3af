import assert from 'node:assert/strict';
import type { EntraSettings } from '../../../src/entra/entraSettings.ts';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { failure, ids, request, signsInAs, storage, type TestSource, testSource } from './harness.ts';

const graph = 'https://graph.microsoft.com';

describe('a confidential client', () => {
  let azure: LocalAzure;
  let secret = '';
  let expired = '';
  const opened: TestSource[] = [];
  before(async () => {
    azure = await startLocalAzure({ storage: false });
    const { applications } = await azure.control.data();
    const secrets = applications.find(({ clientId }) => clientId === ids.confidentialClient)?.secrets ?? [];
    secret = secrets.find((candidate) => !candidate.expired)?.value ?? '';
    expired = secrets.find((candidate) => candidate.expired)?.value ?? '';
  });
  beforeEach(() => azure.control.reset());
  afterEach(() => Promise.all(opened.splice(0).map(({ source }) => source.dispose())));
  after(() => azure[Symbol.asyncDispose]());

  function open(clientSecret: string | undefined, settings: Partial<EntraSettings> = {}): TestSource {
    const test = testSource({
      fetch: azure.fetch,
      settings: {
        clientId: ids.confidentialClient,
        tenantId: ids.contoso,
        clientSecret: async () => clientSecret,
        ...settings,
      },
    });
    opened.push(test);
    return test;
  }

  it('signs a person in with its secret, and refreshes with it', async () => {
    const { source, person } = open(secret);
    void signsInAs(azure, person, { username: 'ada@contoso.com' });
    const account = await source.signIn({});
    const { token } = await source.acquireToken(request(account, storage));
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.equal(claims.appidacr, '1');
  });

  const wrong = [
    { secret: () => 'not the value', says: /value, not its id/ },
    { secret: () => expired, says: /expired/ },
    { secret: () => undefined, says: /Set Client Secret/ },
    { secret: () => '', says: /Set Client Secret/ },
  ];
  for (const { secret: given, says } of wrong) {
    it(`says what is wrong with its secret: ${says.source}`, async () => {
      const { source, person, secrets, log } = open(given());
      void signsInAs(azure, person, { username: 'ada@contoso.com' });
      const error = await failure(source.signIn({}));
      assert.equal(error.code, 'configuration');
      assert.match(`${error.message} ${error.advice}`, says);
      assert.deepEqual(await secrets.keys(), []);
      if (given()) {
        assert.doesNotMatch(`${JSON.stringify(error)} ${error.stack} ${log.lines}`, new RegExp(given() ?? ''));
      }
    });
  }

  it('says that a public client wants no secret', async () => {
    const { source, person } = open('superfluous', { clientId: ids.publicClient });
    void signsInAs(azure, person, { username: 'ada@contoso.com' });
    const error = await failure(source.signIn({}));
    assert.match(`${error.message} ${error.advice}`, /public client.*Set Client Secret.*empty/);
  });

  describe('as a service account', () => {
    const service = { authType: 'serviceAccount' } as const;

    it('is one account, signed in from the start, that gets tokens of its own', async () => {
      const { source, person } = open(secret, service);
      const [account] = await source.getAccounts();
      assert.ok(account);
      assert.deepEqual(
        { id: account.id, kind: account.kind, tenantId: account.tenantId },
        { id: ids.confidentialClient, kind: 'service', tenantId: ids.contoso },
      );
      const token = await source.acquireToken(request(account, graph));
      assert.equal(token.tenantId, ids.contoso);
      assert.equal(token.account, account);
      const claims = JSON.parse(Buffer.from(token.token.split('.')[1] ?? '', 'base64url').toString());
      assert.deepEqual(claims.roles, ['User.Read.All']);
      assert.equal((await source.signIn({})).id, account.id);
      await source.signOut(account);
      assert.deepEqual(await source.getAccounts(), [account]);
      assert.deepEqual(person.opened, []);
    });

    it('knows its tenant by a domain as well', async () => {
      const { source } = open(secret, { ...service, tenantId: 'contoso.com' });
      const [account] = await source.getAccounts();
      assert.equal(account?.tenantId, ids.contoso);
    });

    it('asks Entra for each token, since whoever asks has a cache', async () => {
      const { source } = open(secret, service);
      const [account] = await source.getAccounts();
      assert.ok(account);
      await source.acquireToken(request(account, graph));
      await source.acquireToken(request(account, graph));
      assert.equal(await azure.control.count({ grant: 'client_credentials' }), 2);
    });

    for (const tenantId of ['organizations', 'common', 'consumers']) {
      it(`needs a tenant of its own, not ${tenantId}`, async () => {
        const { source } = open(secret, { ...service, tenantId });
        for (const error of [await failure(source.getAccounts()), await failure(source.signIn({}))]) {
          assert.equal(error.code, 'configuration');
          assert.match(error.advice ?? '', /azureCredentials\.tenantId/);
        }
      });
    }

    it('says that the secret is missing', async () => {
      const { source } = open(undefined, service);
      const [account] = await source.getAccounts();
      assert.ok(account);
      for (const error of [
        await failure(source.acquireToken(request(account, graph))),
        await failure(source.signIn({})),
      ]) {
        assert.equal(error.code, 'configuration');
        assert.match(error.advice ?? '', /Set Client Secret/);
      }
    });
  });

  it('says that the secret could not be read once Entra misses it, and reads it again', async () => {
    let isLocked = true;
    const { source, person } = open(undefined, {
      clientSecret: async () => {
        if (isLocked) {
          throw new Error('no keyring');
        }
        return secret;
      },
    });
    void signsInAs(azure, person, { username: 'ada@contoso.com' });
    assert.equal((await failure(source.signIn({}))).code, 'storage');
    isLocked = false;
    void signsInAs(azure, person, { username: 'ada@contoso.com' });
    assert.equal((await source.signIn({})).username, 'ada@contoso.com');
  });

  it('a service account says so at once', async () => {
    const { source } = open(undefined, {
      authType: 'serviceAccount',
      clientSecret: () => Promise.reject(new Error('no keyring')),
    });
    const account = { id: 'x', username: 'x', name: 'x', tenantId: ids.contoso, kind: 'service' } as const;
    assert.equal((await failure(source.acquireToken(request(account, storage)))).code, 'storage');
  });

  it('a secret that cannot be read does not stand in the way of a public client', async () => {
    const { source, person } = open(undefined, {
      clientId: ids.publicClient,
      clientSecret: () => Promise.reject(new Error('no keyring')),
    });
    void signsInAs(azure, person, { username: 'ada@contoso.com' });
    assert.equal((await source.signIn({})).username, 'ada@contoso.com');
  });
});
