import assert from 'node:assert/strict';
import { build } from 'esbuild';
import type { Figure } from '../../../bench/figure.ts';
import { measureColdToken } from '../../../bench/figures/coldToken.ts';
import { measureEndpoint } from '../../../bench/figures/endpoint.ts';
import { measureGitFill } from '../../../bench/figures/gitFill.ts';
import { filesOfActivation } from '../../../bench/figures/package.ts';
import { measureParallel } from '../../../bench/figures/parallel.ts';
import { measureScale } from '../../../bench/figures/scale.ts';
import { measureSingleFlight } from '../../../bench/figures/singleFlight.ts';
import { measureWarmToken } from '../../../bench/figures/warmToken.ts';
import { mistakesIn } from '../../../scripts/bench/measure.mjs';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';

/** The benchmarks with few rounds and bounds of a tenth of their goals: what fails here has collapsed. */
describe('Performance has not collapsed:', function () {
  this.timeout(30_000);
  let azure: LocalAzure;

  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure?.[Symbol.asyncDispose]());
  beforeEach(() => azure.control.reset());

  const fieldOf = (figure: Figure, name: string): number => {
    assert.deepEqual(
      mistakesIn({ [figure.key]: figure.fields }).filter((mistake) => !mistake.endsWith('missing')),
      [],
    );
    return Number(figure.fields[name]);
  };
  const isAtLeast = (figure: Figure, least: number) =>
    assert.ok(fieldOf(figure, 'ratio') >= least, `not ${least}: ${JSON.stringify(figure)}`);
  const isAtMost = (figure: Figure, most: number) =>
    assert.ok(fieldOf(figure, 'ratio') <= most, `more than ${most}: ${JSON.stringify(figure)}`);

  it('a token in memory costs a tenth of what it costs MSAL', async () => {
    isAtLeast(await measureWarmToken(azure, { rounds: 31, warmUps: 5, peers: false }), 10);
  });

  it('a token for a new resource costs little more than its request', async () => {
    isAtMost(await measureColdToken(azure, { rounds: 7, warmUps: 3, times: 2, distantRounds: 1 }), 12.5);
  });

  it('new resources do not wait for each other', async () => {
    isAtMost(await measureParallel(azure, { rounds: 2, warmUps: 1 }), 20);
  });

  it('a thousand callers cost one request', async () => {
    assert.equal(fieldOf(await measureSingleFlight(azure), 'requests'), 1);
  });

  it('git is answered nearly as fast as by its own cache', async () => {
    isAtMost(await measureGitFill(azure, { rounds: 3, warmUps: 1, peers: false }), 15);
  });

  it('programs are answered nearly as fast as by a bare server', async () => {
    isAtLeast(await measureEndpoint(azure, { rounds: 1, warmUps: 0, requests: 3_000, peers: false }), 0.07);
  });

  it('ten thousand tokens in memory make none slower', async () => {
    isAtMost(await measureScale({ rounds: 61, warmUps: 10, times: 500 }), 15);
  });
});

describe('Activation', () => {
  it('loads little code, and nothing of MSAL or another package', async () => {
    const { metafile } = await build({
      ...{
        entryPoints: { extension: 'src/extension.ts' },
        outdir: 'dist',
        bundle: true,
        splitting: true,
        write: false,
      },
      ...{ format: 'esm', platform: 'node', target: 'node22', external: ['vscode'], minify: true, metafile: true },
    });
    const files = filesOfActivation(metafile);
    const outputs = files.map((file) => metafile.outputs[`dist/${file}`]);
    const inputs = outputs.flatMap((output) => Object.keys(output?.inputs ?? {}));
    assert.ok(inputs.includes('src/extension.ts'));
    assert.deepEqual(
      inputs.filter((path) => path.includes('node_modules')),
      [],
    );
    assert.ok(outputs.reduce((sum, output) => sum + (output?.bytes ?? 0), 0) <= 60 * 1_024);
  });
});
