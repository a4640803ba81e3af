import assert from 'node:assert/strict';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { ada, applications, authority, authorizeUrl, claimsOf, createPkce, openid, redirectUri } from './samples.ts';
import { postToken, signIn } from './tokenClient.ts';

describe('local Azure: sign-in pages', () => {
  let azure: LocalAzure;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());
  beforeEach(() => azure.control.reset());

  async function get(url: string, cookie?: string): Promise<{ status: number; text: string; headers: Headers }> {
    const response = await azure.fetch(url, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  async function sentTo(changes: Record<string, string | null>, base = authority): Promise<URL> {
    const { status, headers, text } = await get(authorizeUrl(changes, base));
    assert.equal(status, 302, text);
    return new URL(headers.get('location') ?? '');
  }

  it('lists the tenant’s users and guests, and nobody else', async () => {
    const { text } = await get(authorizeUrl());
    for (const shown of [
      ada,
      'ben@contoso.com',
      'cleo@contoso.com',
      'Use another account',
      'Cancel',
      'not Microsoft',
    ]) {
      assert.ok(text.includes(shown), shown);
    }
    assert.ok(!text.includes('finn@fabrikam.com'));
    const fabrikam = await get(authorizeUrl({}, 'https://login.microsoftonline.com/fabrikam.com'));
    assert.ok(fabrikam.text.includes('finn@fabrikam.com') && fabrikam.text.includes(ada));
    assert.ok(!fabrikam.text.includes('ben@contoso.com'));
  });

  it('narrows the list by login_hint and domain_hint, but not with prompt=select_account', async () => {
    const hinted = await get(authorizeUrl({ login_hint: ada }));
    assert.ok(!hinted.text.includes('ben@contoso.com'));
    const selecting = await get(authorizeUrl({ login_hint: ada, prompt: 'select_account' }));
    assert.ok(selecting.text.includes('ben@contoso.com'));
    const organizations = 'https://login.microsoftonline.com/organizations';
    const domain = await get(authorizeUrl({ domain_hint: 'fabrikam.com' }, organizations));
    assert.ok(domain.text.includes('finn@fabrikam.com') && !domain.text.includes('ben@contoso.com'));
  });

  it('returns the state verbatim and once, in a query', async () => {
    const end = new URL(await azure.control.authorize(authorizeUrl(), { username: ada }));
    assert.deepEqual(end.searchParams.getAll('state'), ['st+ate&1=é/%20']);
    assert.ok(end.searchParams.get('code'));
    assert.equal(`${end.origin}${end.pathname}`, `${redirectUri}/`);
  });

  it('posts the answer for response_mode=form_post, client_info included', async () => {
    const url = authorizeUrl({ response_mode: 'form_post', client_info: '1' });
    const end = new URL(await azure.control.authorize(url, { username: ada }));
    assert.deepEqual([...end.searchParams.keys()], ['code', 'client_info', 'state']);
    assert.equal(end.searchParams.get('state'), 'st+ate&1=é/%20');
  });

  it('asks for consent at the first use of an application, not at the second', async () => {
    const app = { client_id: applications.asksConsent };
    const declined = await azure.control.authorize(authorizeUrl(app), { username: ada, action: 'decline' });
    assert.equal(new URL(declined).searchParams.get('error'), 'access_denied');
    assert.match(new URL(declined).searchParams.get('error_description') ?? '', /^AADSTS65004: /);
    const silent = { ...app, prompt: 'none', login_hint: ada };
    const cookie = await browserCookie();
    const refused = await get(authorizeUrl(silent), cookie);
    assert.equal(new URL(refused.headers.get('location') ?? '').searchParams.get('error'), 'consent_required');
    assert.equal((await signIn(azure, { client: applications.asksConsent })).status, 200);
    const granted = await get(authorizeUrl(silent), cookie);
    assert.ok(new URL(granted.headers.get('location') ?? '').searchParams.get('code'));
  });

  async function browserCookie(): Promise<string> {
    const page = await get(authorizeUrl());
    const flow = /name="flow" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const response = await azure.fetch('https://login.microsoftonline.com/contoso.com/login', {
      method: 'POST',
      body: new URLSearchParams({ flow, username: ada }),
    });
    return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  }

  it('signs in without a page in the browser that has a session, until sign-out there', async () => {
    const cookie = await browserCookie();
    const silent = await get(authorizeUrl(), cookie);
    assert.equal(silent.status, 302);
    const picker = await get(authorizeUrl({ prompt: 'select_account' }), cookie);
    assert.equal(picker.status, 200);
    const goodbye = await get(`${authority}/oauth2/v2.0/logout`, cookie);
    assert.match(goodbye.text, /signed out/);
    assert.equal((await get(authorizeUrl(), cookie)).status, 200);
  });

  it('tells by redirect: no session for prompt=none, a cancelled picker, an unknown resource, a wrong type', async () => {
    assert.equal((await sentTo({ prompt: 'none' })).searchParams.get('error'), 'login_required');
    const cancelled = new URL(await azure.control.authorize(authorizeUrl(), { username: ada, action: 'cancel' }));
    assert.equal(cancelled.searchParams.get('error'), 'access_denied');
    const resource = authorizeUrl({ scope: 'https://unknown.example/.default' });
    const unknown = new URL(await azure.control.authorize(resource, { username: ada }));
    assert.equal(unknown.searchParams.get('error'), 'invalid_resource');
    assert.match(unknown.searchParams.get('error_description') ?? '', /^AADSTS500011: .*\r\nTrace ID: /);
    assert.equal(unknown.searchParams.get('state'), 'st+ate&1=é/%20');
    assert.equal((await sentTo({ response_type: 'token' })).searchParams.get('error'), 'unsupported_response_type');
  });

  const pages: readonly [string, RegExp, Record<string, string | null>, string?][] = [
    ['an unknown application', /AADSTS700016/, { client_id: 'b5b5b5b5-0000-4000-8000-000000000000' }],
    ['an unknown tenant', /AADSTS90002/, {}, 'https://login.microsoftonline.com/nowhere.example'],
    ['a redirect URI that is not registered', /AADSTS50011/, { redirect_uri: 'https://evil.example/' }],
    ['another path on localhost', /AADSTS50011/, { redirect_uri: 'http://localhost:1/other' }],
    ['https on localhost', /AADSTS50011/, { redirect_uri: 'https://localhost:1' }],
    ['127.0.0.1 when only localhost is registered', /AADSTS50011/, { redirect_uri: 'http://127.0.0.1:1' }],
    ['no scope', /AADSTS900144/, { scope: null }],
    ['no client id', /AADSTS900144/, { client_id: null }],
  ];
  for (const [title, pattern, changes, base] of pages) {
    it(`tells on a page, and not by redirect: ${title}`, async () => {
      const { status, text, headers } = await get(authorizeUrl(changes, base));
      assert.equal(status, 200);
      assert.equal(headers.get('location'), null);
      assert.match(text, pattern);
      assert.match(text, /role="alert"/);
    });
  }

  it('takes any port and an empty or root path for http://localhost', async () => {
    for (const redirect of ['http://localhost', 'http://localhost:1', 'http://localhost:65535/']) {
      assert.match((await get(authorizeUrl({ redirect_uri: redirect }))).text, /Pick an account/);
    }
  });

  it('escapes what it shows', async () => {
    const { text } = await get(authorizeUrl({ client_id: '<script>alert(1)</script>' }));
    assert.ok(!text.includes('<script>alert'));
  });

  it('shows all permissions of the registration for .default, and only what was named otherwise', async () => {
    const permissionsFor = async (scope: string): Promise<string[]> => {
      const picker = await get(authorizeUrl({ client_id: applications.asksConsent, scope }));
      const flow = /name="flow" value="([^"]+)"/.exec(picker.text)?.[1] ?? '';
      const response = await azure.fetch(`${authority}/login`, {
        method: 'POST',
        body: new URLSearchParams({ flow, username: ada }),
      });
      const text = await response.text();
      assert.match(text, /Permissions requested/);
      return [...text.matchAll(/<li>([^<]+)<\/li>/g)].map(([, permission = '']) => permission);
    };
    assert.deepEqual(await permissionsFor('https://vault.azure.net/user_impersonation'), [
      'Azure Key Vault: user_impersonation',
    ]);
    assert.deepEqual(await permissionsFor('openid https://vault.azure.net/.default'), [
      'Microsoft Graph: User.Read',
      'Azure Resource Manager: user_impersonation',
      'Azure Storage: user_impersonation',
      'Azure Key Vault: user_impersonation',
      'Contoso Orders API: Orders.Read',
      'Microsoft Graph: openid',
    ]);
  });

  it('puts the way forward first in every form, so that Enter goes on and never cancels', async () => {
    const picker = await get(authorizeUrl());
    const flow = /name="flow" value="([^"]+)"/.exec(picker.text)?.[1] ?? '';
    const response = await azure.fetch(`${authority}/login`, {
      method: 'POST',
      body: new URLSearchParams({ flow, action: 'other' }),
    });
    const buttons = [...(await response.text()).matchAll(/<button [^>]*value="([^"]+)"/g)].map(([, value]) => value);
    assert.deepEqual(buttons, ['next', 'cancel']);
  });

  it('tells an unknown user on the page and lets the person try again', async () => {
    const attempt = azure.control.authorize(authorizeUrl(), { username: 'nobody@contoso.com' });
    await assert.rejects(attempt, /couldn’t find an account/);
  });

  it('asks for the second factor where a policy wants it', async () => {
    const scope = `${openid} https://vault.azure.net/.default`;
    const { body } = await signIn(azure, { username: 'cleo@contoso.com', scope });
    assert.deepEqual(claimsOf(body['access_token'] ?? '')['amr'], ['pwd', 'mfa']);
    const ben = await signIn(azure, { username: 'ben@contoso.com', scope });
    assert.deepEqual(claimsOf(ben.body['access_token'] ?? '')['amr'], ['pwd']);
  });

  it('puts the nonce into the ID token, and none that was not asked for', async () => {
    const withNonce = await signIn(azure, { parameters: { nonce: 'n-1' } });
    assert.equal(claimsOf(withNonce.body['id_token'] ?? '')['nonce'], 'n-1');
    const without = await signIn(azure);
    assert.equal('nonce' in claimsOf(without.body['id_token'] ?? ''), false);
  });

  it('gives an ID token, a refresh token and client_info only to those who ask', async () => {
    const code = await newCode({ scope: 'https://storage.azure.com/.default' });
    const { body } = await redeem(code);
    assert.deepEqual(Object.keys(body), ['token_type', 'scope', 'expires_in', 'ext_expires_in', 'access_token']);
  });

  async function newCode(changes: Record<string, string> = {}): Promise<string> {
    const end = await azure.control.authorize(authorizeUrl(changes), { username: ada });
    return new URL(end).searchParams.get('code') ?? '';
  }

  const redeem = (code: string, changes: Record<string, string> = {}) =>
    postToken(azure, {
      grant_type: 'authorization_code',
      client_id: applications.sample,
      code,
      redirect_uri: redirectUri,
      ...changes,
    });

  it('redeems a code once, within its time, for its redirect URI, with its verifier', async () => {
    const { verifier, challenge } = createPkce();
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
    const code = await newCode(pkce);
    assert.deepEqual((await redeem(code)).body.error_codes, [50148]);
    assert.deepEqual((await redeem(code, { code_verifier: 'x'.repeat(43) })).body.error_codes, [501481]);
    const elsewhere = await redeem(code, { code_verifier: verifier, redirect_uri: 'http://localhost:2' });
    assert.deepEqual(elsewhere.body.error_codes, [500112]);
    const two = 'https://vault.azure.net/.default https://storage.azure.com/.default';
    assert.deepEqual((await redeem(code, { code_verifier: verifier, scope: two })).body.error_codes, [28000]);
    assert.equal((await redeem(code, { code_verifier: verifier })).status, 200);
    assert.deepEqual((await redeem(code, { code_verifier: verifier })).body.error_codes, [54005]);
    const late = await newCode();
    await azure.control.skewClock(11 * 60 * 1000);
    assert.deepEqual((await redeem(late)).body.error_codes, [70008]);
  });

  it('answers a device code: pending, declined, expired, approved, used', async () => {
    const start = async () => {
      const response = await azure.fetch(`${authority}/oauth2/v2.0/devicecode`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: applications.sample, scope: `${openid} User.Read` }),
      });
      return (await response.json()) as { device_code: string; user_code: string; expires_in: number; message: string };
    };
    const poll = (code: string) =>
      postToken(azure, {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: applications.sample,
        device_code: code,
      });
    const declined = await start();
    assert.match(declined.message, /https:\/\/microsoft\.com\/devicelogin .* [A-Z0-9]{9} /);
    assert.equal((await poll(declined.device_code)).body['error'], 'authorization_pending');
    await azure.control.declineDevice(declined.user_code);
    assert.equal((await poll(declined.device_code)).body['error'], 'authorization_declined');
    const approved = await start();
    await assert.rejects(azure.control.approveDevice('WRONGCODE', ada), /That code didn’t work/);
    await azure.control.approveDevice(approved.user_code, ada);
    assert.equal((await poll(approved.device_code)).status, 200);
    assert.equal((await poll(approved.device_code)).body['error'], 'invalid_grant');
    const expired = await start();
    await azure.control.skewClock(901_000);
    assert.equal((await poll(expired.device_code)).body['error'], 'expired_token');
  });

  it('leads from microsoft.com/devicelogin to the device page of each cloud', async () => {
    const { headers } = await get('https://microsoft.com/devicelogin');
    assert.equal(headers.get('location'), 'https://login.microsoftonline.com/common/oauth2/deviceauth');
    assert.match((await get(headers.get('location') ?? '')).text, /Enter code to allow access/);
  });
});
