import assert from 'node:assert/strict';
import {
  type AccountInfo,
  ConfidentialClientApplication,
  InteractionRequiredAuthError,
  PublicClientApplication,
  ServerError,
} from '@azure/msal-node';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { createNetworkModule } from './msalNetwork.ts';
import {
  ada,
  applications,
  authority,
  claimsOf,
  createPkce,
  redirectUri,
  secrets,
  storageScope,
  tenants,
} from './samples.ts';

const vaultScope = 'https://vault.azure.net/.default';

describe('local Azure with MSAL', () => {
  let azure: LocalAzure;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());
  beforeEach(() => azure.control.reset());

  function createClient(at = authority, clientId: string = applications.sample): PublicClientApplication {
    return new PublicClientApplication({
      auth: { clientId, authority: at },
      system: { networkClient: createNetworkModule(azure.fetch) },
    });
  }

  async function signIn(client: PublicClientApplication, username = ada, claims?: string): Promise<AccountInfo> {
    const { verifier, challenge } = createPkce();
    const request = { scopes: [storageScope], redirectUri, ...(claims === undefined ? {} : { claims }) };
    const url = await client.getAuthCodeUrl({
      ...request,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      state: 'a state',
      prompt: 'select_account',
    });
    const end = new URL(await azure.control.authorize(url, { username }));
    assert.equal(end.searchParams.get('state'), 'a state');
    const code = end.searchParams.get('code') ?? '';
    const result = await client.acquireTokenByCode({ ...request, code, codeVerifier: verifier });
    assert.ok(result?.account);
    return result.account;
  }

  it('signs in with an authorization code and PKCE', async () => {
    const account = await signIn(createClient());
    assert.equal(account.username, ada);
    assert.equal(account.tenantId, tenants.contoso);
    assert.equal(account.homeAccountId, `11111111-aaaa-4aaa-8aaa-000000000001.${tenants.contoso}`);
    assert.equal(account.environment, 'login.windows.net');
  });

  it('serves a second silent call for the same scope from MSAL’s cache', async () => {
    const client = createClient();
    const account = await signIn(client);
    await azure.control.clearRequests();
    const result = await client.acquireTokenSilent({ account, scopes: [storageScope] });
    assert.equal(result.fromCache, true);
    assert.equal(await azure.control.count(), 0);
  });

  it('gets tokens for other resources with the same refresh token, each with its audience', async () => {
    const client = createClient();
    const account = await signIn(client);
    const audiences = new Map([
      [vaultScope, 'https://vault.azure.net'],
      ['https://management.azure.com//.default', 'https://management.azure.com/'],
      ['https://management.azure.com/.default', 'https://management.azure.com'],
      ['499b84ac-1321-427f-aa17-267ca6975798/.default', '499b84ac-1321-427f-aa17-267ca6975798'],
      ['User.Read', 'https://graph.microsoft.com'],
    ]);
    for (const [scope, audience] of audiences) {
      const { accessToken } = await client.acquireTokenSilent({ account, scopes: [scope] });
      assert.equal(claimsOf(accessToken)['aud'], audience);
      const again = await client.acquireTokenSilent({ account, scopes: [scope] });
      assert.equal(again.fromCache, true, scope);
    }
  });

  it('gives a guest a token of the other tenant without a new sign-in', async () => {
    const client = createClient('https://login.microsoftonline.com/organizations');
    const account = await signIn(client);
    const { accessToken } = await client.acquireTokenSilent({
      account: { ...account, tenantId: tenants.fabrikam },
      authority: `https://login.microsoftonline.com/${tenants.fabrikam}`,
      scopes: [storageScope],
    });
    const claims = claimsOf(accessToken);
    assert.equal(claims['tid'], tenants.fabrikam);
    assert.equal(claims['oid'], '11111111-aaaa-4aaa-8aaa-0000000000f1');
    assert.equal(claims['iss'], `https://sts.windows.net/${tenants.fabrikam}/`);
    assert.equal(claims['idp'], `https://sts.windows.net/${tenants.contoso}/`);
  });

  it('wants interaction once sessions are revoked, and MSAL forgets the refresh token', async () => {
    const client = createClient();
    const account = await signIn(client);
    await azure.control.revokeSessions(ada);
    await assert.rejects(
      client.acquireTokenSilent({ account, scopes: [vaultScope] }),
      (error: unknown) =>
        error instanceof InteractionRequiredAuthError &&
        error.subError === 'bad_token' &&
        String(error.errorNo) === '50173',
    );
    await assert.rejects(client.acquireTokenSilent({ account, scopes: [vaultScope] }), {
      errorCode: 'no_tokens_found',
    });
  });

  it('hands out claims for multifactor authentication, and the token once they were met', async () => {
    const client = createClient();
    const account = await signIn(client, 'cleo@contoso.com');
    const refused = await client.acquireTokenSilent({ account, scopes: [vaultScope] }).catch((error: unknown) => error);
    assert.ok(refused instanceof InteractionRequiredAuthError);
    assert.equal(refused.subError, 'basic_action');
    const renewed = await signIn(client, 'cleo@contoso.com', refused.claims);
    const { accessToken } = await client.acquireTokenSilent({ account: renewed, scopes: [vaultScope] });
    assert.deepEqual(claimsOf(accessToken)['amr'], ['pwd', 'mfa']);
  });

  it('gives long-lived tokens with refresh_in to clients that announce CP1', async () => {
    const client = new PublicClientApplication({
      auth: { clientId: applications.sample, authority, clientCapabilities: ['CP1'] },
      system: { networkClient: createNetworkModule(azure.fetch) },
    });
    const account = await signIn(client);
    const { accessToken, expiresOn, refreshOn } = await client.acquireTokenSilent({
      account,
      scopes: ['https://management.azure.com//.default'],
    });
    assert.deepEqual(claimsOf(accessToken)['xms_cc'], ['CP1']);
    assert.ok(expiresOn && expiresOn.getTime() - Date.now() > 19 * 3600 * 1000);
    assert.ok(refreshOn && refreshOn < expiresOn);
  });

  it('signs in with a device code', async () => {
    const client = createClient('https://login.microsoftonline.com/organizations');
    const result = await client.acquireTokenByDeviceCode({
      scopes: [storageScope],
      deviceCodeCallback: ({ userCode, verificationUri, interval }) => {
        assert.equal(verificationUri, 'https://microsoft.com/devicelogin');
        assert.equal(interval, 5);
        azure.control.approveDevice(userCode, ada).catch(assert.ifError);
      },
    });
    assert.equal(result?.account?.username, ada);
  });

  it('gives an application a token of its own', async () => {
    const client = new ConfidentialClientApplication({
      auth: { clientId: applications.confidential, authority, clientSecret: secrets.good },
      system: { networkClient: createNetworkModule(azure.fetch) },
    });
    const result = await client.acquireTokenByClientCredential({
      scopes: ['api://0f1e2d3c-4b5a-4968-8776-655443322110/.default'],
    });
    const claims = claimsOf(result?.accessToken ?? '');
    assert.equal(claims['ver'], '2.0');
    assert.equal(claims['aud'], '0f1e2d3c-4b5a-4968-8776-655443322110');
    assert.equal(claims['iss'], `https://login.microsoftonline.com/${tenants.contoso}/v2.0`);
    assert.deepEqual(claims['roles'], ['Orders.Process.All']);
    assert.equal(claims['azpacr'], '1');
  });

  it('lets a confidential client sign a person in with its secret only', async () => {
    const { verifier, challenge } = createPkce();
    const withSecret = (clientSecret: string) =>
      new ConfidentialClientApplication({
        auth: { clientId: applications.confidential, authority, clientSecret },
        system: { networkClient: createNetworkModule(azure.fetch) },
      });
    const request = { scopes: [storageScope], redirectUri };
    const getCode = async () => {
      const url = await withSecret(secrets.good).getAuthCodeUrl({
        ...request,
        codeChallenge: challenge,
        codeChallengeMethod: 'S256',
      });
      return new URL(await azure.control.authorize(url, { username: ada })).searchParams.get('code') ?? '';
    };
    const wrong = withSecret('wrong').acquireTokenByCode({ ...request, code: await getCode(), codeVerifier: verifier });
    await assert.rejects(
      wrong,
      (error: unknown) => error instanceof ServerError && String(error.errorNo) === '7000215',
    );
    const client = withSecret(secrets.good);
    const result = await client.acquireTokenByCode({ ...request, code: await getCode(), codeVerifier: verifier });
    assert.equal(claimsOf(result?.accessToken ?? '')['appidacr'], '1');
    const silent = await client.acquireTokenSilent({ account: result?.account as AccountInfo, scopes: [vaultScope] });
    assert.equal(claimsOf(silent.accessToken)['aud'], 'https://vault.azure.net');
  });

  for (const cloud of [
    { host: 'login.microsoftonline.us', username: 'lena@litware.us', arm: 'https://management.usgovcloudapi.net/' },
    {
      host: 'login.partner.microsoftonline.cn',
      username: 'tao@tailspin.cn',
      arm: 'https://management.chinacloudapi.cn/',
    },
  ]) {
    it(`works under ${cloud.host}`, async () => {
      const client = createClient(`https://${cloud.host}/organizations`);
      const account = await signIn(client, cloud.username);
      const { accessToken } = await client.acquireTokenSilent({ account, scopes: [`${cloud.arm}/.default`] });
      assert.equal(claimsOf(accessToken)['aud'], cloud.arm);
      assert.equal(
        await azure.control.count({ path: '/token' }),
        await azure.control.count({ path: '/token', host: cloud.host }),
      );
    });
  }

  it('works under the loopback authority when MSAL is told to know it', async () => {
    const host = new URL(azure.loopbackAuthority).host;
    const client = new PublicClientApplication({
      auth: {
        clientId: applications.sample,
        authority: `${azure.loopbackAuthority}/${tenants.contoso}`,
        knownAuthorities: [host],
      },
      system: { networkClient: createNetworkModule(azure.fetch) },
    });
    const account = await signIn(client);
    assert.equal(account.environment, host);
    const { accessToken } = await client.acquireTokenSilent({ account, scopes: [vaultScope] });
    assert.equal(claimsOf(accessToken)['iss'], `https://sts.windows.net/${tenants.contoso}/`);
  });
});
