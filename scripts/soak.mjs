// npm run test:soak: all consumers at once against the local Azure, with faults at random, for 30 minutes. It prints its seed and figures.
//   node scripts/soak.mjs [--minutes 30] [--seed NUMBER]
import { parseArgs } from 'node:util';
import { ensure } from './setup.mjs';
import { runNode } from './test/process.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string' } } });
await ensure();
const seed = values.seed === undefined ? [] : ['--seed', values.seed];
const { exitCode } = await runNode(['--expose-gc', 'test/soak/main.ts', '--minutes', values.minutes, ...seed]);
process.exitCode = exitCode ?? 1;
