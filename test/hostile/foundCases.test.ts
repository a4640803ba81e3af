import assert from 'node:assert/strict';
import { roleNames } from '../../src/editor/inspect/directoryRoles.ts';
import { sourceSettingsFrom } from '../../src/editor/sourceSettingsFrom.ts';
import { terminalSettingsFrom } from '../../src/editor/terminalSettingsFrom.ts';
import { vaultKey, writeSecret } from '../../src/entra/accountSecret.ts';
import { authorityFor } from '../../src/entra/clouds.ts';
import { signInWithDeviceCode } from '../../src/entra/deviceCodeSignIn.ts';
import { entraFailure } from '../../src/entra/entraFailure.ts';
import { EntraNetwork } from '../../src/entra/network.ts';
import { readTokenAnswer } from '../../src/entra/tokenAnswer.ts';
import { codeFor, translateError } from '../../src/entra/translateError.ts';
import { systemClock } from '../../src/tokens/clock.ts';
import {
  failure,
  ids,
  KeptLog,
  request,
  SharedSecrets,
  storage,
  TestPerson,
  testSource,
} from '../unit/entra/harness.ts';
import { jwt } from './values.ts';

const ada = { id: ids.ada, username: 'ada@contoso.com', name: 'Ada', tenantId: ids.contoso, kind: 'user' as const };

/** Adas window, whose Entra answers with this. */
function windowOfAda(answer: unknown, status = 200, clientSecret?: string) {
  const shared = new SharedSecrets();
  const scope = { clientId: ids.publicClient, environment: 'login.microsoftonline.com' };
  shared.values.set(
    vaultKey(scope, { kind: 'account', accountId: ada.id, signIn: 1 }),
    writeSecret({ account: ada, refreshToken: 'r' }),
  );
  return testSource({
    secrets: shared.window(),
    settings: { clientSecret: async () => clientSecret },
    fetch: async () => Response.json(answer, { status }),
  });
}

/** What random input has found: each of these went wrong once. */
describe('Hostile input: found cases', () => {
  it('a refusal named like what every object has is one of an unknown name', async () => {
    assert.equal(codeFor({ error: 'interaction_required', suberror: 'constructor' }), 'interaction_required');
    assert.equal(codeFor({ error: 'constructor' }), 'identity_provider');
    const { source } = windowOfAda({ error: 'valueof', suberror: 'constructor' }, 400);
    assert.equal((await failure(source.acquireToken(request(ada, storage)))).code, 'identity_provider');
  });

  it('what stands where the name of an error should is not repeated', () => {
    const error = translateError(
      { errorCode: 'eyJ0eXAiOiJKV1QifQ', correlationId: 'eyJ0eXAiOiJKV1QifQ' },
      { clientId: 'c', tenantId: 't' },
    );
    assert.ok(!`${error.message} ${JSON.stringify(error.cause)}`.includes('eyJ'));
  });

  it('the role of a token that is called "constructor" has no name', () => {
    assert.equal(roleNames(['constructor', '__proto__', { toString: 1 }]), '');
  });

  it('a token of another tenant than was asked for is refused, and not kept', async () => {
    const [uid, utid] = ids.ada.split('.');
    const { source, secrets } = windowOfAda({
      ...{ token_type: 'Bearer', access_token: 'a', refresh_token: 'new', expires_in: 3600 },
      id_token: jwt({ oid: uid, tid: ids.fabrikam, sub: 's', preferred_username: ada.username }),
      client_info: Buffer.from(JSON.stringify({ uid, utid })).toString('base64url'),
    });
    const error = await failure(source.acquireToken(request(ada, storage)));
    assert.equal(error.code, 'identity_provider');
    assert.match(error.message, /another tenant/);
    await source.dispose();
    assert.equal(secrets.calls.store, 0);
  });

  it('a life that no date can have is refused, and a moment to renew that none can have is left out', () => {
    const answer = { access_token: 'a', expires_in: 1e300 };
    assert.throws(() => readTokenAnswer(answer, 0), { code: 'identity_provider' });
    assert.throws(() => readTokenAnswer({ ...answer, expires_in: { valueOf: 1 } }, 0), { code: 'identity_provider' });
    assert.equal(
      readTokenAnswer({ access_token: 'a', expires_in: 60, refresh_in: 1e300 }, 0).refreshAfterTimestamp,
      undefined,
    );
  });

  for (const interval of [-1, 1e12, 'soon', null]) {
    it(`an interval of ${interval} does not make polling a flood`, async () => {
      let polls = 0;
      const fetchAnswer = async (url: unknown) => {
        polls += String(url).endsWith('/token') ? 1 : 0;
        return Response.json({
          user_code: 'ABCD1234',
          device_code: 'd',
          verification_uri: 'https://microsoft.com/devicelogin',
          expires_in: 900,
          interval,
        });
      };
      const [clock, log, abort] = [systemClock(), new KeptLog(), new AbortController()];
      const network = new EntraNetwork({ fetch: fetchAnswer, clock, log });
      const deps = {
        authority: authorityFor('public'),
        clientId: ids.publicClient,
        network,
        prompt: new TestPerson(),
        clock,
      };
      setTimeout(() => abort.abort(), 300);
      await failure(signInWithDeviceCode(deps, { tenantId: ids.contoso, scopes: [], signal: abort.signal }));
      assert.equal(polls, 0);
    });
  }

  it('claims that are no object, or huge, and ids that are none, are not passed on', () => {
    for (const claims of ['null', '[]', '1', `{"a":"${'x'.repeat(20_000)}"}`]) {
      assert.equal(entraFailure({ error: 'interaction_required', claims })?.claims, undefined);
    }
    const token = 'eyJ0eXAiOiJKV1QifQ';
    assert.deepEqual(
      entraFailure({ error: 'invalid_grant', trace_id: token, correlation_id: token, suberror: token }),
      { error: 'invalid_grant' },
    );
  });

  it('a setting with a value that it cannot have is named, and no token comes from a cloud that was not meant', () => {
    for (const value of ['constructor', 'Public', '', 5, true, {}, ['public']]) {
      const settings = sourceSettingsFrom((name) => (name === 'cloud' ? value : undefined));
      assert.deepEqual([settings.unusable, settings.cloud], ['cloud', 'public']);
    }
    assert.equal(sourceSettingsFrom((name) => (name === 'clientId' ? 5 : undefined)).unusable, 'clientId');
    assert.equal(sourceSettingsFrom(() => null).unusable, undefined);
  });

  it('an entry of the allowed resources that is no text allows nothing', () => {
    const own = [{ toString: 1, valueOf: 1 }, ['https://storage.azure.com']];
    assert.deepEqual(
      terminalSettingsFrom((key) => ({ own: key === 'allowedResources' ? own : false, narrowing: [] }))
        .allowedResources,
      [['none', 'none']],
    );
  });

  it('a token or secret that was pasted into a setting is not repeated', () => {
    const token = 'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.x';
    const secret = 'aBc8Q~zYxWvUtSrQpOnMlKjIhGfEdCbA9876543.';
    for (const text of [token, secret, `ada:${secret}@x`]) {
      assert.throws(
        () => authorityFor('custom', `${text}/x`),
        (error: Error) => !error.message.includes(text.slice(0, 20)),
      );
      assert.throws(
        () => testSource({ settings: { clientId: text }, fetch: globalThis.fetch }),
        (error: Error) => !error.message.includes(text.slice(0, 20)),
      );
    }
  });

  it('half a character in the client secret ends in Entra’s own words about it', async () => {
    const { source } = windowOfAda(
      { error: 'invalid_client', error_codes: [7000215], error_description: 'AADSTS7000215' },
      401,
      '\ud800',
    );
    assert.equal((await failure(source.acquireToken(request(ada, storage)))).code, 'configuration');
  });
});
