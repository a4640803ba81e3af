import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { type LoopbackListener, listenOnLoopback } from '../../../src/entra/loopbackListener.ts';
import { loopbackPage } from '../../../src/entra/loopbackPage.ts';

describe('the loopback listener', () => {
  let listener: LoopbackListener;
  let port: number;
  beforeEach(async () => {
    listener = await listenOnLoopback('right');
    port = Number(new URL(listener.redirectUri).port);
  });
  afterEach(() => listener.close());

  function get(
    path: string,
    options: { readonly host?: string; readonly address?: string; readonly method?: string } = {},
  ) {
    const { host = `localhost:${port}`, address = '127.0.0.1', method = 'GET' } = options;
    return new Promise<{ readonly status: number; readonly html: string }>((resolve, reject) => {
      const sent = request({ host: address, port, path, method, headers: { host }, agent: false }, (response) => {
        let html = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          html += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, html }));
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  for (const [address, host] of [
    ['127.0.0.1', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['::1', 'localhost'],
    ['::1', '[::1]'],
  ] as const) {
    it(`takes the answer at ${address} under the name ${host}`, async function () {
      if (address === '::1' && !(await reaches('::1', port))) {
        this.skip();
      }
      const page = get('/?code=1&state=right', { address, host: `${host}:${port}` });
      const answer = await listener.answer;
      assert.equal(answer.query.get('code'), '1');
      answer.show({ kind: 'signedIn' });
      listener.close();
      assert.equal((await page).status, 200);
    });
  }

  it('refuses other names for this machine, other methods and other paths', async () => {
    assert.equal((await get('/?code=1&state=right', { host: `evil.example:${port}` })).status, 400);
    assert.equal((await get('/?code=1&state=right', { host: 'localhost' })).status, 400);
    assert.equal((await get('/?code=1&state=right', { method: 'POST' })).status, 404);
    assert.equal((await get('/callback?code=1&state=right')).status, 404);
    assert.equal(await Promise.race([listener.answer, Promise.resolve('waiting')]), 'waiting');
  });

  it('shows the failure and its advice, and nothing of the request', async () => {
    const page = get('/?code=very-secret&state=right');
    (await listener.answer).show({ kind: 'failed', message: 'It <failed>.', advice: 'Ask “someone” & wait.' });
    const { status, html } = await page;
    assert.equal(status, 400);
    assert.match(html, /It &#60;failed&#62;\..*Ask “someone” &#38; wait\./s);
    assert.doesNotMatch(html, /very-secret|right/);
  });

  it('listens no longer once it is closed', async () => {
    const held = get('/?code=1&state=right');
    await listener.answer;
    listener.close();
    await assert.rejects(held);
    assert.equal(await reaches('127.0.0.1', port), false);
    assert.equal(await reaches('::1', port), false);
  });

  it('has no scripts and no outside references on any page', () => {
    for (const kind of ['signedIn', 'wrongState', 'alreadyUsed', 'unexpected'] as const) {
      assert.doesNotMatch(loopbackPage({ kind }), /<script|https?:|src=|href=/);
    }
  });
});

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
