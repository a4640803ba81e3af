import assert from 'node:assert/strict';
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { ada, authority, headerOf, openid, tenants } from './samples.ts';
import { refresh, signIn } from './tokenClient.ts';

const armScope = 'https://management.azure.com//.default';
const graphScope = 'https://graph.microsoft.com/.default';

describe('local Azure: resources that check tokens', () => {
  let azure: LocalAzure;
  let refreshToken: string | undefined;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());
  beforeEach(async () => {
    await azure.control.reset();
    refreshToken = (await signIn(azure)).body['refresh_token'];
  });

  async function tokenFor(scope: string, at = authority): Promise<string> {
    return (await refresh(azure, refreshToken, { scope: `${openid} ${scope}` }, at)).body['access_token'] ?? '';
  }

  async function get(url: string, token?: string) {
    const response = await azure.fetch(url, { headers: token ? { authorization: `Bearer ${token}` } : {} });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
  }

  interface Answer {
    readonly value?: readonly Record<string, string>[];
    readonly userPrincipalName?: string;
    readonly error?: { readonly code: string };
  }

  it('lists the subscriptions of the token’s tenant, and the tenants of its user', async () => {
    const token = await tokenFor(armScope);
    const subscriptions = await get('https://management.azure.com/subscriptions?api-version=2022-12-01', token);
    assert.deepEqual(
      subscriptions.body.value?.map(({ displayName }) => displayName),
      ['Contoso Development', 'Contoso Production'],
    );
    const all = await get('https://management.azure.com/tenants?api-version=2022-12-01', token);
    assert.deepEqual(
      all.body.value?.map(({ tenantId }) => tenantId),
      [tenants.contoso, tenants.fabrikam],
    );
    const guest = await tokenFor(armScope, 'https://login.microsoftonline.com/fabrikam.com');
    const shared = await get('https://management.azure.com/subscriptions?api-version=2022-12-01', guest);
    assert.deepEqual(
      shared.body.value?.map(({ displayName }) => displayName),
      ['Fabrikam Shared'],
    );
  });

  it('wants an api-version', async () => {
    const { status, body } = await get('https://management.azure.com/subscriptions', await tokenFor(armScope));
    assert.deepEqual([status, body.error?.code], [400, 'MissingApiVersionParameter']);
  });

  it('says who the person is', async () => {
    const { body } = await get('https://graph.microsoft.com/v1.0/me', await tokenFor(graphScope));
    assert.equal(body.userPrincipalName, ada);
    const organization = await get('https://graph.microsoft.com/v1.0/organization', await tokenFor(graphScope));
    assert.equal(organization.body.value?.[0]?.['id'], tenants.contoso);
  });

  it('refuses a missing, foreign, forged or expired token with 401 and a challenge', async () => {
    const url = 'https://management.azure.com/subscriptions?api-version=2022-12-01';
    const good = await tokenFor(armScope);
    const [header = '', payload = ''] = good.split('.');
    const forged = await new SignJWT({ aud: 'https://management.azure.com/' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new Uint8Array(32));
    const refused = [undefined, await tokenFor(graphScope), `${header}.${payload}.AAAA`, forged, 'not-a-token'];
    for (const token of refused) {
      const { status, headers, body } = await get(url, token);
      assert.equal(status, 401);
      assert.match(
        headers.get('www-authenticate') ?? '',
        /^Bearer authorization_uri="https:\/\/login\.microsoftonline\.com\//,
      );
      assert.equal(body.error?.code, 'InvalidAuthenticationToken');
    }
    await azure.control.skewClock(7 * 3600 * 1000);
    const late = await get(url, good);
    assert.deepEqual([late.status, late.body.error?.code], [401, 'ExpiredAuthenticationToken']);
  });

  it('challenges for claims on demand', async () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}';
    await azure.control.addFault({ host: 'management.azure.com', times: 1, effect: { kind: 'challenge', claims } });
    const { status, headers } = await get(
      'https://management.azure.com/tenants?api-version=2022-12-01',
      await tokenFor(armScope),
    );
    assert.equal(status, 401);
    const encoded = /claims="([^"]+)"/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? '';
    assert.equal(Buffer.from(encoded, 'base64').toString(), claims);
  });

  it('signs with a key that it publishes', async () => {
    const token = await tokenFor(armScope);
    const response = await azure.fetch(`${authority}/discovery/v2.0/keys`);
    const published = (await response.json()) as { keys: { kid: string; x5t: string; x5c: string[] }[] };
    const { kid, x5t, alg, typ } = headerOf(token);
    assert.deepEqual([alg, typ, kid, x5t], ['RS256', 'JWT', published.keys[0]?.kid, published.keys[0]?.x5t]);
    const { payload } = await jwtVerify(token, createLocalJWKSet(published as Parameters<typeof createLocalJWKSet>[0]));
    assert.equal(payload['ver'], '1.0');
  });
});
