import assert from 'node:assert/strict';
import fc from 'fast-check';
import { vaultKey, writeSecret } from '../../src/entra/accountSecret.ts';
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
import { type Answer, ada, answers, authority, deviceCodes, discoveries, granted, respond } from './answers.ts';
import { hostileInput } from './cases.ts';
import { anyText, assertNoMarker, assertOurs, marker, spoiled } from './values.ts';

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
