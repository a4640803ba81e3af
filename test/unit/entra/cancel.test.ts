import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { failure, request, signsInAs, storage, testSource } from './harness.ts';

/** Whether somebody listens there. */
async function isOpen(port: number, host: string): Promise<boolean> {
  const socket = connect({ port, host });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('cancelling really cancels', () => {
  let azure: LocalAzure;
  let silent: Server;
  let connections: Socket[];

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());
  beforeEach(async () => {
    connections = [];
    // Takes a request and never answers it.
    silent = createServer(() => undefined).on('connection', (socket) => connections.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterEach(() => {
    silent.closeAllConnections();
    silent.close();
  });

  it('closes the listener of a sign-in that waits for the browser, on both addresses', async () => {
    const { source, person } = testSource({ fetch: azure.fetch });
    const controller = new AbortController();
    const opened = new Promise<string>((resolve) => {
      person.browse = resolve;
    });
    const pending = failure(source.signIn({ signal: controller.signal }));
    const port = Number(new URL(new URL(await opened).searchParams.get('redirect_uri') ?? '').port);
    assert.equal(await isOpen(port, '127.0.0.1'), true);
    controller.abort();
    assert.equal((await pending).code, 'cancelled');
    assert.equal(await isOpen(port, '127.0.0.1'), false);
    assert.equal(await isOpen(port, '::1'), false);
    await source.dispose();
  });

  it('closes the socket of a request that Entra has not answered', async () => {
    let isSilent = false;
    const fetch: typeof globalThis.fetch = (input, init) =>
      isSilent
        ? globalThis.fetch(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`, init)
        : azure.fetch(input, init);
    const { source, person } = testSource({ fetch });
    void signsInAs(azure, person, { username: 'ada@contoso.com' });
    const account = await source.signIn({});
    isSilent = true;
    const controller = new AbortController();
    const scopes = ['https://vault.azure.net/.default'];
    const pending = failure(source.acquireToken(request(account, storage, { signal: controller.signal, scopes })));
    await once(silent, 'request');
    const [socket] = connections;
    assert.ok(socket && !socket.destroyed);
    const closed = once(socket, 'close');
    controller.abort();
    assert.equal((await pending).code, 'cancelled');
    await Promise.race([closed, sleep(2000).then(() => assert.fail('the socket is still open'))]);
    await source.dispose();
  });
});
