import assert from 'node:assert/strict';
import { type Reply, send } from '../unit/endpoint/endpointUnderTest.ts';
import { type EndpointRig, startEndpointRig } from './endpointRig.ts';

/**
 * azd in its exact requests, since it is in no package registry of Debian: `RemoteCredential.GetToken` of
 * https://github.com/Azure/azure-dev/blob/main/cli/azd/pkg/auth/remote_credential.go, sent by Go's HTTP client.
 */
function askAsAzd(rig: EndpointRig, body: object): Promise<Reply> {
  const text = JSON.stringify(body);
  return send(`${rig.variables['AZD_AUTH_ENDPOINT']}/token?api-version=2023-07-12-preview`, {
    method: 'POST',
    headers: {
      'User-Agent': 'Go-http-client/1.1',
      'Content-Length': String(text.length),
      Authorization: `Bearer ${rig.variables['AZD_AUTH_KEY']}`,
      'Content-Type': 'application/json',
      'Accept-Encoding': 'gzip',
    },
    body: text,
  });
}

describe('azd by its exact requests, through the local token endpoint', function () {
  this.timeout(60_000);
  let rig: EndpointRig;

  before(async () => {
    rig = await startEndpointRig({ storage: false });
  });
  after(() => rig[Symbol.asyncDispose]());

  const resourceManager = ['https://management.azure.com//.default'];

  it('is told NotSignedInError, with the next step, while nobody is signed in', async () => {
    const reply = await askAsAzd(rig, { scopes: resourceManager });
    assert.equal(reply.status, 200);
    const body = JSON.parse(reply.text) as Record<string, string>;
    assert.equal(body['status'], 'error');
    assert.equal(body['code'], 'NotSignedInError');
    assert.match(body['message'] ?? '', /Azure Credentials: Sign In.*again/);
  });

  it('gets a token that the Resource Manager takes, with its end in RFC 3339', async () => {
    await rig.signIn('ada@contoso.com');
    const reply = await askAsAzd(rig, { scopes: resourceManager });
    const { status, token, expiresOn } = JSON.parse(reply.text) as Record<string, string>;
    assert.equal(status, 'success');
    assert.match(expiresOn ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert.ok(Date.parse(expiresOn ?? '') > Date.now() + 300_000);
    const answer = await rig.azure.fetch('https://management.azure.com/subscriptions?api-version=2020-01-01', {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 200);
    const { value } = (await answer.json()) as { value: { displayName: string }[] };
    assert.ok(value.some(({ displayName }) => displayName === 'Contoso Development'));
    assert.equal(rig.tokens.activity().at(-1)?.requester.label, 'Go-http-client/1.1');
  });

  it('gets a token of the tenant that it names', async () => {
    const tenantId = 'c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e02';
    const reply = await askAsAzd(rig, { scopes: resourceManager, tenantId });
    const { token = '' } = JSON.parse(reply.text) as { token?: string };
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { tid: string };
    assert.equal(claims.tid, tenantId);
  });

  it('passes a claims challenge on, is told to try again, and the person is told', async () => {
    const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });
    const reply = await askAsAzd(rig, { scopes: resourceManager, claims });
    const body = JSON.parse(reply.text) as Record<string, string>;
    assert.equal(body['code'], 'GetTokenError');
    assert.match(body['message'] ?? '', /Sign In in the editor, then run this program again/);
    assert.equal((rig.failures.at(-1) as { code?: string }).code, 'interaction_required');
  });
});
