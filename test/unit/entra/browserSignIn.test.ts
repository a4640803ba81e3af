import assert from 'node:assert/strict';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { ids, request, signsInAs, storage, testSource } from './harness.ts';

describe('sign-in through the browser', () => {
  let azure: LocalAzure;
  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  beforeEach(() => azure.control.reset());
  after(() => azure[Symbol.asyncDispose]());

  it('gives the account, a token for another resource without a page, and survives a restart', async () => {
    const { source, person, secrets } = testSource({ fetch: azure.fetch });
    const ended = signsInAs(azure, person, { username: 'ada@contoso.com' });
    const account = await source.signIn({});
    assert.deepEqual(account, {
      id: ids.ada,
      username: 'ada@contoso.com',
      name: 'Ada Sample',
      tenantId: ids.contoso,
      kind: 'user',
    });
    const page = await ended;
    assert.equal(page.status, 200);
    assert.match(page.html, /go back to the editor/);
    assert.equal(page.headers.get('cache-control'), 'no-store');
    const token = await source.acquireToken(request(account, storage));
    assert.equal(token.tenantId, ids.contoso);
    assert.ok(token.expiresOnTimestamp > Date.now() + 50 * 60_000);
    assert.equal(JSON.parse(Buffer.from(token.token.split('.')[1] ?? '', 'base64url').toString()).aud, storage);
    await source.dispose();

    const second = testSource({ fetch: azure.fetch, secrets });
    assert.deepEqual(await second.source.getAccounts(), [account]);
    await second.source.acquireToken(request(account, storage));
    await second.source.dispose();
  });
});
