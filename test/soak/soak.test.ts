import assert from 'node:assert/strict';
import { judge, reportLines } from './report.ts';
import { soak } from './soak.ts';

/** The short form of `npm run test:soak`. */
describe('Soak: every consumer at once, in two windows, with faults at random', function () {
  this.timeout(120_000);
  this.slow(60_000);

  it('serves no token past its life, or of another account, tenant or resource; nothing grows, and everyone is served once all faults are over', async () => {
    const options = { minutes: 20 / 60, seed: Number(process.env['SOAK_SEED'] ?? Math.floor(Math.random() * 2 ** 31)) };
    const report = await soak(options);
    for (const line of reportLines(report, options)) {
      console.log(`      ${line}`);
    }
    assert.deepEqual(judge(report), []);
  });
});
