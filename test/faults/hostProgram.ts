// An extension host of its own, to be killed: node hostProgram.ts STATE-FILE FOLDER CONTROL-URL
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../src/tokens/clock.ts';
import { connectControl } from '../azure/control.ts';
import { SharedSecrets } from '../unit/entra/harness.ts';
import { EditorMemory } from './faultRig.ts';
import { openFaultWindow } from './faultWindow.ts';
import type { KeptState } from './killedHost.ts';

const [file = '', folder = '', controlUrl = ''] = process.argv.slice(2);
const state = JSON.parse(readFileSync(file, 'utf8')) as KeptState;
const shared = new SharedSecrets();
const memory = new EditorMemory();

for (const [key, value] of state.secrets) {
  shared.values.set(key, value);
}
for (const [key, value] of state.memory) {
  memory.values.set(key, value);
}

/** What is not in the file when the process is killed is lost, as with an editor. */
function save(): void {
  const kept: KeptState = { secrets: [...shared.values], memory: [...memory.values] };
  writeFileSync(`${file}.new`, JSON.stringify(kept));
  renameSync(`${file}.new`, file);
}

const secrets = shared.window();
const store = secrets.store.bind(secrets);
secrets.store = async (key, value) => {
  await store(key, value);
  save();
};
const update = memory.update.bind(memory);
memory.update = async (key, value) => {
  await update(key, value);
  save();
};

const control = connectControl(controlUrl);
const window = await openFaultWindow({ secrets, memory, clock: systemClock(), folder, control });
await window.api.getToken({ resource: 'https://before.blob.core.windows.net' });
process.stdout.write(`${JSON.stringify(window.environment)}\n`);
process.stdin.once('data', () => {
  void Promise.all([1, 2, 3].map((n) => window.api.getToken({ resource: `https://killed${n}.blob.core.windows.net` })));
});
