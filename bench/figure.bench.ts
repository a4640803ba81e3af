/**
 * Measures one figure in a process of its own: `node bench/figure.bench.ts NAME [ROUNDS]`. Its last line is JSON.
 *
 * Those that need Entra find the local Azure through the environment that its process gives (`HTTPS_PROXY` and the rest), so
 * that the requests leave through Node's own `fetch`, as they do in an extension host. AZURE_CONTROL is its control address.
 */
import { connectControl } from '../test/azure/control.ts';
import type { Figure } from './figure.ts';
import type { AzureAccess } from './productionService.ts';

type Measure = (options: { rounds?: number }) => Promise<readonly Figure[]>;

const figures: Readonly<Record<string, Measure>> = {
  warmToken: async (options) => [await (await import('./figures/warmToken.ts')).measureWarmToken(azure(), options)],
  coldToken: async (options) => [await (await import('./figures/coldToken.ts')).measureColdToken(azure(), options)],
  parallel: async (options) => [await (await import('./figures/parallel.ts')).measureParallel(azure(), options)],
  singleFlight: async () => [await (await import('./figures/singleFlight.ts')).measureSingleFlight(azure())],
  gitFill: async (options) => [await (await import('./figures/gitFill.ts')).measureGitFill(azure(), options)],
  endpoint: async (options) => [await (await import('./figures/endpoint.ts')).measureEndpoint(azure(), options)],
  package: async () => [await (await import('./figures/package.ts')).measurePackage()],
  scale: async (options) => [await (await import('./figures/scale.ts')).measureScale(options)],
  editor: async (options) => await (await import('./figures/editor.ts')).measureEditor(azure(), options),
};

const [name = '', rounds] = process.argv.slice(2);
const measure = figures[name];
if (measure === undefined) {
  console.error(`There is no figure ${name}. The figures are ${Object.keys(figures).join(', ')}.`);
  process.exit(2);
}
console.log(JSON.stringify(await measure(rounds === undefined ? {} : { rounds: Number(rounds) })));
// What a figure started (connections that are kept alive) need not end by itself.
process.exit();

function azure(): AzureAccess {
  const controlUrl = process.env['AZURE_CONTROL'];
  if (controlUrl === undefined) {
    throw new Error('AZURE_CONTROL is not set: start this through `npm run bench`.');
  }
  return { control: connectControl(controlUrl), fetch: globalThis.fetch };
}
