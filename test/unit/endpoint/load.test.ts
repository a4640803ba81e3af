import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type EndpointUnderTest, send, sendBytes, someToken, startEndpoint } from './endpointUnderTest.ts';

const run = promisify(execFile);
const loadClient = fileURLToPath(new URL('loadClient.ts', import.meta.url));

describe('load on the local token endpoint', function () {
  this.timeout(60_000);
  let running: EndpointUnderTest;

  beforeEach(async () => {
    running = await startEndpoint();
  });
  afterEach(() => running.stop());

  const url = () =>
    `${running.variable('IDENTITY_ENDPOINT')}?api-version=2019-08-01&resource=https://storage.azure.com`;
  const load = async (total: number) => {
    const secret = running.variable('IDENTITY_HEADER');
    const { stdout } = await run(process.execPath, [loadClient, url(), secret, String(total), '100']);
    return JSON.parse(stdout) as { answered: number; milliseconds: number; p99: number };
  };
  const ask = () => send(url(), { headers: { 'x-identity-header': running.variable('IDENTITY_HEADER') } });

  it('of 10,000 requests at 100 at a time leaves the event loop free, and no memory or descriptor behind', async () => {
    await load(2_000);
    running.asked.length = 0;
    const [descriptors, heap] = [openDescriptors(), usedHeap()];
    const p99 = await leastDelay(async () => assert.equal((await load(10_000)).answered, 10_000));
    assert.ok(p99 < 50, `event-loop delay at p99: ${p99.toFixed(1)} ms`);
    await settled(() => openSockets() === 0);
    running.asked.length = 0;
    assert.ok(openDescriptors() <= descriptors, `${openDescriptors()} descriptors, before ${descriptors}`);
    const growth = (usedHeap() - heap) / 2 ** 20;
    assert.ok(growth < 3, `heap grew by ${growth.toFixed(1)} MB`);
  });

  it('of 1,000 half-open connections shuts nobody out, and they are gone in seconds', async () => {
    const descriptors = openDescriptors();
    const p99 = await leastDelay(async () => {
      const sockets = await openHalf(1_000, running.port);
      const start = performance.now();
      assert.equal((await ask()).status, 200);
      const waited = performance.now() - start;
      assert.ok(waited < 2_000, `a program waited ${waited.toFixed()} ms`);
      await settled(() => openSockets() <= 1_024);
      assert.ok(openSockets() <= 1_024, 'at most 512 connections, counted at both ends');
      await settled(() => openSockets() === 0, 10_000);
      assert.equal(openSockets(), 0);
      for (const socket of sockets) {
        socket.destroy();
      }
    });
    assert.ok(p99 < 50, `event-loop delay at p99: ${p99.toFixed(1)} ms`);
    await settled(() => openDescriptors() <= descriptors);
    assert.ok(openDescriptors() <= descriptors);
  });

  const requestBytes = () =>
    `GET /msi/token?resource=https://storage.azure.com HTTP/1.1\r\nHost: 127.0.0.1:${running.port}\r\n` +
    `X-IDENTITY-HEADER: ${running.variable('IDENTITY_HEADER')}\r\n\r\n`;

  it('of a client that never reads is ended', async () => {
    await running.stop();
    running = await startEndpoint({ getToken: async (wanted) => someToken(wanted, { token: 'x'.repeat(200_000) }) });
    const socket = connect({ host: '127.0.0.1', port: running.port });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.pause();
    const start = performance.now();
    for (let asked = 0; running.asked.length === asked; asked++) {
      socket.write(requestBytes());
      await settled(() => running.asked.length > asked, 500);
    }
    assert.ok(running.asked.length < 500, 'the system takes up so much that nothing waits');
    await settled(() => openSockets() <= 1, 15_000);
    assert.equal(openSockets(), 1, "the client's own end is all that is left");
    assert.ok(performance.now() - start < 20_000);
    socket.destroy();
    assert.equal((await ask()).status, 200);
  });

  it('of a client that sends a thousand requests at once and reads nothing is ended at the second', async () => {
    const socket = connect({ host: '127.0.0.1', port: running.port });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.pause();
    socket.write(requestBytes().repeat(1_000));
    await settled(() => openSockets() <= 1);
    assert.equal(openSockets(), 1, "the client's own end is all that is left");
    assert.equal(running.asked.length, 1);
    socket.destroy();
    assert.equal((await ask()).status, 200);
  });

  it('of a program that goes away while it waits ends what it waited for', async () => {
    await running.stop();
    const { promise: started, resolve: onStart } = Promise.withResolvers<AbortSignal>();
    running = await startEndpoint({
      getToken: ({ signal }) => {
        onStart(signal ?? assert.fail());
        return new Promise(() => {});
      },
    });
    const socket = connect({ host: '127.0.0.1', port: running.port });
    socket.write(requestBytes());
    const signal = await started;
    assert.equal(signal.aborted, false);
    socket.destroy();
    await settled(() => signal.aborted);
    assert.equal(signal.aborted, true);
  });

  it('of answers that wait ends with the endpoint', async () => {
    await running.stop();
    const { promise: started, resolve: onStart } = Promise.withResolvers<void>();
    running = await startEndpoint({
      getToken: () => {
        onStart();
        return new Promise(() => {});
      },
    });
    const answer = sendBytes(running.port, requestBytes());
    await started;
    await running.endpoint.dispose();
    assert.equal(await answer, '');
  });
});

/** TCP sockets of this process: the endpoint's, and those of clients in this file. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

/** Event-loop delay at p99, in milliseconds: the least of at most three tries, since other programs only ever add to it. */
async function leastDelay(load: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3 && least >= 50; i++) {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await load();
    delay.disable();
    least = Math.min(least, delay.percentile(99) / 1e6);
  }
  return least;
}

/** Connections that send nothing, or half of their headers. */
async function openHalf(count: number, port: number): Promise<readonly Socket[]> {
  return Array.from({ length: count }, (_, i) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    socket.resume();
    if (i % 2 === 0) {
      socket.write('GET /msi/token HTTP/1.1\r\nHost: ');
    }
    return socket;
  });
}

function openDescriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** Waits until the condition holds, at most so many milliseconds. */
async function settled(condition: () => boolean, milliseconds = 8_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!condition() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
