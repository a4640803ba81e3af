import assert from 'node:assert/strict';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import { comparePermissions } from '../../../src/tokens/refreshTokens.ts';
import { ada, grace, settle } from './scriptedSource.ts';
import { code, person, serviceUnderTest, storage, vault } from './serviceUnderTest.ts';

function jwt(claims: object): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'RS256' })}.${encode(claims)}.c2ln`;
}

describe('refreshing tokens', () => {
  it('tells which roles, groups and scopes came and went, token by token', async () => {
    const { service, source } = serviceUnderTest({ accounts: [ada, grace] });
    const graph = { scopes: ['https://graph.microsoft.com/User.Read'] };
    let round = 0;
    source.answer = async (request) => {
      const before = { roles: ['Reader'], groups: ['g1', 'g2'], wids: [], scp: 'a b', n: round };
      const after = { roles: ['Owner', 'Reader'], groups: ['g2'], wids: ['w1'], scp: 'b a', n: round };
      const isStorage = request.resource === storage.resource;
      const token = isStorage ? jwt(round === 0 ? before : after) : jwt({ same: true, n: round });
      return source.tokenFor(request, { token: request.resource === vault.resource ? `opaque-${round}` : token });
    };
    await service.getToken(storage, person);
    await service.getToken({ ...vault, account: grace.id, tenantId: 'fabrikam.com' }, person);
    await service.getToken(graph, person);
    round = 1;
    const asked = source.requests.length;
    const progress: string[] = [];
    const results = await service.refreshTokens(person, {
      onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    });
    const byResource = Object.fromEntries(results.map(({ resource, ...rest }) => [resource, rest]));
    assert.deepEqual(byResource, {
      'https://storage.azure.com': {
        account: ada,
        tenantId: ada.tenantId,
        outcome: 'refreshed',
        changes: [
          { claim: 'roles', added: ['Owner'], removed: [] },
          { claim: 'groups', added: [], removed: ['g1'] },
          { claim: 'wids', added: ['w1'], removed: [] },
        ],
      },
      'https://vault.azure.net': { account: grace, tenantId: 'fabrikam.com', outcome: 'opaque', changes: [] },
      'https://graph.microsoft.com': { account: ada, tenantId: ada.tenantId, outcome: 'refreshed', changes: [] },
    });
    assert.deepEqual(progress, ['1/3', '2/3', '3/3']);
    assert.ok(source.requests.slice(asked).every(({ forceRefresh }) => forceRefresh));
    assert.deepEqual(new Set(source.requests.slice(asked).map(({ scopes }) => scopes[0])).size, 3);
    assert.equal(source.requests.length, asked + 3);
    const held = await service.getToken({ ...vault, account: grace.id, tenantId: 'fabrikam.com' }, person);
    assert.equal(held.token, 'opaque-1');
    assert.doesNotMatch(JSON.stringify(results), /eyJ|opaque-\d/);
  });

  it('goes on after a failure, tells it, and keeps the token from before', async () => {
    const { service, source } = serviceUnderTest();
    await service.getToken(storage, person);
    await service.getToken(vault, person);
    const { answer } = source;
    source.answer = (request) =>
      request.resource === vault.resource
        ? Promise.reject(new AzureCredentialsError('interaction_required', 'MFA'))
        : answer(request);
    const results = await service.refreshTokens(person);
    assert.deepEqual(
      results.map(({ resource, outcome, error }) => [resource, outcome, error?.code]),
      [
        ['https://vault.azure.net', 'failed', 'interaction_required'],
        ['https://storage.azure.com', 'opaque', undefined],
      ],
    );
    assert.equal((await service.getToken(vault, person)).token, 'token-2');
  });

  it('stops when it is cancelled', async () => {
    const { service, source } = serviceUnderTest();
    await service.getToken(storage, person);
    source.answer = () => new Promise(() => undefined);
    const controller = new AbortController();
    const refreshing = service.refreshTokens(person, { signal: controller.signal });
    await settle();
    controller.abort();
    await assert.rejects(refreshing, code('cancelled'));
  });

  it('has nothing to tell when nothing is in memory', async () => {
    const { service, source } = serviceUnderTest();
    assert.deepEqual(await service.refreshTokens(person), []);
    assert.equal(source.requests.length, 0);
  });

  it('compares only tokens that can be read, and bears odd claims', () => {
    assert.equal(comparePermissions('opaque', jwt({})), undefined);
    assert.deepEqual(comparePermissions(jwt({ roles: 'one' }), jwt({ roles: [1, null, 'one'] })), []);
    assert.deepEqual(comparePermissions(jwt({ scp: 'a' }), jwt({ scp: 'a b' })), [
      { claim: 'scp', added: ['b'], removed: [] },
    ]);
  });
});
