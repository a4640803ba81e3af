import assert from 'node:assert/strict';
import { EntraNetwork } from '../../../src/entra/network.ts';
import { retryAfterMs } from '../../../src/entra/throttleGate.ts';
import { failure, KeptLog } from './harness.ts';

const url = 'https://login.microsoftonline.com/organizations/oauth2/v2.0/token';
const post = { url, method: 'POST', body: 'grant_type=refresh_token', repeatable: true } as const;

/** A failure as Node's `fetch` gives it. */
function fetchFailed(code: string, message = 'connection failed'): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });
}

describe('the network to Entra', () => {
  let attempts = 0;

  function network(fetch: typeof globalThis.fetch, deadlineMs = 1000): EntraNetwork {
    attempts = 0;
    const clock = { now: () => 1_800_000_000_000, monotonic: () => performance.now() };
    const counted: typeof fetch = (input, init) => {
      attempts += 1;
      return fetch(input, init);
    };
    return new EntraNetwork({ fetch: counted, clock, log: new KeptLog(), deadlineMs, firstPauseMs: 1 });
  }

  const failures = [
    { error: fetchFailed('ECONNREFUSED'), says: /could not be reached.*connection/, tries: 3 },
    {
      error: fetchFailed('ENOTFOUND'),
      says: /name login\.microsoftonline\.com could not be found.*azureCredentials\.cloud/,
      tries: 3,
    },
    { error: fetchFailed('SELF_SIGNED_CERT_IN_CHAIN'), says: /not trusted.*http\.systemCertificates/, tries: 1 },
    { error: fetchFailed('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), says: /not trusted/, tries: 1 },
    { error: fetchFailed('ERR_TLS_CERT_ALTNAME_INVALID'), says: /not trusted/, tries: 1 },
    {
      error: fetchFailed('UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling'),
      says: /user name and password.*http\.proxy/,
      tries: 1,
    },
    {
      error: fetchFailed(
        'ERR_PROXY_TUNNEL',
        'Failed to establish tunnel via http://proxy:3128: HTTP/1.1 403 Forbidden',
      ),
      says: /proxy.*status 403.*administrator of the proxy to allow login\.microsoftonline\.com/,
      tries: 1,
    },
    {
      error: fetchFailed('UND_ERR_RESPONSE_STATUS', 'Proxy response (504) !== 200 when HTTP Tunneling'),
      says: /proxy.*status 504.*connection/,
      tries: 3,
    },
    { error: new TypeError('net::ERR_CERT_AUTHORITY_INVALID'), says: /not trusted/, tries: 1 },
    { error: new TypeError('net::ERR_PROXY_CONNECTION_FAILED'), says: /http\.proxy/, tries: 1 },
    { error: new TypeError('net::ERR_INTERNET_DISCONNECTED'), says: /could not be reached/, tries: 3 },
  ];
  for (const { error, says, tries } of failures) {
    it(`says what ${nameOf(error)} means, and tries ${tries} times`, async () => {
      const found = await failure(network(() => Promise.reject(error)).send(post));
      assert.equal(found.code, 'network');
      assert.match(`${found.message} ${found.advice}`, says);
      assert.equal(attempts, tries);
      assert.deepEqual(Object.keys((found.cause ?? {}) as object), ['code']);
    });
  }

  it('gives up on an answer that does not come in time, headers or body, and does not repeat it', async () => {
    const never = network((_, init) => whenAborted(init), 50);
    assert.match((await failure(never.send(post))).message, /in time/);
    assert.equal(attempts, 1);
    const stuck = network((_, init) => {
      const body = new ReadableStream({
        start: (controller) => void whenAborted(init).catch((error) => controller.error(error)),
      });
      return Promise.resolve(new Response(body));
    }, 50);
    assert.match((await failure(stuck.send(post))).message, /in time/);
  });

  it('never repeats what works only once', async () => {
    for (const answer of [
      () => Promise.reject(fetchFailed('ECONNRESET')),
      async () => new Response('', { status: 503 }),
    ]) {
      await failure(network(answer).send({ ...post, repeatable: false }));
      assert.equal(attempts, 1);
    }
  });

  it('does not follow a redirect, which would take the refresh token elsewhere', async () => {
    let redirect: string | undefined;
    const moved = network((_, init) => {
      redirect = init?.redirect;
      return Promise.resolve(new Response(null, { status: 307, headers: { location: 'https://evil.example' } }));
    });
    assert.equal((await failure(moved.send(post))).code, 'network');
    assert.equal(redirect, 'manual');
    assert.equal(attempts, 1);
  });

  it('refuses an answer that is too large', async () => {
    const large = network(async () => new Response(`{"padding":"${'x'.repeat(2_000_000)}"}`));
    assert.equal((await failure(large.send(post))).code, 'network');
  });

  for (const body of ['[]', 'null', '"text"', '1', '<html>', '', '{"cut":']) {
    it(`tells that ${body || 'an empty body'} is not Entra’s`, async () => {
      assert.equal((await failure(network(async () => new Response(body)).send(post))).code, 'network');
    });
  }

  it('closes the way for one authority and client only', async () => {
    const busy = network(async () => new Response('{}', { status: 429, headers: { 'retry-after': '10' } }));
    const error = await failure(busy.send({ ...post, throttleKey: 'one' }));
    assert.equal(error.retryAfterTimestamp, 1_800_000_010_000);
    await failure(busy.send({ ...post, throttleKey: 'one' }));
    assert.equal(attempts, 1);
    await failure(busy.send({ ...post, throttleKey: 'two' }));
    assert.equal(attempts, 2);
  });

  it('is cancelled before, during and between attempts', async () => {
    const controller = new AbortController();
    const failing = network(() => {
      controller.abort();
      return Promise.reject(fetchFailed('ECONNRESET'));
    });
    assert.equal((await failure(failing.send({ ...post, signal: controller.signal }))).code, 'cancelled');
    assert.equal(attempts, 1);
    assert.equal((await failure(failing.send({ ...post, signal: controller.signal }))).code, 'cancelled');
    assert.equal(attempts, 1);
  });
});

describe('Retry-After', () => {
  it('as a date is by the clock of who sent it', async () => {
    const headers = { date: 'Sat, 31 Jan 2026 12:00:00 GMT', 'retry-after': 'Sat, 31 Jan 2026 12:00:20 GMT' };
    const network = new EntraNetwork({
      fetch: async () => new Response('{}', { status: 429, headers }),
      clock: { now: () => now + 86_400_000, monotonic: () => performance.now() },
      log: new KeptLog(),
    });
    assert.equal((await failure(network.send(post))).retryAfterTimestamp, now + 86_400_000 + 20_000);
  });

  const now = Date.parse('2026-01-31T12:00:00Z');
  const cases: readonly (readonly [string | null, number | undefined])[] = [
    ['30', 30_000],
    [' 5 ', 5000],
    ['0', 0],
    ['99999999', 3_600_000],
    ['Sat, 31 Jan 2026 12:00:20 GMT', 20_000],
    ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
    ['Sun, 31 Jan 2027 12:00:00 GMT', 3_600_000],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
    [null, undefined],
  ];
  for (const [header, expected] of cases) {
    it(`${JSON.stringify(header)} means ${expected} ms`, () => {
      assert.equal(retryAfterMs(header, now), expected);
    });
  }
});

function nameOf({ cause, message }: TypeError): string {
  const { code, message: reason } = (cause ?? {}) as { code?: string; message?: string };
  return code === undefined ? message : `${code} (${reason})`;
}

function whenAborted(init: RequestInit | undefined): Promise<never> {
  // A timer keeps Node running: the deadline itself does not.
  return new Promise((_, reject) => {
    const timer = setTimeout(() => undefined, 5000);
    init?.signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(init.signal?.reason);
    });
  });
}
