import assert from 'node:assert/strict';
import { InteractionRequiredAuthError, PublicClientApplication } from '@azure/msal-node';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { createNetworkModule } from './msalNetwork.ts';
import { ada, applications, authority, authorizeUrl, secrets } from './samples.ts';
import { postToken, refresh, signIn, type TokenAnswer } from './tokenClient.ts';

interface Row {
  readonly aadsts: number;
  readonly error: string;
  readonly suberror?: string;
  readonly status?: number;
  readonly claims?: true;
  /** MSAL makes an InteractionRequiredAuthError of it. */
  readonly interaction?: true;
}

/** What the token endpoint says, by AADSTS number, and how MSAL understands it. */
const rows: readonly Row[] = [
  { aadsts: 50173, error: 'invalid_grant', suberror: 'bad_token', interaction: true },
  { aadsts: 700082, error: 'invalid_grant', suberror: 'bad_token', interaction: true },
  { aadsts: 700084, error: 'invalid_grant' },
  { aadsts: 70043, error: 'invalid_grant', suberror: 'token_expired' },
  { aadsts: 50076, error: 'invalid_grant', suberror: 'basic_action', claims: true, interaction: true },
  { aadsts: 50078, error: 'invalid_grant', suberror: 'basic_action', claims: true, interaction: true },
  { aadsts: 50079, error: 'invalid_grant', suberror: 'basic_action', claims: true, interaction: true },
  { aadsts: 65001, error: 'invalid_grant', suberror: 'consent_required', interaction: true },
  { aadsts: 90094, error: 'invalid_grant', suberror: 'consent_required', interaction: true },
  { aadsts: 53003, error: 'invalid_grant' },
  { aadsts: 530003, error: 'invalid_grant' },
  { aadsts: 500011, error: 'invalid_resource' },
  { aadsts: 650057, error: 'invalid_resource' },
  { aadsts: 65002, error: 'invalid_grant' },
  { aadsts: 700016, error: 'unauthorized_client' },
  { aadsts: 7000218, error: 'invalid_client', status: 401 },
  { aadsts: 7000215, error: 'invalid_client', status: 401 },
  { aadsts: 7000222, error: 'invalid_client', status: 401 },
  { aadsts: 90002, error: 'invalid_request' },
  { aadsts: 50020, error: 'invalid_grant' },
  { aadsts: 50034, error: 'invalid_grant', suberror: 'bad_token', interaction: true },
  { aadsts: 16000, error: 'interaction_required', interaction: true },
  { aadsts: 70011, error: 'invalid_scope' },
  { aadsts: 900144, error: 'invalid_request' },
  { aadsts: 9002313, error: 'invalid_grant' },
  { aadsts: 54005, error: 'invalid_grant' },
  { aadsts: 700005, error: 'invalid_grant' },
  { aadsts: 70008, error: 'invalid_grant' },
  { aadsts: 65004, error: 'access_denied' },
  { aadsts: 50196, error: 'invalid_grant' },
  { aadsts: 90055, error: 'temporarily_unavailable' },
  { aadsts: 90033, error: 'temporarily_unavailable' },
  { aadsts: 90006, error: 'temporarily_unavailable' },
  { aadsts: 90024, error: 'temporarily_unavailable' },
];

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('local Azure: errors of the token endpoint', () => {
  let azure: LocalAzure;
  let signedIn: TokenAnswer;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
    signedIn = await signIn(azure);
    assert.equal(signedIn.status, 200);
  });
  after(() => azure[Symbol.asyncDispose]());
  afterEach(() => azure.control.clearFaults());

  for (const row of rows) {
    it(`answers AADSTS${row.aadsts} on request as Entra does`, async () => {
      await azure.control.failWith(row.aadsts, { grant: 'refresh_token', user: ada });
      const { status, body, headers } = await refresh(azure, signedIn.body['refresh_token']);
      assert.equal(status, row.status ?? 400);
      assert.equal(body['error'], row.error);
      assert.equal(body['suberror'], row.suberror);
      assert.deepEqual(body.error_codes, [row.aadsts]);
      assert.equal('claims' in body, row.claims ?? false);
      assert.match(body['trace_id'] ?? '', guid);
      assert.match(body['correlation_id'] ?? '', guid);
      const ids = `Trace ID: ${body['trace_id']}\r\nCorrelation ID: ${body['correlation_id']}`;
      const description = body['error_description'] ?? '';
      assert.ok(description.startsWith(`AADSTS${row.aadsts}: `), description);
      assert.ok(description.endsWith(`\r\n${ids}\r\nTimestamp: ${body['timestamp']}`), description);
      assert.doesNotMatch(description.replace('{EUII Hidden}', ''), /[{}]|undefined/);
      assert.equal(headers.get('x-ms-request-id'), body['trace_id']);
      assert.equal(headers.get('x-ms-clitelem'), `1,${row.aadsts},0,,`);
      assert.match(headers.get('cache-control') ?? '', /no-store/);
      assert.equal((await refresh(azure, signedIn.body['refresh_token'])).status, 200, 'the fault was for once');
    });

    it(`MSAL takes AADSTS${row.aadsts} for ${row.interaction ? 'a wish for interaction' : 'a server error'}`, async () => {
      await azure.control.failWith(row.aadsts, { grant: 'refresh_token' });
      const client = new PublicClientApplication({
        auth: { clientId: applications.sample, authority },
        system: { networkClient: createNetworkModule(azure.fetch) },
      });
      const attempt = client.acquireTokenByRefreshToken({
        refreshToken: signedIn.body['refresh_token'] ?? '',
        scopes: ['https://vault.azure.net/.default'],
      });
      const error = await attempt.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof Error);
      assert.match(error.message, new RegExp(`AADSTS${row.aadsts}\\b`));
      assert.equal(error instanceof InteractionRequiredAuthError, row.interaction ?? false);
    });
  }

  it('takes another error, suberror, claims or status for a known number', async () => {
    await azure.control.failWith(53003, { error: 'interaction_required', suberror: 'message_only' });
    const blocked = await refresh(azure, signedIn.body['refresh_token']);
    assert.equal(blocked.body['error'], 'interaction_required');
    assert.equal(blocked.body['suberror'], 'message_only');
    await azure.control.failWith(700082, { suberror: null, status: 503 });
    const expired = await refresh(azure, signedIn.body['refresh_token']);
    assert.equal(expired.status, 503);
    assert.equal('suberror' in expired.body, false);
  });

  it('refuses to arrange an error it does not know', async () => {
    await assert.rejects(azure.control.failWith(123), /does not know AADSTS123/);
  });

  it('echoes the client’s request id as correlation id', async () => {
    const id = '7d7cde9c-20b2-4a06-9a2d-ca6ee67ad06b';
    const { body } = await postToken(azure, { grant_type: 'refresh_token' }, { headers: { 'client-request-id': id } });
    assert.equal(body['correlation_id'], id);
    assert.equal(await azure.control.count({ clientRequestId: id }), 1);
  });

  describe('by themselves, for wrong requests', () => {
    const refreshToken = (): Record<string, string> => ({
      grant_type: 'refresh_token',
      client_id: applications.sample,
      refresh_token: signedIn.body['refresh_token'] ?? '',
      scope: 'https://vault.azure.net/.default',
    });
    const cases: readonly [string, number, () => Record<string, string>, string?][] = [
      ['no grant type', 900144, () => ({ client_id: applications.sample })],
      ['an unknown grant type', 70003, () => ({ ...refreshToken(), grant_type: 'password2' })],
      ['a resource parameter', 901002, () => ({ ...refreshToken(), resource: 'https://vault.azure.net' })],
      ['an unknown client', 700016, () => ({ ...refreshToken(), client_id: 'a5a5a5a5-0000-4000-8000-000000000000' })],
      ['an unknown tenant', 90002, refreshToken, 'https://login.microsoftonline.com/nowhere.example'],
      ['a tenant of another cloud', 90002, refreshToken, 'https://login.microsoftonline.us/contoso.com'],
      ['a garbage refresh token', 9002313, () => ({ ...refreshToken(), refresh_token: 'garbage' })],
      ['a garbage code', 9002313, () => ({ ...refreshToken(), grant_type: 'authorization_code', code: 'garbage' })],
      ['another client’s refresh token', 70000, () => ({ ...refreshToken(), client_id: applications.azureCli })],
      ['a secret from a public client', 700025, () => ({ ...refreshToken(), client_secret: 'x' })],
      ['a resource nobody knows', 500011, () => ({ ...refreshToken(), scope: 'https://unknown.example/.default' })],
      ['a permission nobody knows', 650053, () => ({ ...refreshToken(), scope: 'https://vault.azure.net/nothing' })],
      [
        'a resource the registration lacks',
        650057,
        () => ({ ...refreshToken(), scope: 'api://contoso.com/orders/.default' }),
      ],
      ['a scope without permission', 70011, () => ({ ...refreshToken(), scope: 'https://vault.azure.net' })],
      ['.default among others', 70011, () => ({ ...refreshToken(), scope: 'User.Read .default' })],
      ['a device code without scope', 900144, () => ({ grant_type: 'device_code', client_id: applications.sample })],
      [
        'a garbage device code',
        70019,
        () => ({ grant_type: 'device_code', client_id: applications.sample, device_code: 'x' }),
      ],
      ...clientCredentialCases(),
    ];
    for (const [title, aadsts, form, at] of cases) {
      it(`${title}: AADSTS${aadsts}`, async () => {
        const { body } = await postToken(azure, form(), at === undefined ? {} : { authority: at });
        assert.deepEqual(body.error_codes, [aadsts], body['error_description']);
      });
    }

    it('a tenant where the user is no guest: AADSTS50020', async () => {
      const ben = await signIn(azure, { username: 'ben@contoso.com' });
      const fabrikam = 'https://login.microsoftonline.com/fabrikam.com';
      const { body } = await refresh(azure, ben.body['refresh_token'], {}, fabrikam);
      assert.deepEqual(body.error_codes, [50020]);
    });

    it('a confidential web application without its secret: AADSTS7000218', async () => {
      const { body, status } = await signIn(azure, { client: applications.locked });
      assert.deepEqual(body.error_codes, [7000218]);
      assert.equal(status, 401);
    });

    it('a single-tenant application at a shared endpoint: AADSTS50194', async () => {
      const organizations = 'https://login.microsoftonline.com/organizations';
      await assert.rejects(
        azure.control.authorize(authorizeUrl({ client_id: applications.confidential }, organizations), {
          username: ada,
        }),
        /AADSTS50194/,
      );
    });
  });
});

function clientCredentialCases(): [string, number, () => Record<string, string>, string?][] {
  const form = (changes: Record<string, string> = {}) => ({
    grant_type: 'client_credentials',
    client_id: applications.confidential,
    client_secret: secrets.good,
    scope: 'https://graph.microsoft.com/.default',
    ...changes,
  });
  const { client_secret: _secret, ...withoutSecret } = form();
  return [
    ['client credentials without a secret', 7000216, () => withoutSecret],
    ['client credentials with a wrong secret', 7000215, () => form({ client_secret: 'wrong' })],
    ['client credentials with an expired secret', 7000222, () => form({ client_secret: secrets.expired })],
    [
      'client credentials for a delegated scope',
      1002012,
      () => form({ scope: 'https://graph.microsoft.com/User.Read' }),
    ],
    [
      'client credentials for two resources',
      70011,
      () => form({ scope: 'https://vault.azure.net/.default https://storage.azure.com/.default' }),
    ],
    ['client credentials of an unknown resource', 500011, () => form({ scope: 'https://unknown.example/.default' })],
  ];
}
