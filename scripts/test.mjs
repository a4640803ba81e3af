// npm test: the checks and every layer of tests, or the layers that are named.
//   node scripts/test.mjs [check|unit|hostile|soak|faults|types|editor|ui|clients …] [--grep TITLE] [--oldest] [--short | --all]
// Without layers, and not in CI, the run is short: it leaves out the longer tests of windows, and names them.
import { parseArgs } from 'node:util';
import { ensureClients } from './setup/clients.mjs';
import { ensure } from './setup.mjs';

const allLayers = ['check', 'types', 'unit', 'hostile', 'soak', 'faults', 'editor', 'ui', 'clients'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    grep: { type: 'string' },
    oldest: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((layer) => !allLayers.includes(layer));
if (unknown.length > 0) {
  console.error(`There is no layer ${unknown.join(', ')}. The layers are ${allLayers.join(', ')}.`);
  process.exit(2);
}
const layers = positionals.length > 0 ? positionals : allLayers;
// Kept in the environment because the set-up may continue this script in another process.
process.env['TEST_STARTED_AT'] ??= String(Date.now());
const inWindows = layers.includes('ui') || layers.includes('clients');
const inBrowser = inWindows || (layers.includes('editor') && !process.env['VSCODE_EXECUTABLE']);
await ensure({ browser: inBrowser, ...(inBrowser ? { editor: values.oldest ? 'oldest' : 'newest' } : {}) });
if (layers.includes('clients')) {
  await ensureClients();
}

const { runLayers } = await import('./test/layers.mjs');
const startedAt = Number(process.env['TEST_STARTED_AT']);
delete process.env['TEST_STARTED_AT'];
const short = values.short || (positionals.length === 0 && !values.all && process.env['CI'] === undefined);
process.exitCode = await runLayers(layers, startedAt, { oldest: values.oldest, short, grep: values.grep });
