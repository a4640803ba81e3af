import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inProject } from '../../scripts/setup/paths.mjs';
import { waitFor } from '../ui/waitFor.ts';
import type { FaultRig } from './faultRig.ts';

/** What a window leaves behind on disk, as the program and the rig pass it to each other. */
export interface KeptState {
  readonly secrets: readonly (readonly [string, string])[];
  readonly memory: readonly (readonly [string, unknown])[];
}

/**
 * Opens a window of the same workspace in a process of its own, lets it refresh tokens, and kills it while Entra's answer is on
 * its way. Terminals that it has started stay.
 */
export async function killHost(rig: FaultRig): Promise<void> {
  const { azure, folder, secrets, memory } = rig;
  const file = join(folder, 'state.json');
  writeFileSync(file, JSON.stringify({ secrets: [...secrets.values], memory: [...memory.values] } satisfies KeptState));
  const program = inProject('test/faults/hostProgram.ts');
  const child = spawn(process.execPath, [program, file, folder, azure.controlUrl], {
    env: { ...process.env, ...azure.environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    rig.terminalEnvironment = JSON.parse(line);
    const match = { host: 'login.microsoftonline.com', grant: 'refresh_token' };
    const fault = await azure.control.addFault({ ...match, effect: { kind: 'delay', milliseconds: 1_000 } });
    const before = await azure.control.count(match);
    child.stdin.write('refresh\n');
    await waitFor(async () => (await azure.control.count(match)) > before || undefined, { what: 'a refresh' });
    await azure.control.removeFault(fault);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  const state = JSON.parse(readFileSync(file, 'utf8')) as KeptState;
  secrets.values.clear();
  memory.values.clear();
  for (const [key, value] of state.secrets) {
    secrets.values.set(key, value);
  }
  for (const [key, value] of state.memory) {
    memory.values.set(key, value);
  }
}
