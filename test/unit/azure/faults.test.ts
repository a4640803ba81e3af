import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { shortHash } from '../../azure/requests.ts';
import { ada, applications, authority, authorizeUrl, claimsOf, openid } from './samples.ts';
import { refresh, signIn } from './tokenClient.ts';

const token = { path: '/oauth2/v2.0/token' };

describe('local Azure: arranged faults and what they leave untouched', () => {
  let azure: LocalAzure;
  let refreshToken: string | undefined;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());
  beforeEach(async () => {
    await azure.control.reset();
    refreshToken = (await signIn(azure)).body['refresh_token'];
    await azure.control.clearRequests();
  });

  it('throttles with Retry-After in seconds, in Entra’s own shape', async () => {
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'throttle', retryAfter: 17 } });
    const { status, headers, body } = await refresh(azure, refreshToken);
    assert.equal(status, 429);
    assert.equal(headers.get('retry-after'), '17');
    assert.equal(body['error'], 'temporarily_unavailable');
    assert.equal((await refresh(azure, refreshToken)).status, 200);
  });

  it('throttles with Retry-After as a date', async () => {
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'throttle', retryAfter: 60, asDate: true } });
    const { headers } = await refresh(azure, refreshToken);
    const seconds = (Date.parse(headers.get('retry-after') ?? '') - Date.now()) / 1000;
    assert.ok(seconds > 55 && seconds <= 60, String(seconds));
  });

  it('delays, then answers as usual', async () => {
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'delay', milliseconds: 120 } });
    const start = performance.now();
    assert.equal((await refresh(azure, refreshToken)).status, 200);
    assert.ok(performance.now() - start >= 115);
  });

  it('answers like a distant server: its work is done while the answer is on its way', async () => {
    await azure.control.rotateStrictly(true);
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'distant', milliseconds: 120 } });
    const start = performance.now();
    const [first, second] = await Promise.all([
      refresh(azure, refreshToken),
      wait(60).then(() => refresh(azure, refreshToken)),
    ]);
    assert.ok(performance.now() - start >= 115);
    assert.deepEqual([first.status, second.status], [200, 400]);
  });

  for (const when of ['before', 'middle', 'after'] as const) {
    it(`cuts the connection ${when} the answer`, async () => {
      await azure.control.rotateStrictly(true);
      await azure.control.addFault({ ...token, times: 1, effect: { kind: 'cut', when } });
      await assert.rejects(refresh(azure, refreshToken), TypeError);
      // Whether the server had done its work is what tells the three apart from each other.
      const again = await refresh(azure, refreshToken);
      assert.equal(again.status, when === 'before' ? 200 : 400);
    });
  }

  it('answers HTML where JSON is expected', async () => {
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'html', status: 503 } });
    const response = await azure.fetch(`${authority}${token.path}`, { method: 'POST', body: new URLSearchParams() });
    assert.equal(response.status, 503);
    assert.match(await response.text(), /<html>/);
  });

  it('answers an empty 503', async () => {
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'empty' } });
    const response = await azure.fetch(`${authority}${token.path}`, { method: 'POST', body: new URLSearchParams() });
    assert.equal(response.status, 503);
    assert.equal(await response.text(), '');
  });

  it('sends half of the JSON as if it were all', async () => {
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'truncate' } });
    await assert.rejects(refresh(azure, refreshToken), SyntaxError);
  });

  it('sends the JSON twice', async () => {
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'duplicate' } });
    await assert.rejects(refresh(azure, refreshToken), /after JSON/);
  });

  it('sends as many bytes as it was told, as far as anyone reads them, and counts them', async () => {
    const bytes = 3_000_000;
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'huge', bytes } });
    const { body } = await refresh(azure, refreshToken);
    assert.equal(JSON.stringify(body).length, bytes);
    const [{ sent = 0 } = {}] = await azure.control.requests(token);
    assert.ok(sent > bytes && sent < bytes + 10_000, String(sent));
  });

  it('never ends an answer, until the client goes', async () => {
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'endless' } });
    const signal = AbortSignal.timeout(500);
    await assert.rejects(azure.fetch(`${authority}${token.path}`, { method: 'POST', body: 'x=y', signal }), {
      name: 'TimeoutError',
    });
  });

  it('dates its answers by its own clock, and Retry-After with them', async () => {
    await azure.control.skewClock(-86_400_000);
    await azure.control.addFault({ ...token, times: 1, effect: { kind: 'throttle', retryAfter: 60, asDate: true } });
    const { headers } = await refresh(azure, refreshToken);
    const [date, until] = [headers.get('date'), headers.get('retry-after')].map((text) => Date.parse(text ?? ''));
    assert.equal((until ?? 0) - (date ?? 0), 60_000);
    assert.ok((date ?? 0) < Date.now() - 86_000_000);
  });

  it('meets only what was named: grant, resource, user, client', async () => {
    const ben = (await signIn(azure, { username: 'ben@contoso.com' })).body['refresh_token'];
    const fault = { grant: 'refresh_token', resource: 'Azure Key Vault', user: ada, client: applications.sample };
    await azure.control.failWith(90033, { ...fault, times: 5 });
    const vault = { scope: `${openid} https://vault.azure.net/.default` };
    assert.equal((await refresh(azure, ben, vault)).status, 200, 'another user');
    assert.equal((await refresh(azure, refreshToken)).status, 200, 'another resource');
    assert.deepEqual((await refresh(azure, refreshToken, vault)).body.error_codes, [90033]);
    await azure.control.clearFaults();
    assert.equal((await refresh(azure, refreshToken, vault)).status, 200);
  });

  it('tells an error at the authorize endpoint by redirect, or on a page, as Entra does', async () => {
    await azure.control.failWith(90033, { path: '/authorize' });
    const end = new URL(await azure.control.authorize(authorizeUrl(), { username: ada }));
    assert.equal(end.searchParams.get('error'), 'temporarily_unavailable');
    await azure.control.failWith(53003, { path: '/authorize' });
    await assert.rejects(azure.control.authorize(authorizeUrl(), { username: ada }), /AADSTS53003/);
  });

  it('leaves old refresh tokens valid, unless it rotates strictly', async () => {
    assert.equal((await refresh(azure, refreshToken)).status, 200);
    const renewed = (await refresh(azure, refreshToken)).body['refresh_token'];
    assert.notEqual(renewed, refreshToken);
    await azure.control.rotateStrictly(true);
    const next = (await refresh(azure, renewed)).body['refresh_token'];
    assert.deepEqual((await refresh(azure, renewed)).body.error_codes, [70000]);
    assert.equal((await refresh(azure, next)).status, 200);
  });

  it('lets exactly one of many simultaneous uses of a token through when it rotates strictly', async () => {
    await azure.control.rotateStrictly(true);
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(azure, refreshToken)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });

  it('does not use a token up with a request that fails', async () => {
    await azure.control.rotateStrictly(true);
    const failed = await refresh(azure, refreshToken, { scope: 'https://unknown.example/.default' });
    assert.deepEqual(failed.body.error_codes, [500011]);
    assert.equal((await refresh(azure, refreshToken)).status, 200);
  });

  it('tells which refresh token was sent and which was handed out, without showing either', async () => {
    const renewed = (await refresh(azure, refreshToken)).body['refresh_token'] ?? '';
    const [record] = await azure.control.requests({ grant: 'refresh_token', resource: 'Azure Storage', user: ada });
    assert.equal(record?.form?.['refresh_token'], shortHash(refreshToken ?? ''));
    assert.equal(record?.issuedRefreshToken, shortHash(renewed));
    assert.equal(record?.status, 200);
    const everything = JSON.stringify(await azure.control.requests());
    assert.equal(everything.includes(refreshToken ?? ''), false);
    assert.equal(everything.includes(renewed), false);
  });

  it('expires and revokes the refresh tokens of one user only', async () => {
    const ben = (await signIn(azure, { username: 'ben@contoso.com' })).body['refresh_token'];
    await azure.control.expireRefreshTokens(ada);
    assert.deepEqual((await refresh(azure, refreshToken)).body.error_codes, [700082]);
    await azure.control.revokeSessions(ada);
    assert.deepEqual((await refresh(azure, refreshToken)).body.error_codes, [50173]);
    assert.equal((await refresh(azure, ben)).status, 200);
    assert.equal((await signIn(azure)).status, 200, 'a new sign-in works');
  });

  it('blocks by policy, for one resource only', async () => {
    await azure.control.block({ user: ada, resource: 'https://vault.azure.net' });
    const vault = await refresh(azure, refreshToken, { scope: 'https://vault.azure.net/.default' });
    assert.deepEqual(vault.body.error_codes, [53003]);
    assert.equal((await refresh(azure, refreshToken)).status, 200);
  });

  it('withholds consent until the user consents again', async () => {
    await azure.control.withholdConsent({ client: applications.sample });
    const refused = await refresh(azure, refreshToken);
    assert.deepEqual(refused.body.error_codes, [65001]);
    assert.equal(refused.body['suberror'], 'consent_required');
    assert.equal((await signIn(azure)).status, 200);
    assert.equal((await refresh(azure, refreshToken)).status, 200);
  });

  it('skews the clock of tokens and of their checks', async () => {
    await azure.control.skewClock(-3 * 3600 * 1000);
    const { body } = await refresh(azure, refreshToken, { scope: `${openid} https://graph.microsoft.com/.default` });
    const claims = claimsOf(body['access_token'] ?? '');
    assert.ok(Number(claims['exp']) * 1000 < Date.now());
    const me = () =>
      azure.fetch('https://graph.microsoft.com/v1.0/me', {
        headers: { authorization: `Bearer ${body['access_token']}` },
      });
    assert.equal((await me()).status, 200);
    await azure.control.skewClock(0);
    assert.equal((await me()).status, 401);
  });

  it('draws lifetimes of 60 to 90 minutes, or uses the one that was set', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { body } = await refresh(azure, refreshToken);
      assert.ok((body.expires_in ?? 0) >= 3600 && (body.expires_in ?? 0) <= 5400);
      assert.equal('refresh_in' in body, false);
    }
    await azure.control.setAccessTokenLifetime(301);
    const { body } = await refresh(azure, refreshToken);
    const claims = claimsOf(body['access_token'] ?? '');
    assert.equal(body.expires_in, 301);
    assert.equal(Number(claims['exp']) - Number(claims['iat']), 301);
  });

  it('changes a user’s groups and roles in new tokens, and forgets it at reset', async () => {
    await azure.control.updateUser(ada, { groups: ['g1', 'g2'], directoryRoles: ['r1'] });
    const claims = claimsOf((await refresh(azure, refreshToken)).body['access_token'] ?? '');
    assert.deepEqual([claims['groups'], claims['wids']], [['g1', 'g2'], ['r1']]);
    await azure.control.reset();
    const { body } = await signIn(azure);
    assert.equal('wids' in claimsOf(body['access_token'] ?? ''), false);
  });
});
