import assert from 'node:assert/strict';
import fc from 'fast-check';
import { vaultKey, writeSecret } from '../../src/entra/accountSecret.ts';
import { authorityFor } from '../../src/entra/clouds.ts';
import { signInWithDeviceCode } from '../../src/entra/deviceCodeSignIn.ts';
import { EntraRefusal } from '../../src/entra/entraFailure.ts';
import { createMsalClient } from '../../src/entra/msalClient.ts';
import { EntraNetwork } from '../../src/entra/network.ts';
import { TenantCheck } from '../../src/entra/tenantCheck.ts';
import { readTokenAnswer, type TokenAnswer } from '../../src/entra/tokenAnswer.ts';
import { translateError } from '../../src/entra/translateError.ts';
import { createOrganizationTenants } from '../../src/git/organizationTenant.ts';
import type { AccessToken } from '../../src/tokens/accessToken.ts';
import type { Account } from '../../src/tokens/account.ts';
import { systemClock } from '../../src/tokens/clock.ts';
import { AzureCredentialsError } from '../../src/tokens/errors.ts';
import { ids, KeptLog, request, SharedSecrets, storage, TestPerson, testSource } from '../unit/entra/harness.ts';
import { hostileInput } from './cases.ts';
import { anyJson, anyText, assertNoMarker, assertOurs, jwt, marker, spoiled } from './values.ts';

const ada: Account = { id: ids.ada, username: 'ada@contoso.com', name: 'Ada', tenantId: ids.contoso, kind: 'user' };
const authority = authorityFor('public');
const [uid = '', utid = ''] = ids.ada.split('.');
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const clientInfos = fc.oneof(
  spoiled({ uid, utid }).map(encoded),
  fc.constantFrom(encoded({ uid: 'somebody-else', utid: ids.fabrikam }), encoded({ uid, utid: ids.fabrikam })),
);
const idTokens = fc.oneof(
  spoiled({
    aud: ids.publicClient,
    iss: `https://${authority.host}/${ids.contoso}/v2.0`,
    oid: uid,
    tid: ids.contoso,
    sub: 's',
    preferred_username: 'ada@contoso.com',
    name: 'Ada',
    nonce: 'n',
    ver: '2.0',
  }).map(jwt),
  fc.constant(jwt({ oid: uid, tid: ids.fabrikam, sub: 's', preferred_username: 'ada@contoso.com', nonce: 'n' })),
);
const granted = fc.tuple(clientInfos, idTokens).chain(([client_info, id_token]) =>
  spoiled({
    ...{
      token_type: 'Bearer',
      scope: `${storage}/user_impersonation ${storage}/.default`,
      expires_in: 3600,
      ext_expires_in: 3600,
    },
    ...{
      access_token: `at~${marker}`,
      refresh_token: `rt~${marker}`,
      refresh_in: 1800,
      foci: '1',
      id_token,
      client_info,
    },
  }),
);
const refused = spoiled({
  ...{
    error: 'interaction_required',
    suberror: 'basic_action',
    error_codes: [50076],
    timestamp: '2026-01-01 00:00:00Z',
  },
  ...{
    error_description: `AADSTS50076: ${marker}\r\nTrace ID: 0a1b-2c\r\nCorrelation ID: 2c3d`,
    trace_id: 'a-b',
    correlation_id: 'c-d',
  },
  claims: '{"access_token":{"capolids":{"essential":true}}}',
});
const bodies = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(granted, granted, refused).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.tuple(granted, fc.nat(400)).map(([value, cut]) => JSON.stringify(value).slice(0, cut)) },
  { weight: 1, arbitrary: granted.map((value) => JSON.stringify(value).repeat(2)) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      anyText,
      anyJson.map((value) => JSON.stringify(value)),
    ),
  },
);
const statuses = fc.oneof(
  { weight: 12, arbitrary: fc.constant(200) },
  { weight: 6, arbitrary: fc.constant(400) },
  { weight: 1, arbitrary: fc.constantFrom(201, 301, 302, 401, 403, 404, 429, 500, 502, 503, 599) },
);
const waits = fc.oneof(
  fc.constantFrom(
    undefined,
    undefined,
    '0',
    '1',
    '1e9',
    '-5',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Fri, 31 Dec 9999 23:59:59 GMT',
  ),
  fc.string({ maxLength: 12 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
);

interface Answer {
  readonly body: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
}
const answers: fc.Arbitrary<Answer> = fc.record({ body: bodies, status: statuses, retryAfter: waits });

hostileInput('answers of servers', ({ holds, holdsLater }) => {
  holdsLater(
    'a refreshed token is the account’s and the tenant’s and ends at a time, or there is an error of ours',
    answers,
    tryRefresh,
  );
  holdsLater('a redeemed code gives a token that ends at a time, or an error of ours', answers, tryCode);
  holds('a token answer is read, or refused without a word of it', fc.oneof(granted, spoiled({})), (body) => {
    try {
      assertAnswer(readTokenAnswer(body, Date.now()));
    } catch (error) {
      assertOurs(error, 'identity_provider');
    }
  });
  holdsLater('a tenant is found in its own cloud, or refused', discoveries(), tryDiscovery);
  holdsLater(
    'a device code is one that can be typed, at an address over https, until a time',
    deviceCodes(),
    tryDeviceCode,
  );
  holdsLater(
    'any bytes with any status end in an answer or an error of ours',
    fc.tuple(answers, fc.uint8Array({ maxLength: 60 }), fc.boolean()),
    tryNetwork,
  );
  holdsLater(
    'an organization has the tenant that its server names, or none',
    fc.tuple(
      anyText,
      anyText,
      fc.constantFrom('', `Bearer authorization_uri="https://${authority.host}/`, 'Bearer authorization_uri='),
    ),
    tryOrganization,
  );
});

function respond({ body, status, retryAfter }: Answer): Response {
  return new Response(body, { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });
}

/** One window that has Ada, and an Entra that answers the same to everything. */
async function tryRefresh(answer: Answer): Promise<void> {
  const shared = new SharedSecrets();
  const key = vaultKey(
    { clientId: ids.publicClient, environment: authority.host },
    { kind: 'account', accountId: ada.id, signIn: 1 },
  );
  shared.values.set(key, writeSecret({ account: ada, refreshToken: `old~${marker}` }));
  const hosts = new Set<string>();
  const { source, log } = testSource({
    secrets: shared.window(),
    fetch: async (input) => {
      hosts.add(new URL(String(input)).host);
      return respond(answer);
    },
  });
  try {
    assertToken(await source.acquireToken(request(ada, storage)));
    assertSameOwner(answer.body);
  } catch (error) {
    assertOurs(error);
  }
  await source.dispose();
  assert.ok([...hosts].every((host) => host === authority.host));
  assertNoMarker(log.lines.join('\n'), 'the log');
  assert.deepEqual([...shared.values.keys()], [key]);
  const kept = JSON.parse(shared.values.get(key) ?? '') as { readonly account: Account; readonly refreshToken: string };
  assert.deepEqual(kept.account, ada);
  assert.ok(typeof kept.refreshToken === 'string' && kept.refreshToken !== '');
}

function assertToken(token: AccessToken): void {
  assert.ok(typeof token.token === 'string' && token.token !== '');
  assert.ok(token.scopes.every((scope) => typeof scope === 'string'));
  assert.deepEqual([token.account, token.resource, token.tenantId], [ada, storage, ids.contoso]);
  assertTimes(token);
}

function assertTimes({
  expiresOnTimestamp,
  refreshAfterTimestamp = 0,
}: Pick<AccessToken, 'expiresOnTimestamp' | 'refreshAfterTimestamp'>): void {
  assert.doesNotThrow(() => new Date(expiresOnTimestamp).toISOString());
  assert.doesNotThrow(() => new Date(refreshAfterTimestamp).toISOString());
}

/** An answer that says whose it is was taken only when it is Ada’s, of her tenant. */
function assertSameOwner(body: string): void {
  const answer = JSON.parse(body) as Record<string, unknown>;
  const decode = (part: unknown): Record<string, unknown> => {
    try {
      return (JSON.parse(Buffer.from(String(part), 'base64url').toString()) ?? {}) as Record<string, unknown>;
    } catch {
      return {};
    }
  };
  const named = typeof answer['client_info'] === 'string' ? decode(answer['client_info']) : {};
  if (
    typeof named['uid'] === 'string' &&
    typeof named['utid'] === 'string' &&
    /^[0-9a-f-]{36}$/i.test(named['utid']) &&
    named['uid'] !== ''
  ) {
    assert.equal(`${named['uid']}.${named['utid']}`, ada.id, 'a token of another account was taken');
  }
  const tid = typeof answer['id_token'] === 'string' ? decode(answer['id_token'].split('.')[1])['tid'] : undefined;
  if (typeof tid === 'string' && tid !== '') {
    assert.equal(tid.toLowerCase(), ids.contoso, 'a token of another tenant was taken');
  }
}

function parts(respondTo: () => Response) {
  const log = new KeptLog();
  const clock = systemClock();
  const network = new EntraNetwork({ fetch: async () => respondTo(), clock, log, firstPauseMs: 0 });
  return { log, clock, network, authority, clientId: ids.publicClient };
}

async function tryCode(answer: Answer): Promise<void> {
  const deps = parts(() => respond(answer));
  const call = {
    tenantId: ids.contoso,
    scopes: [`${storage}/.default`],
    code: `0.${marker}`,
    codeVerifier: marker.repeat(5),
    redirectUri: 'http://localhost:1',
    nonce: 'n',
  };
  try {
    assertAnswer(await createMsalClient(deps).redeemCode(call));
  } catch (error) {
    assertOurs(translateError(error, { clientId: ids.publicClient, tenantId: ids.contoso }));
  }
  assertNoMarker(deps.log.lines.join('\n'), 'the log');
}

function assertAnswer(answer: TokenAnswer): void {
  const { accessToken, scopes, tenantId, account, refreshToken = 'x' } = answer;
  assert.ok([accessToken, refreshToken].every((text) => typeof text === 'string' && text !== ''));
  assert.ok([tenantId, ...scopes].every((text) => typeof text === 'string'));
  assert.ok(
    account === undefined ||
      [account.id, account.username, account.name, account.tenantId].every((text) => typeof text === 'string'),
  );
  assertTimes(answer);
}

function discoveries(): fc.Arbitrary<string> {
  const base = `https://${authority.host}/${ids.contoso}`;
  const urls = fc.oneof(
    anyText,
    fc.constantFrom(
      'https://login.microsoftonline.us/x/v2.0',
      'https://evil.example/contoso',
      `https://${authority.host}/..%2f..`,
      `https://${authority.host}/%7Btenantid%7D/v2.0`,
      `https://${authority.host}/%E0%A4%A/`,
    ),
  );
  return fc
    .tuple(
      spoiled({
        token_endpoint: `${base}/oauth2/v2.0/token`,
        issuer: `${base}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        jwks_uri: base,
      }),
      urls,
      fc.constantFrom('issuer', 'token_endpoint', 'none'),
    )
    .map(([body, url, field]) => JSON.stringify(field === 'none' ? body : { ...body, [field]: url }));
}

async function tryDiscovery(body: string): Promise<void> {
  const tenants = new TenantCheck(parts(() => respond({ body, status: 200, retryAfter: undefined })));
  try {
    assert.match(await tenants.resolveTenant('contoso.com'), /^(?:[\w.-]+|\{\w+\})$/);
  } catch (error) {
    assertOurs(
      translateError(error, { clientId: ids.publicClient, tenantId: 'contoso.com' }),
      'identity_provider',
      'configuration',
      'network',
    );
  }
}

function deviceCodes(): fc.Arbitrary<string> {
  return fc
    .oneof(
      spoiled({
        user_code: 'ABCD1234',
        device_code: `dc~${marker}`,
        verification_uri: 'https://microsoft.com/devicelogin',
        expires_in: 900,
        interval: 5,
        message: 'Go there.',
      }),
      refused,
    )
    .map((value) => JSON.stringify(value));
}

/** The person gives up as soon as the code is shown. */
async function tryDeviceCode(body: string): Promise<void> {
  const person = new TestPerson();
  const gaveUp = new AzureCredentialsError('cancelled', 'The person gave up.');
  const abort = new AbortController();
  person.enterCode = ({ userCode, verificationUri, expiresOnTimestamp }) => {
    assert.match(userCode, /^[\w -]{1,64}$/);
    assert.equal(new URL(verificationUri).protocol, 'https:');
    assertTimes({ expiresOnTimestamp });
    abort.abort(gaveUp);
  };
  const deps = { ...parts(() => respond({ body, status: 200, retryAfter: undefined })), prompt: person };
  const pending = signInWithDeviceCode(deps, { tenantId: ids.contoso, scopes: [], signal: abort.signal });
  const error: unknown = await pending.then(
    () => assert.fail('nobody signed in'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof EntraRefusal) {
    assertNoMarker(JSON.stringify(error.failure), 'the refusal');
  } else {
    assertOurs(error);
  }
  assertNoMarker(deps.log.lines.join('\n'), 'the log');
}

async function tryNetwork([answer, bytes, isRaw]: readonly [Answer, Uint8Array, boolean]): Promise<void> {
  const { network, log } = parts(() =>
    respond(isRaw ? { ...answer, body: Buffer.from(bytes).toString('latin1') } : answer),
  );
  const url = `https://${authority.host}/${ids.contoso}/oauth2/v2.0/token`;
  try {
    const { body } = await network.send({ url, method: 'POST', body: '', repeatable: true, throttleKey: 'x' });
    assert.ok(typeof body === 'object' && body !== null && !Array.isArray(body));
  } catch (error) {
    assertOurs(error, 'network', 'identity_provider', 'throttled');
    assert.ok(!(error.code === 'throttled') || (error.retryAfterTimestamp ?? 0) <= Date.now() + 3_600_000);
  }
  assertNoMarker(log.lines.join('\n'), 'the log');
}

async function tryOrganization([challenge, tenant, start]: readonly [string, string, string]): Promise<void> {
  const clean = (text: string) => text.replace(/[^\x20-\x7e]/g, '').slice(0, 8_000);
  const headers = { 'www-authenticate': clean(start + challenge), 'x-vss-resourcetenant': clean(tenant) };
  const tenants = createOrganizationTenants({
    fetch: async () => new Response(null, { status: 401, headers }),
    memory: { get: () => undefined, update: async () => undefined },
  });
  const found = await tenants.find('contoso');
  assert.ok(found === undefined || /^[a-z0-9.-]{1,253}$/.test(found), `${found} is no tenant`);
}
