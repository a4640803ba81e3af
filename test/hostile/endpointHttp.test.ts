import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EndpointUnderTest, someToken, startEndpoint } from '../unit/endpoint/endpointUnderTest.ts';
import { hostileInput } from './cases.ts';
import { type Sending, sendings, textOf } from './httpRequests.ts';

const token = 'eyJTOKENzq8.eyJ9.sig';
const refusal = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

hostileInput('the HTTP of the local token endpoint', ({ holdsLater }) => {
  let endpoint: EndpointUnderTest;
  let secrets: readonly string[] = [];

  before(async () => {
    endpoint = await startEndpoint({ getToken: async (request) => someToken(request, { token }) });
    const cookie = readFileSync(join(endpoint.variable('PWB_SESSION_RUNTIME_DIR'), 'rpc_cookie'), 'utf8').trim();
    secrets = [
      ...['IDENTITY_HEADER', 'MSI_SECRET', 'AZD_AUTH_KEY'].map((name) => endpoint.variable(name)),
      new URL(endpoint.variable('MSI_ENDPOINT')).pathname.split('/')[1] ?? '',
      cookie,
    ];
  });

  after(async () => {
    const unserved = endpoint.asked.length === 0;
    const lines = endpoint.lines.join('\n');
    await endpoint.stop();
    assert.ok(!unserved, 'honest requests among them were served');
    assert.ok(![token, ...secrets].some((secret) => lines.includes(secret)), 'the log holds a secret');
  });

  // The secrets are known when the tests run, not when they are described: requests hold names in their place.
  const fill = (text: string): string =>
    text
      .replaceAll('$HOST', `127.0.0.1:${endpoint.port}`)
      .replaceAll(/\$S([0-4])/g, (_, index: string) => secrets[Number(index)] ?? '');

  holdsLater(
    'bytes of any kind are refused with the same bytes, and only who knows the secret gets a token',
    sendings(),
    async (sending) => {
      const bytes = Buffer.from(fill(sending.requests.map(textOf).join('')), 'latin1');
      const answered = await exchange(endpoint.port, bytes, sending);
      assertAnswered(answered, bytes.toString('latin1'), endpoint.port, secrets);
    },
  );
});

/** Only what may be answered to these bytes was answered. */
function assertAnswered(answered: string, sent: string, port: number, secrets: readonly string[]): void {
  assert.ok(!secrets.some((secret) => answered.includes(secret)), 'the answer holds a secret of the endpoint');
  const rest = answered.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '');
  const grants = rest.split(token).length - 1;
  const isProven = secrets.some((secret) => sent.includes(secret));
  if (!isProven) {
    assert.ok(rest === '' || rest === refusal, `a stranger is answered ${JSON.stringify(rest.slice(0, 200))}`);
    return;
  }
  assert.match(rest, /^(?:HTTP\/1\.1 (?:200|400|401|403|429) |$)/);
  if (grants > 0) {
    assert.ok(grants <= sent.split('\r\n\r\n').length, 'more tokens than requests');
    assert.match(sent, new RegExp(`^host:[ \\t]*127\\.0\\.0\\.1:${port}[ \\t]*\\r?$`, 'im'));
  }
  // One request on the connection: what no program sends is not granted, whatever else is right.
  if (grants > 0 && sent.indexOf('\r\n\r\n') === sent.lastIndexOf('\r\n\r\n')) {
    assert.doesNotMatch(sent, /^(?:origin|sec-fetch-[a-z]+)[ \t]*:/im);
    assert.equal(sent.match(/^host:/gim)?.length, 1);
  }
}

/** Sends bytes on a connection of their own, ends it as a program does, and gives all that came back. */
function exchange(port: number, bytes: Buffer, { cut, pause, resets }: Sending): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => void send(socket, bytes, { at: Math.floor((bytes.length * cut) / 100), pause, resets }));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

async function send(
  socket: Socket,
  bytes: Buffer,
  how: { readonly at: number; readonly pause: number; readonly resets: boolean },
): Promise<void> {
  socket.setNoDelay(true);
  socket.write(bytes.subarray(0, how.at));
  if (how.pause > 0) {
    await sleep(how.pause);
  }
  if (how.resets) {
    socket.resetAndDestroy();
  } else if (!socket.destroyed) {
    socket.end(bytes.subarray(how.at));
  }
}
