import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { requestOfChallenges, requestOfScopes } from '../../../src/editor/sessionRequest.ts';

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const claims = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1"}}}').toString('base64');

describe('the scopes of a session', () => {
  it('are passed on as they are', () => {
    const scopes = ['https://graph.microsoft.com/User.Read', 'offline_access'];
    assert.deepEqual(requestOfScopes(scopes), { scopes, request: { scopes } });
  });

  it('may be a resource alone', () => {
    for (const resource of ['https://storage.azure.com', 'https://management.azure.com/', 'api://billing', tenant]) {
      assert.deepEqual(requestOfScopes([resource]).request, { resource });
    }
  });

  it('are not taken for a resource when they have a name', () => {
    for (const scope of [
      'https://storage.azure.com/.default',
      'https://storage.azure.com/user_impersonation',
      'User.Read',
    ]) {
      assert.deepEqual(requestOfScopes([scope]).request, { scopes: [scope] });
    }
  });

  it("may choose a tenant the way the editor's own provider lets them", () => {
    const scopes = ['https://storage.azure.com/.default', `VSCODE_TENANT:${tenant}`];
    assert.deepEqual(requestOfScopes(scopes), {
      scopes,
      request: { scopes: ['https://storage.azure.com/.default'], tenantId: tenant },
    });
  });

  it('are refused when they name no resource, or another application', () => {
    for (const scopes of [[], [`VSCODE_TENANT:${tenant}`], ['User.Read', `VSCODE_CLIENT_ID:${tenant}`]]) {
      assert.throws(() => requestOfScopes(scopes), { code: 'resource_invalid' });
    }
  });
});

describe('a WWW-Authenticate request for a session', () => {
  it('takes claims and tenant from a claims challenge and scopes from the request', () => {
    const fallbackScopes = ['https://management.azure.com//.default'];
    const params = {
      realm: '',
      authorization_uri: `https://login.microsoftonline.com/${tenant}/oauth2/authorize`,
      error: 'insufficient_claims',
      claims,
    };
    assert.deepEqual(requestOfChallenges({ challenges: [{ scheme: 'Bearer', params }], fallbackScopes }), {
      scopes: fallbackScopes,
      request: { scopes: fallbackScopes, tenantId: tenant, claims },
    });
  });

  it('takes the resource from a challenge of Azure Storage, as VS Code splits it', () => {
    const params = {
      authorization_uri: `https://login.microsoftonline.com/${tenant}/oauth2/authorize resource_id=https://storage.azure.com`,
    };
    assert.deepEqual(requestOfChallenges({ challenges: [{ scheme: 'Bearer', params }] }), {
      scopes: ['https://storage.azure.com'],
      request: { resource: 'https://storage.azure.com', tenantId: tenant },
    });
  });

  it('prefers the scopes of the challenge', () => {
    const params = { scope: 'https://vault.azure.net/.default openid', claims };
    const { request } = requestOfChallenges({
      challenges: [{ scheme: 'bearer', params }],
      fallbackScopes: ['User.Read'],
    });
    assert.deepEqual(request.scopes, ['https://vault.azure.net/.default', 'openid']);
  });

  it('reads the Bearer challenge among others, and no other', () => {
    const challenges = [
      { scheme: 'Negotiate', params: {} },
      { scheme: 'Basic', params: { realm: 'x', scope: 'wrong', claims: 'wrong' } },
      { scheme: 'Bearer', params: { realm: 'a "quoted" \\ realm', claims } },
    ];
    const { request } = requestOfChallenges({ challenges, fallbackScopes: ['User.Read'] });
    assert.deepEqual(request, { scopes: ['User.Read'], claims });
  });

  it('is refused when nothing names a resource', () => {
    assert.throws(() => requestOfChallenges({ challenges: [{ scheme: 'Bearer', params: { claims } }] }), {
      code: 'resource_invalid',
    });
  });
});
