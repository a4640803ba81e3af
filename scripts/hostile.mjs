// npm run test:hostile: the tests of hostile input in their long form. It prints the number of cases for each input, and the seed.
//   node scripts/hostile.mjs [--cases 100000] [--seed NUMBER] [--grep TITLE]
import { parseArgs } from 'node:util';
import { ensure } from './setup.mjs';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string' }, grep: { type: 'string' } },
});
await ensure();
process.env['HOSTILE_CASES'] = values.cases;
if (values.seed !== undefined) {
  process.env['HOSTILE_SEED'] = values.seed;
}
const { runMochaLayer } = await import('./test/mochaLayer.mjs');
const start = Date.now();
const { passed, failed } = await runMochaLayer({
  layer: 'hostile',
  files: 'test/hostile/**/*.test.ts',
  options: { grep: values.grep, oldest: false, short: false },
});
const minutes = ((Date.now() - start) / 60_000).toFixed(1);
console.log(
  `At least ${values.cases} cases for each input, in ${minutes} minutes: ${passed} passed, ${failed.length} failed`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
