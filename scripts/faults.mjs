// npm run test:faults: every fault meets every consumer, in plain Node and in real windows. It prints how many cells were held.
//   node scripts/faults.mjs [--grep TITLE]
import { parseArgs } from 'node:util';
import { ensure } from './setup.mjs';

const { values } = parseArgs({ options: { grep: { type: 'string' } } });

await ensure({ browser: true, editor: 'newest' });
const { runLayers } = await import('./test/layers.mjs');
process.exitCode = await runLayers(['faults', 'ui'], Date.now(), {
  ...{ oldest: false, short: false, grep: values.grep },
  matrix: true,
});
