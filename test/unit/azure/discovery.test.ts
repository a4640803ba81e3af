import assert from 'node:assert/strict';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { tenants } from './samples.ts';

const instance = 'https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=';

describe('local Azure: discovery', () => {
  let azure: LocalAzure;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());

  async function getJson(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await azure.fetch(url);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const configuration = (host: string, tenant: string) =>
    getJson(`https://${host}/${tenant}/v2.0/.well-known/openid-configuration`);

  it('answers with the tenant’s id, even when it is named by its domain', async () => {
    for (const name of ['contoso.com', 'CONTOSO.com', tenants.contoso]) {
      const { body } = await configuration('login.microsoftonline.com', name);
      const base = `https://login.microsoftonline.com/${tenants.contoso}`;
      assert.equal(body['issuer'], `${base}/v2.0`);
      assert.equal(body['token_endpoint'], `${base}/oauth2/v2.0/token`);
      assert.equal(body['device_authorization_endpoint'], `${base}/oauth2/v2.0/devicecode`);
    }
  });

  it('keeps the template in the issuer of shared endpoints', async () => {
    for (const shared of ['common', 'organizations']) {
      const { body } = await configuration('login.microsoftonline.com', shared);
      assert.equal(body['issuer'], 'https://login.microsoftonline.com/{tenantid}/v2.0');
      assert.equal(body['token_endpoint'], `https://login.microsoftonline.com/${shared}/oauth2/v2.0/token`);
    }
  });

  for (const [host, graph] of [
    ['login.microsoftonline.com', 'graph.microsoft.com'],
    ['login.microsoftonline.us', 'graph.microsoft.us'],
    ['login.partner.microsoftonline.cn', 'microsoftgraph.chinacloudapi.cn'],
  ] as const) {
    it(`names the Graph host of the cloud under ${host}`, async () => {
      const { body } = await configuration(host, 'common');
      assert.equal(body['msgraph_host'], graph);
    });
  }

  it('answers for an alias in the name of the preferred host', async () => {
    const { body } = await configuration('login.windows.net', 'common');
    assert.equal(body['token_endpoint'], 'https://login.microsoftonline.com/common/oauth2/v2.0/token');
  });

  it('does not know a tenant that is nowhere, or in another cloud', async () => {
    for (const [host, tenant] of [
      ['login.microsoftonline.com', 'nowhere.example'],
      ['login.microsoftonline.com', 'litware.us'],
      ['login.microsoftonline.us', 'contoso.com'],
    ] as const) {
      const { status, body } = await configuration(host, tenant);
      assert.deepEqual([status, body['error'], body['error_codes']], [400, 'invalid_tenant', [90002]]);
    }
  });

  it('lists the aliases of each cloud', async () => {
    const { body } = await getJson(`${instance}https://login.microsoftonline.us/common/oauth2/v2.0/authorize`);
    assert.equal(
      body['tenant_discovery_endpoint'],
      'https://login.microsoftonline.us/common/v2.0/.well-known/openid-configuration',
    );
    const metadata = body['metadata'] as { preferred_network: string; preferred_cache: string; aliases: string[] }[];
    assert.deepEqual(
      metadata.map((entry) => [entry.preferred_network, entry.preferred_cache]),
      [
        ['login.microsoftonline.com', 'login.windows.net'],
        ['login.microsoftonline.us', 'login.microsoftonline.us'],
        ['login.partner.microsoftonline.cn', 'login.partner.microsoftonline.cn'],
      ],
    );
  });

  it('knows no authority of anyone else’s', async () => {
    const { status, body } = await getJson(`${instance}https://login.evil.example/common/oauth2/v2.0/authorize`);
    assert.deepEqual([status, body['error']], [400, 'invalid_instance']);
  });

  it('survives nonsense', async () => {
    for (const path of ['/', '//', '/%', '/%2e%2e/x', '/common', '/common/oauth2/v2.0/nothing']) {
      assert.equal((await azure.fetch(`https://login.microsoftonline.com${path}`)).status, 404, path);
    }
    const wrongMethod = await azure.fetch('https://login.microsoftonline.com/common/oauth2/v2.0/token');
    const { error_codes: codes } = (await wrongMethod.json()) as { error_codes: number[] };
    assert.deepEqual([wrongMethod.status, codes], [400, [900561]]);
  });
});
