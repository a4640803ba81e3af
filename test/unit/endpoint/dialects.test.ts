import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import { type EndpointUnderTest, send, someToken, startEndpoint } from './endpointUnderTest.ts';

const storage = 'https://storage.azure.com';

describe('dialects of the local token endpoint', () => {
  let running: EndpointUnderTest;

  afterEach(() => running.stop());

  const appService = (query: string) =>
    send(`${running.variable('IDENTITY_ENDPOINT')}?${query}`, {
      headers: { 'X-IDENTITY-HEADER': running.variable('IDENTITY_HEADER'), 'User-Agent': 'azsdk-js-identity/4.14.1' },
    });

  describe('App Service', () => {
    it('answers with times as strings of seconds, expires_on last', async () => {
      const expiresOnTimestamp = Date.now() + 3_600_500;
      running = await startEndpoint({ getToken: async (request) => someToken(request, { expiresOnTimestamp }) });
      const reply = await appService(`api-version=2019-08-01&resource=${encodeURIComponent(storage)}`);
      assert.equal(reply.status, 200);
      assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8');
      assert.equal(reply.headers['cache-control'], 'no-store');
      const body = JSON.parse(reply.text) as Record<string, unknown>;
      assert.deepEqual(Object.keys(body), [
        'access_token',
        'expires_in',
        'expires_on',
        'resource',
        'token_type',
        'client_id',
      ]);
      assert.equal(body['expires_on'], String(Math.floor(expiresOnTimestamp / 1000)));
      assert.match(String(body['expires_in']), /^3(600|599)$/);
      assert.equal(body['resource'], storage);
      assert.equal(body['token_type'], 'Bearer');
    });

    it('takes a resource that is not encoded, as Python sends it, and lets unknown parameters pass', async () => {
      running = await startEndpoint();
      const reply = await appService(`api-version=2019-08-01&resource=${storage}/&xms_cc=cp1&new_one=1`);
      assert.equal(reply.status, 200);
      assert.equal(running.asked[0]?.request.resource, `${storage}/`);
    });

    it('serves a program that names an identity, and says so in the requester', async () => {
      running = await startEndpoint();
      const clientId = '22222222-2222-4222-8222-222222222222';
      const reply = await appService(`api-version=2019-08-01&resource=${storage}&client_id=${clientId}`);
      assert.equal((JSON.parse(reply.text) as { client_id: string }).client_id, clientId);
      assert.deepEqual(running.asked[0]?.requester, {
        kind: 'program',
        id: 'appService',
        label: `azsdk-js-identity/4.14.1, asked as ${clientId}`,
      });
    });

    it('asks without interaction, so that no program can open a browser', async () => {
      running = await startEndpoint();
      await appService(`resource=${storage}`);
      assert.equal(running.asked[0]?.request.interactive, undefined);
    });

    it('says what to pass when no resource is named', async () => {
      running = await startEndpoint();
      const reply = await appService('api-version=2019-08-01');
      assert.equal(reply.status, 400);
      const { error } = JSON.parse(reply.text) as { error: { code: string; message: string } };
      assert.equal(error.code, 'resource_invalid');
      assert.match(error.message, /https:\/\/storage\.azure\.com/);
    });

    it('replaces a token that the resource has refused, and no other', async () => {
      running = await startEndpoint({
        getToken: async (request) => someToken(request, request.forceRefresh ? { token: 'new' } : { token: 'old' }),
      });
      const hash = (text: string) => createHash('sha256').update(text).digest('hex');
      const refused = await appService(`resource=${storage}&token_sha256_to_refresh=${hash('old')}`);
      assert.equal((JSON.parse(refused.text) as { access_token: string }).access_token, 'new');
      const another = await appService(`resource=${storage}&token_sha256_to_refresh=${hash('another')}`);
      assert.equal((JSON.parse(another.text) as { access_token: string }).access_token, 'old');
    });

    it('renews a token with less than five minutes left, and serves it anyway when it cannot', async () => {
      const short = { expiresOnTimestamp: Date.now() + 4 * 60_000, token: 'short' };
      let isDown = false;
      running = await startEndpoint({
        getToken: async (request) => {
          if (request.forceRefresh && isDown) {
            throw new AzureCredentialsError('network', 'No network.');
          }
          return someToken(request, request.forceRefresh ? { token: 'long' } : short);
        },
      });
      const first = await appService(`resource=${storage}`);
      assert.equal((JSON.parse(first.text) as { access_token: string }).access_token, 'long');
      isDown = true;
      const second = await appService(`resource=${storage}`);
      assert.equal((JSON.parse(second.text) as { access_token: string }).access_token, 'short');
    });

    const failures: readonly (readonly [AzureCredentialsError, number, RegExp])[] = [
      [new AzureCredentialsError('not_signed_in', 'Nobody is signed in.'), 401, /Azure Credentials: Sign In/],
      [new AzureCredentialsError('interaction_required', 'More is needed.'), 401, /Sign In in the editor.*again/],
      [new AzureCredentialsError('access_denied', 'Denied.', { advice: 'Allow it.' }), 403, /Denied\. Allow it\./],
      [new AzureCredentialsError('network', 'No network.'), 400, /network connection.*again/],
    ];
    for (const [error, status, words] of failures) {
      it(`answers ${error.code} with ${status} and the next step`, async () => {
        running = await startEndpoint({ getToken: () => Promise.reject(error) });
        const reply = await appService(`resource=${storage}`);
        assert.equal(reply.status, status);
        const body = JSON.parse(reply.text) as { error: { code: string; message: string } };
        assert.equal(body.error.code, error.code);
        assert.match(body.error.message, words);
        assert.deepEqual(running.failures, [error]);
      });
    }

    it('passes on how long to wait when throttled', async () => {
      const error = new AzureCredentialsError('throttled', 'Too many.', { retryAfterTimestamp: Date.now() + 7_000 });
      running = await startEndpoint({ getToken: () => Promise.reject(error) });
      const reply = await appService(`resource=${storage}`);
      assert.equal(reply.status, 429);
      assert.equal(reply.headers['retry-after'], '7');
    });

    it('tells nothing of an error that is not ours', async () => {
      running = await startEndpoint({ getToken: () => Promise.reject(new Error('refresh token 0.AXoA')) });
      const reply = await appService(`resource=${storage}`);
      assert.equal(reply.status, 400);
      assert.doesNotMatch(reply.text, /0\.AXoA/);
      assert.match(reply.text, /Show Log/);
    });
  });

  describe('2017 and Cloud Shell', () => {
    it('answers the form of 2017 with its header, also with a slash after the address', async () => {
      running = await startEndpoint();
      const headers = { secret: running.variable('MSI_SECRET') };
      for (const slash of ['', '/']) {
        const url = `${running.variable('MSI_ENDPOINT')}${slash}?api-version=2017-09-01&resource=${storage}&clientid=x`;
        const reply = await send(url, { headers });
        assert.equal(reply.status, 200);
      }
      assert.equal(running.asked[0]?.requester.id, 'msi2017');
    });

    it("answers Cloud Shell's form, whose secret is in the address", async () => {
      running = await startEndpoint();
      const reply = await send(running.variable('MSI_ENDPOINT'), {
        method: 'POST',
        headers: { Metadata: 'true', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `resource=${encodeURIComponent(storage)}`,
      });
      assert.equal(reply.status, 200);
      assert.equal((JSON.parse(reply.text) as { resource: string }).resource, storage);
      assert.equal(running.asked[0]?.requester.id, 'cloudShell');
    });

    it("refuses Cloud Shell's form without the Metadata header, which a web page cannot send unasked", async () => {
      running = await startEndpoint();
      const reply = await send(running.variable('MSI_ENDPOINT'), { method: 'POST', body: `resource=${storage}` });
      assert.equal(reply.status, 403);
    });
  });

  describe('azd', () => {
    const azd = (body: unknown) =>
      send(`${running.variable('AZD_AUTH_ENDPOINT')}/token?api-version=2023-07-12-preview`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${running.variable('AZD_AUTH_KEY')}`,
          'User-Agent': 'azsdk-go-azd/1.26.0',
        },
        body: JSON.stringify(body),
      });

    it('answers scopes with a token and its end in RFC 3339', async () => {
      const expiresOnTimestamp = Date.UTC(2030, 0, 1);
      running = await startEndpoint({
        getToken: async (request) => someToken(request, { expiresOnTimestamp, token: 't' }),
      });
      const reply = await azd({ scopes: ['https://management.azure.com//.default'], tenantId: 'contoso.com' });
      assert.equal(reply.status, 200);
      assert.deepEqual(JSON.parse(reply.text), {
        status: 'success',
        token: 't',
        expiresOn: '2030-01-01T00:00:00.000Z',
      });
      const { request, requester } = running.asked[0] ?? assert.fail();
      assert.deepEqual(request.scopes, ['https://management.azure.com//.default']);
      assert.equal(request.tenantId, 'contoso.com');
      assert.equal(requester.label, 'azsdk-go-azd/1.26.0');
    });

    it('passes a claims challenge on', async () => {
      running = await startEndpoint();
      await azd({ scopes: [`${storage}/.default`], claims: '{"access_token":{}}' });
      assert.equal(running.asked[0]?.request.claims, '{"access_token":{}}');
    });

    it('has status 200 for every failure, with the code that azd knows', async () => {
      let code: 'not_signed_in' | 'network' = 'not_signed_in';
      running = await startEndpoint({ getToken: () => Promise.reject(new AzureCredentialsError(code, 'No.')) });
      const first = await azd({ scopes: [`${storage}/.default`] });
      assert.equal(first.status, 200);
      const body = JSON.parse(first.text) as Record<string, string>;
      assert.equal(body['status'], 'error');
      assert.equal(body['code'], 'NotSignedInError');
      assert.match(body['message'] ?? '', /Sign In/);
      code = 'network';
      const second = await azd({ scopes: [`${storage}/.default`] });
      assert.equal((JSON.parse(second.text) as { code: string }).code, 'GetTokenError');
    });

    for (const body of [{}, { scopes: [] }, { scopes: [1] }, { scopes: 'x' }, null, []]) {
      it(`answers ${JSON.stringify(body)} with an error that says what to send`, async () => {
        running = await startEndpoint();
        const reply = await azd(body);
        assert.equal(reply.status, 200);
        assert.match((JSON.parse(reply.text) as { message: string }).message, /"scopes"/);
      });
    }
  });

  describe('Posit Workbench', () => {
    const cookie = async () =>
      (await readFile(join(running.variable('PWB_SESSION_RUNTIME_DIR'), 'rpc_cookie'), 'utf8')).trim();
    const workbench = async (method: string, body: unknown) =>
      send(`${running.variable('RS_SERVER_ADDRESS')}/delegated_azure_token`, {
        method,
        headers: {
          'Content-Type': 'application/json',
          'X-RS-Session-Server-RPC-Cookie': await cookie(),
          'Content-Length': String(Buffer.byteLength(JSON.stringify(body))),
        },
        body: JSON.stringify(body),
      });

    it("answers Python's GET with a body", async () => {
      running = await startEndpoint({ getToken: async (request) => someToken(request, { token: 't' }) });
      const reply = await workbench('GET', { method: '/delegated_azure_token', params: [storage] });
      const { token } = JSON.parse(reply.text) as { token: Record<string, unknown> };
      assert.equal(token['access_token'], 't');
      assert.equal(token['token_type'], 'Bearer');
      assert.ok(Number(token['expires_in']) > 3_500);
      assert.equal(typeof token['expires_in'], 'number');
    });

    it("answers R's POST, with or without its extra array", async () => {
      running = await startEndpoint();
      for (const params of [[storage], [[storage]]]) {
        const reply = await workbench('POST', { params, method: 'delegated_azure_token' });
        assert.ok('token' in (JSON.parse(reply.text) as object));
      }
      assert.deepEqual(
        running.asked.map(({ request }) => request.resource),
        [storage, storage],
      );
    });

    it('tells failures in the form that both languages look for', async () => {
      running = await startEndpoint({
        getToken: () => Promise.reject(new AzureCredentialsError('not_signed_in', 'No.')),
      });
      const reply = await workbench('POST', { params: [storage] });
      assert.equal(reply.status, 200);
      const body = JSON.parse(reply.text) as { result: boolean; oauth2_error: Record<string, string> };
      assert.equal(body.result, false);
      assert.equal(body.oauth2_error['error'], 'login_required');
      assert.match(body.oauth2_error['error_description'] ?? '', /Sign In/);
    });

    it('says what to pass when no resource is named', async () => {
      running = await startEndpoint();
      const reply = await workbench('POST', { params: [] });
      assert.match(reply.text, /"error":"invalid_target"/);
    });
  });

  it('sends words in any language so that every client reads them', async () => {
    const message = 'Zoë hat “nein” gesagt: 拒否 🚫.';
    running = await startEndpoint({
      getToken: () => Promise.reject(new AzureCredentialsError('access_denied', message)),
    });
    const reply = await appService(`resource=${storage}&client_id=Zo%C3%AB`);
    assert.match(reply.text, /^[\x20-\x7e]+$/);
    assert.ok((JSON.parse(reply.text) as { message: string }).message.startsWith(message));
  });

  it('knows only the dialects that are turned on', async () => {
    running = await startEndpoint({ groups: ['azd'] });
    assert.deepEqual(Object.keys(running.variables), ['AZD_AUTH_ENDPOINT', 'AZD_AUTH_KEY']);
    const all = await running.endpoint.serve(['azureSdk', 'azd']);
    const ask = () =>
      send(`${all['IDENTITY_ENDPOINT']}?resource=${storage}`, {
        headers: { 'x-identity-header': all['IDENTITY_HEADER'] ?? '' },
      });
    assert.equal((await ask()).status, 200);
    await running.endpoint.serve(['azd']);
    assert.equal((await ask()).status, 403);
  });

  it('gives no text of a program to the editor but plain characters, cut short', async () => {
    running = await startEndpoint();
    await send(`${running.variable('IDENTITY_ENDPOINT')}?resource=${storage}`, {
      headers: {
        'x-identity-header': running.variable('IDENTITY_HEADER'),
        'user-agent': `[click](command:evil) ${'x'.repeat(200)}`,
      },
    });
    const label = running.asked[0]?.requester.label ?? '';
    assert.doesNotMatch(label, /[[\]<>]/);
    assert.equal(label.length, 60);
  });
});
