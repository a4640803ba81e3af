import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { CertificateAuthority } from '../../azure/certificates.ts';
import { connectControl } from '../../azure/control.ts';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { createProxyFetch } from '../../azure/proxyFetch.ts';

const configuration = 'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration';

describe('local Azure: proxy', () => {
  let azure: LocalAzure;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());

  /** Sends a plain-http proxy request and returns status and text. */
  function askPlainly(target: string): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(azure.proxyUrl);
    return new Promise((resolve, reject) => {
      request({ hostname, port, path: target }, (answer) => {
        answer.toArray().then((chunks) => resolve({ status: answer.statusCode ?? 0, text: chunks.join('') }), reject);
      })
        .once('error', reject)
        .end();
    });
  }

  /** Sends CONNECT and returns the proxy's status and text. */
  function connectTo(target: string): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(azure.proxyUrl);
    return new Promise((resolve, reject) => {
      request({ hostname, port, method: 'CONNECT', path: target })
        .once('connect', (answer, socket, head) => {
          socket.destroy();
          resolve({ status: answer.statusCode ?? 0, text: head.toString() });
        })
        .once('error', reject)
        .end();
    });
  }

  it('answers for a real host name with a certificate of its own authority', async () => {
    const response = await azure.fetch(configuration);
    const { issuer } = (await response.json()) as { issuer: string };
    assert.equal(issuer, 'https://login.microsoftonline.com/{tenantid}/v2.0');
  });

  it('is not trusted by those who do not know its authority', async () => {
    using distrusting = createProxyFetch({ proxyUrl: azure.proxyUrl, authorityCertificate: readOtherAuthority() });
    await assert.rejects(distrusting.fetch(configuration), TypeError);
  });

  it('publishes its authority as a file and as a key hash', () => {
    const certificate = new X509Certificate(readFileSync(azure.caFile));
    assert.equal(certificate.ca, true);
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    assert.equal(azure.caSpkiHash, createHash('sha256').update(spki).digest('base64'));
    assert.equal(azure.environment['NODE_EXTRA_CA_CERTS'], azure.caFile);
  });

  it('forwards nothing to the internet: unknown hosts get a 502 that says so', async () => {
    const refused = await connectTo('example.com:443');
    assert.equal(refused.status, 502);
    assert.match(refused.text, /no stand-in for example\.com/);
    const plainly = await askPlainly('http://example.com/');
    assert.equal(plainly.status, 502);
    assert.equal(await azure.control.count({ host: 'example.com', status: 502 }), 2);
  });

  it('refuses look-alikes of hosts it knows', async () => {
    for (const host of [
      'login.microsoftonline.com.evil.example',
      'evil-login.microsoftonline.com',
      'a.b.blob.core.windows.net',
    ]) {
      assert.equal((await connectTo(`${host}:443`)).status, 502, host);
    }
  });

  it('answers 403 to plain http for a host it knows', async () => {
    assert.equal((await askPlainly('http://login.microsoftonline.com/common')).status, 403);
  });

  it('passes loopback on, by CONNECT and plainly', async () => {
    const server = createServer((_request, response) => response.end('here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    assert.deepEqual(await askPlainly(`http://127.0.0.1:${port}/`), { status: 200, text: 'here' });
    assert.equal((await connectTo(`127.0.0.1:${port}`)).status, 200);
    server.close();
  });

  it('demands credentials when told to, and takes them from the environment it gives', async () => {
    await using guarded = await startLocalAzure({
      storage: false,
      proxyAuth: { username: 'ada', password: 'p@ss:word' },
    });
    const authorityCertificate = readFileSync(guarded.caFile, 'utf8');
    using anonymous = createProxyFetch({ proxyUrl: guarded.proxyUrl, authorityCertificate });
    await assert.rejects(anonymous.fetch(configuration), TypeError);
    using known = createProxyFetch({ proxyUrl: guarded.environment['HTTPS_PROXY'] ?? '', authorityCertificate });
    assert.equal((await known.fetch(configuration)).status, 200);
    assert.equal((await guarded.fetch(configuration)).status, 200);
  });

  for (const { fault, code } of [
    { fault: { kind: 'down' }, code: 'ECONNREFUSED' },
    { fault: { kind: 'untrusted' }, code: 'SELF_SIGNED_CERT_IN_CHAIN' },
    { fault: { kind: 'answers', status: 407 }, code: 'ERR_PROXY_TUNNEL' },
    { fault: { kind: 'answers', status: 403 }, code: 'ERR_PROXY_TUNNEL' },
    { fault: { kind: 'answers', status: 502 }, code: 'ERR_PROXY_TUNNEL' },
  ] as const) {
    it(`fails when told to (${Object.values(fault).join(' ')}), also those who are connected, and works again`, async () => {
      await azure.fetch(configuration);
      await azure.control.breakProxy(fault);
      const failed: unknown = await azure.fetch(configuration).catch((error: unknown) => error);
      assert.equal(((failed as Error).cause as NodeJS.ErrnoException).code, code);
      await azure.control.clearFaults();
      assert.equal((await azure.fetch(configuration)).status, 200);
    });
  }

  it('serves the same Entra under the loopback authority', async () => {
    const address = `${azure.loopbackAuthority}/contoso.com/v2.0/.well-known/openid-configuration`;
    const document = (await (await azure.fetch(address)).json()) as Record<string, string>;
    for (const member of ['issuer', 'token_endpoint', 'authorization_endpoint', 'jwks_uri']) {
      assert.ok(document[member]?.startsWith(azure.loopbackAuthority), member);
    }
  });

  it('is controlled from anywhere, but not by a web page', async () => {
    const elsewhere = connectControl(azure.controlUrl);
    assert.equal((await elsewhere.addresses()).proxyUrl, azure.proxyUrl);
    const fromPage = await fetch(`${azure.controlUrl}/reset`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: '[]',
    });
    assert.equal(fromPage.status, 404);
  });

  it('leaves nothing behind', async () => {
    const brief = await startLocalAzure({ storage: false });
    const folder = dirname(brief.caFile);
    await brief.fetch(configuration);
    await brief[Symbol.asyncDispose]();
    assert.equal(existsSync(folder), false);
    await assert.rejects(fetch(brief.controlUrl));
  });

  it('starts in under 300 ms without storage', async () => {
    const durations: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const start = performance.now();
      await using _brief = await startLocalAzure({ storage: false });
      durations.push(performance.now() - start);
    }
    assert.ok(Math.min(...durations) < 300, durations.join(', '));
  });
});

/** Another authority's certificate: that of a local Azure that is gone. */
function readOtherAuthority(): string {
  return new CertificateAuthority().certificate;
}
