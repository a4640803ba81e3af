import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { inProject } from '../../../scripts/setup/paths.mjs';
import { programOf } from '../../../scripts/test/process.mjs';

const waits =
  "console.log('at work', process.pid); process.on('exit', () => console.log('ended')); setInterval(() => {}, 1000);";

describe('a test run that is stopped', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stopped-run-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [signal, exitCode] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`ends what it has started when it gets ${signal}`, async () => {
      const program = join(folder, 'program.mjs');
      await writeFile(program, waits);
      const runner = join(folder, 'runner.mjs');
      const runNode = `import { runNode } from ${JSON.stringify(inProject('scripts/test/process.mjs'))};`;
      await writeFile(runner, `${runNode} await runNode([${JSON.stringify(program)}]); console.log('the next layer');`);
      const { child, output, pid } = await started([runner]);
      child.kill(signal);
      assert.deepEqual(await once(child, 'close'), [exitCode, null]);
      assert.doesNotMatch(output(), /the next layer/);
      await gone(pid);
    });

    it(`ends mocha in order when it gets ${signal}, so that no editor of a test is left`, async () => {
      const file = join(folder, 'waits.test.mjs');
      await writeFile(file, `it('waits', () => { ${waits} return new Promise(() => {}); });`);
      const { child, output } = await started([programOf('mocha', 'mocha'), file]);
      child.kill(signal);
      assert.deepEqual(await once(child, 'close'), [exitCode, null]);
      assert.match(output(), /ended/);
    });
  }
});

/** Starts a program in the project's folder, and waits until what it does is under way. */
async function started(args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: inProject('.'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const pid = await new Promise<number>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const found = /at work (\d+)/.exec(text)?.[1];
      if (found !== undefined) {
        resolve(Number(found));
      }
    });
  });
  return { child, output: () => text, pid };
}

async function gone(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(20);
  }
  assert.fail('It is still at work.');
}
