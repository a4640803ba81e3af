import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectControl } from '../../azure/control.ts';
import type { LocalAzureAddresses } from '../../azure/controlTypes.ts';

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
});
