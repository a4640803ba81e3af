// npm run bench: measures what docs/performance.md explains, prints it as a table, and writes artifacts/bench.json.
//   node scripts/bench.mjs [NAME …] [--rounds N]
// Named programs only (see scripts/bench/measure.mjs) leave what was measured before as it was. The table with the spreads,
// the peers and the machine is also in artifacts/bench.md.
import { parseArgs } from 'node:util';
import { ensurePeers } from './bench/peers.mjs';
import { ensure } from './setup.mjs';

await ensure({ editor: 'newest', browser: true });
await ensurePeers();

const { mkdir, readFile, writeFile } = await import('node:fs/promises');
const { cpus, totalmem } = await import('node:os');
const { fieldsByKey, measureIn, mistakesIn, programs } = await import('./bench/measure.mjs');
const { tableOf } = await import('./bench/table.mjs');
const { inProject } = await import('./setup/paths.mjs');
const { showProgress } = await import('./setup/progress.mjs');
const { startLocalAzure } = await import('./start/localAzure.mjs');

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
const unknown = positionals.filter((name) => !programs.includes(name));
if (unknown.length > 0) {
  console.error(`There is no figure ${unknown.join(', ')}. The figures are ${programs.join(', ')}.`);
  process.exit(2);
}
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
const chosen = positionals.length > 0 ? programs.filter((name) => positionals.includes(name)) : programs;
/** @type {import('../bench/figure.ts').Figure[]} */
const figures = [];
/** @type {string[]} */
const failures = [];
for (const name of chosen) {
  const azure = await startLocalAzure();
  try {
    figures.push(...(await showProgress(`Measuring ${name}`, () => measureIn(name, azure, rounds))));
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    await azure.stop();
  }
}

const keys = Object.keys(fieldsByKey);
figures.sort((one, other) => keys.indexOf(one.key) - keys.indexOf(other.key));
const file = inProject('artifacts/bench.json');
const measured = Object.fromEntries(figures.map(({ key, fields }) => [key, fields]));
const former = positionals.length > 0 ? JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) : {};
const all = Object.fromEntries(
  Object.entries({ ...former, ...measured }).sort(([one], [other]) => keys.indexOf(one) - keys.indexOf(other)),
);
const mistakes = mistakesIn(positionals.length > 0 ? measured : all).filter(
  (mistake) => positionals.length === 0 || !mistake.endsWith('is missing'),
);
const rows = figures.flatMap((figure) => figure.rows);
const table = tableOf(rows);
const [cpu] = cpus();
const machine = `${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
await mkdir(inProject('artifacts'), { recursive: true });
await writeFile(file, `${JSON.stringify(all, undefined, 2)}\n`);
await writeFile(inProject('artifacts/bench.md'), `${machine}\n\n${table}\n`);
console.log(`\n${machine}\n\n${table}\n`);

const missed = rows.filter(({ isMet }) => isMet === false).length;
const met = rows.filter(({ isMet }) => isMet === true).length;
for (const problem of [...failures, ...mistakes]) {
  console.error(problem);
}
console.log(
  `${met} goals met, ${missed} missed${failures.length > 0 ? `, ${failures.length} not measured` : ''}: artifacts/bench.json`,
);
process.exitCode = failures.length + mistakes.length > 0 ? 1 : 0;
