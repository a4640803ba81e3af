import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { portRange } from '../../../src/endpoint/loopbackPort.ts';
import { secretMemory, send, startEndpoint, workspaceMemory } from './endpointUnderTest.ts';

describe('address and secret of a workspace', function () {
  this.timeout(10_000);

  it('stay the same when its window is reloaded', async () => {
    const workspace = { memory: workspaceMemory(), secrets: secretMemory() };
    const first = await startEndpoint(workspace);
    await first.stop();
    const second = await startEndpoint(workspace);
    const { PWB_SESSION_RUNTIME_DIR: _a, ...before } = first.variables;
    const { PWB_SESSION_RUNTIME_DIR: _b, ...after } = second.variables;
    assert.deepEqual(after, before);
    await second.stop();
  });

  it('stay the same when the old window closes a moment after the new one opens', async () => {
    const workspace = { memory: workspaceMemory(), secrets: secretMemory() };
    const first = await startEndpoint(workspace);
    const opening = startEndpoint(workspace);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await first.stop();
    const second = await opening;
    assert.equal(second.port, first.port);
    await second.stop();
  });

  it('differ from those of another workspace', async () => {
    const [first, second] = await Promise.all([startEndpoint(), startEndpoint()]);
    assert.notEqual(first.port, second.port);
    for (const name of ['IDENTITY_HEADER', 'MSI_SECRET', 'AZD_AUTH_KEY', 'MSI_ENDPOINT']) {
      assert.notEqual(first.variable(name), second.variable(name));
    }
    await Promise.all([first.stop(), second.stop()]);
  });

  it('give each purpose a secret of its own', async () => {
    const { variable, stop } = await startEndpoint();
    const secrets = [variable('IDENTITY_HEADER'), variable('MSI_SECRET'), variable('AZD_AUTH_KEY')];
    assert.equal(new Set(secrets).size, 3);
    assert.ok(secrets.every((secret) => secret.length === 43 && !variable('MSI_ENDPOINT').includes(secret)));
    await stop();
  });

  it('differ between two windows on one workspace, each of which keeps its own', async () => {
    const workspace = { memory: workspaceMemory(), secrets: secretMemory() };
    const first = await startEndpoint(workspace);
    const second = await startEndpoint(workspace);
    assert.notEqual(first.port, second.port);
    const crossed = await send(`${second.variable('IDENTITY_ENDPOINT')}?resource=https://storage.azure.com`, {
      headers: { 'x-identity-header': first.variable('IDENTITY_HEADER') },
    });
    assert.equal(crossed.status, 403);
    const ports = [first.port, second.port];
    await Promise.all([first.stop(), second.stop()]);
    const again = [await startEndpoint(workspace), await startEndpoint(workspace)];
    assert.deepEqual(again.map(({ port }) => port).toSorted(), ports.toSorted());
    await Promise.all(again.map(({ stop }) => stop()));
  });

  it('move to another port when somebody has taken theirs', async () => {
    const workspace = { memory: workspaceMemory(), secrets: secretMemory() };
    const first = await startEndpoint(workspace);
    await first.stop();
    const squatter: Server = createServer().listen(first.port, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const second = await startEndpoint(workspace);
    assert.notEqual(second.port, (squatter.address() as AddressInfo).port);
    assert.ok(second.variable('IDENTITY_ENDPOINT').includes(`:${second.port}/`));
    assert.notEqual(second.variable('IDENTITY_HEADER'), first.variable('IDENTITY_HEADER'));
    await second.stop();
    squatter.close();
  });

  it('serve a window whose secrets cannot be kept, with a word in the log', async () => {
    const fails = () => Promise.reject(new Error('locked keyring'));
    const { variable, lines, stop } = await startEndpoint({ secrets: { get: fails, store: fails } });
    const reply = await send(`${variable('IDENTITY_ENDPOINT')}?resource=https://storage.azure.com`, {
      headers: { 'x-identity-header': variable('IDENTITY_HEADER') },
    });
    assert.equal(reply.status, 200);
    assert.match(lines.join('\n'), /cannot be kept/);
    await stop();
  });

  it('lie where the manifest tells remote editors not to forward ports', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      contributes: { configurationDefaults: { 'remote.portsAttributes': Record<string, { onAutoForward: string }> } };
    };
    const attributes = manifest.contributes.configurationDefaults['remote.portsAttributes'];
    assert.equal(attributes[`${portRange.first}-${portRange.last}`]?.onAutoForward, 'ignore');
    const { port, stop } = await startEndpoint();
    assert.ok(port >= portRange.first && port <= portRange.last);
    await stop();
  });

  it('are heard on loopback alone', async () => {
    const { port, stop } = await startEndpoint();
    const { networkInterfaces } = await import('node:os');
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address !== undefined && !address.internal && address.family === 'IPv4');
    for (const address of others) {
      await assert.rejects(send(`http://${address?.address}:${port}/`), { code: 'ECONNREFUSED' });
    }
    await stop();
  });
});
