import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectControl } from '../../azure/control.ts';
import type { LocalAzureAddresses } from '../../azure/controlTypes.ts';
import { startLocalAzure } from '../../azure/localAzure.ts';

const program = fileURLToPath(new URL('../../azure/main.ts', import.meta.url));

describe('local Azure as a process', () => {
  async function start(): Promise<{ child: ChildProcess; lines: string[]; addresses: LocalAzureAddresses }> {
    const child = spawn(process.execPath, [program, '--no-storage'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => lines.push(line));
    await once(reader, 'line');
    return { child, lines, addresses: JSON.parse(lines[0] ?? '') as LocalAzureAddresses };
  }

  for (const ending of ['SIGTERM', 'SIGINT', 'a closed standard input'] as const) {
    it(`prints one line when ready and ends cleanly on ${ending}`, async () => {
      const { child, lines, addresses } = await start();
      assert.equal((await connectControl(addresses.controlUrl).data()).tenants.length, 4);
      assert.deepEqual(await connectControl(addresses.controlUrl).addresses(), addresses);
      const ended = once(child, 'exit');
      if (ending === 'a closed standard input') {
        child.stdin?.end();
      } else {
        child.kill(ending);
      }
      assert.deepEqual(await ended, [0, null]);
      assert.equal(lines.length, 1);
      assert.equal(existsSync(addresses.caFile), false);
    });
  }

  it('takes its data from another file, and says which one it cannot read', async () => {
    await using scratch = await createFolder();
    const file = join(scratch.path, 'data.json');
    const tenants = [
      { id: 'a1a1a1a1-0000-4000-8000-000000000001', name: 'Only', domain: 'only.example', cloud: 'public' },
    ];
    const lists = {
      users: [],
      applications: [],
      servicePrincipals: [],
      resources: [],
      subscriptions: [],
      storageAccounts: [],
    };
    writeFileSync(file, JSON.stringify({ tenants, ...lists }));
    await using azure = await startLocalAzure({ dataFile: file, storage: false, scratch: scratch.path });
    assert.ok(azure.caFile.startsWith(scratch.path));
    const configuration = '/v2.0/.well-known/openid-configuration';
    const statusOf = async (tenant: string) =>
      (await azure.fetch(`https://login.microsoftonline.com/${tenant}${configuration}`)).status;
    assert.deepEqual([await statusOf('only.example'), await statusOf('contoso.com')], [200, 400]);

    const missing = join(scratch.path, 'missing.json');
    const child = spawn(process.execPath, [program, '--no-storage', '--data', missing], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const output = child.stderr.toArray();
    assert.deepEqual(await once(child, 'exit'), [1, null]);
    assert.match((await output).join(''), /^local Azure: The data file .*missing\.json cannot be used: ENOENT/);
  });
});

async function createFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'local-azure-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
