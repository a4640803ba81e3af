import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { deriveCallerSecret, secretMatcher } from '../../../src/endpoint/callerSecret.ts';
import { type EndpointUnderTest, send, sendBytes, startEndpoint } from './endpointUnderTest.ts';

const refusal = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

describe('refusals of the local token endpoint', function () {
  this.timeout(20_000);
  let running: EndpointUnderTest;

  beforeEach(async () => {
    running = await startEndpoint();
  });
  afterEach(() => running.stop());

  const head = (lines: readonly string[], target = '/msi/token?resource=https://storage.azure.com', method = 'GET') =>
    `${[`${method} ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
  const host = () => `Host: 127.0.0.1:${running.port}`;
  const secret = () => `X-IDENTITY-HEADER: ${running.variable('IDENTITY_HEADER')}`;
  const refused = async (bytes: string) => {
    assert.equal(await sendBytes(running.port, bytes), refusal);
    assert.equal(running.asked.length, 0);
  };

  it('is what they are compared with: the same request with all in order is answered', async () => {
    assert.match(
      await sendBytes(running.port, head([host(), secret(), 'Connection: close'])),
      /^HTTP\/1\.1 200 OK\r\n/,
    );
  });

  describe('say the same, and nothing, of', () => {
    it('no secret', () => refused(head([host()])));
    it('an empty secret', () => refused(head([host(), 'X-IDENTITY-HEADER:'])));
    it('a wrong secret', () => refused(head([host(), `X-IDENTITY-HEADER: ${'x'.repeat(43)}`])));
    it('the start of the secret', () => refused(head([host(), secret().slice(0, -1)])));
    it('more than the secret', () => refused(head([host(), `${secret()}x`])));
    it('the secret in another header', () =>
      refused(head([host(), `Authorization: Bearer ${running.variable('IDENTITY_HEADER')}`])));
    it('the secret of another dialect', () =>
      refused(head([host(), `X-IDENTITY-HEADER: ${running.variable('AZD_AUTH_KEY')}`])));
    it('a secret in a second header after a wrong one', () =>
      refused(head([host(), 'X-IDENTITY-HEADER: wrong', secret()])));

    it('the secret of another window', async () => {
      const other = await startEndpoint();
      try {
        await refused(head([host(), `X-IDENTITY-HEADER: ${other.variable('IDENTITY_HEADER')}`]));
      } finally {
        await other.stop();
      }
    });

    it('the name of a web site that resolves to 127.0.0.1', () =>
      refused(head([`Host: attacker.example:${running.port}`, secret()])));
    it('another spelling of loopback', () => refused(head([`Host: localhost:${running.port}`, secret()])));
    it('another port', () => refused(head([`Host: 127.0.0.1:${running.port + 1}`, secret()])));
    it('no port', () => refused(head(['Host: 127.0.0.1', secret()])));
    it('no host', () => refused(head([secret()])));
    it('two hosts', () => refused(head([host(), host(), secret()])));
    it('the address of a web site in the request line', () =>
      refused(head([host(), secret()], `http://attacker.example/msi/token?resource=https://storage.azure.com`)));

    for (const line of [
      'Origin: https://attacker.example',
      'origin: null',
      'Sec-Fetch-Mode: no-cors',
      'sec-fetch-site: same-origin',
      'SEC-FETCH-DEST: image',
    ]) {
      it(`a web page (${line})`, () => refused(head([host(), secret(), line])));
    }
    it('a web page that hides its origin behind many headers', () =>
      refused(head([host(), secret(), ...Array.from({ length: 300 }, (_, i) => `X-${i}: 1`), 'Origin: null'])));

    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      it(`the method ${method}`, () => refused(head([host(), secret()], undefined, method)));
    }

    for (const target of [
      '/',
      '/msi',
      '/msi/token/',
      '//msi/token',
      '/msi//token',
      '/MSI/token',
      '/msi/./token',
      '/x/../msi/token',
      '/msi/token/..',
      '/%6dsi/token',
      '/msi%2ftoken',
      '/msi\\token',
      '/msi/token;x',
      '/msi/token%00',
      '*',
    ]) {
      it(`the path ${target}`, () =>
        refused(head([host(), secret()], `${target}${target === '*' ? '' : '?resource=https://storage.azure.com'}`)));
    }

    it('a wrong secret in the address of MSI_ENDPOINT', () =>
      refused(head([host(), 'Metadata: true', 'Content-Length: 0'], '/x/oauth2/token', 'POST')));
    it("the header of 2017 at another address than MSI_ENDPOINT's", () =>
      refused(head([host(), `secret: ${running.variable('MSI_SECRET')}`], '/x/oauth2/token?resource=https://a')));

    it('headers that are too large', () => refused(head([host(), secret(), `X-Large: ${'x'.repeat(9_000)}`])));
    it('a target that is too large', () => refused(head([host(), secret()], `/msi/token?${'x'.repeat(9_000)}`)));
    it('a body where none belongs', () => refused(`${head([host(), secret(), 'Content-Length: 1'])}x`));
    it('a chunked body where none belongs', () =>
      refused(`${head([host(), secret(), 'Transfer-Encoding: chunked'])}1\r\nx\r\n0\r\n\r\n`));
    it('what is no HTTP', () => refused('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n'));
    it('two lengths', () =>
      refused(`${head([host(), 'Content-Length: 1', 'Content-Length: 2'], '/azd/token', 'POST')}x`));
    it('an expectation that cannot be met', () => refused(head([host(), secret(), 'Expect: everything'])));
  });

  it('refuses a body that is too large, announced or not', async () => {
    const azd = [host(), `Authorization: Bearer ${running.variable('AZD_AUTH_KEY')}`];
    const big = 'x'.repeat(20_000);
    await refused(`${head([...azd, `Content-Length: ${big.length}`], '/azd/token', 'POST')}`);
    const chunk = `${big.length.toString(16)}\r\n${big}\r\n`;
    await refused(`${head([...azd, 'Transfer-Encoding: chunked'], '/azd/token', 'POST')}${chunk}`);
  });

  it('answers no second request while the first waits (pipelining)', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await running.stop();
    running = await startEndpoint({
      getToken: async () => {
        await promise;
        throw new Error('late');
      },
    });
    const text = await sendBytes(running.port, head([host(), secret()]).repeat(50));
    resolve();
    assert.equal(running.asked.length, 1);
    assert.doesNotMatch(text, /200 OK/);
  });

  it('ends a request whose headers (slow loris) or body come too slowly', async () => {
    const slow = (bytes: string) =>
      new Promise<number>((resolve) => {
        const start = Date.now();
        const socket = connect({ host: '127.0.0.1', port: running.port });
        const drip = setInterval(() => socket.write('x'), 200);
        socket.write(bytes);
        socket.on('error', () => {});
        socket.resume();
        socket.on('close', () => {
          clearInterval(drip);
          resolve(Date.now() - start);
        });
      });
    const azd = `Authorization: Bearer ${running.variable('AZD_AUTH_KEY')}`;
    const [headers, body] = await Promise.all([
      slow(`GET /msi/token HTTP/1.1\r\n${host()}\r\nX-Slow: `),
      slow(head([host(), azd, 'Content-Length: 1000'], '/azd/token', 'POST')),
    ]);
    assert.ok(headers < 8_000, `headers: ${headers} ms`);
    assert.ok(body < 13_000, `body: ${body} ms`);
    assert.equal(running.asked.length, 0);
  });

  it('shows no secret and no address in the log', async () => {
    const wrong = 'wrong-secret-in-a-path';
    await send(`http://127.0.0.1:${running.port}/${wrong}/oauth2/token`, { method: 'POST' });
    await send(running.variable('IDENTITY_ENDPOINT'), { headers: { 'x-identity-header': wrong } });
    const log = running.lines.join('\n');
    assert.match(log, /refused a request: caller/);
    assert.ok(!log.includes(wrong));
    for (const value of Object.values(running.variables)) {
      assert.ok(value.length < 15 || !log.includes(value));
    }
  });
});

describe('comparison with a secret', () => {
  it('takes the same time for a wrong secret of any length', () => {
    const secret = deriveCallerSecret('workspace', 20_000, 'x');
    const matches = secretMatcher(secret);
    const candidates = ['', 'x', secret.slice(0, -1), `${secret.slice(0, -1)}!`, 'x'.repeat(100), 'x'.repeat(7_000)];
    const times = candidates.map(() => [] as number[]);
    for (let round = 0; round < 400; round++) {
      candidates.forEach((candidate, i) => {
        const start = performance.now();
        for (let i = 0; i < 50; i++) {
          assert.equal(matches(candidate), false);
        }
        times[i]?.push(performance.now() - start);
      });
    }
    const medians = times.map((list) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0);
    assert.ok(Math.max(...medians) < 1.6 * Math.min(...medians), medians.map((time) => time.toFixed(4)).join(' '));
    assert.equal(matches(secret), true);
  });
});
