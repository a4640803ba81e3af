// npm run bench: runs every bench/**/*.bench.ts and collects what they print in artifacts/bench.json.
//
// A benchmark is a program that prints one JSON object a line: { "name": …, "value": …, "unit": … } and whatever else
// explains the number. Other lines are shown and otherwise left alone. It fails by its exit code.
import { ensure } from './setup.mjs';

await ensure();

const { globSync } = await import('node:fs');
const { mkdir, writeFile } = await import('node:fs/promises');
const { arch, cpus, platform } = await import('node:os');
const { formatDuration } = await import('./setup/progress.mjs');
const { inProject, root } = await import('./setup/paths.mjs');
const { buildExtension, runNode } = await import('./test/process.mjs');

if (!(await buildExtension())) {
  process.exit(1);
}
const files = globSync('bench/**/*.bench.ts', { cwd: root }).sort();
const results = [];
for (const file of files) {
  const start = Date.now();
  console.log(`== ${file}`);
  const { exitCode, output } = await runNode([file], { quiet: true });
  process.stdout.write(output);
  console.log(
    `${file}: ${exitCode === 0 ? 'done' : `failed with ${exitCode}`} in ${formatDuration(Date.now() - start)}`,
  );
  results.push({ file, failed: exitCode !== 0, measurements: measurementsIn(output) });
}
await mkdir(inProject('artifacts'), { recursive: true });
const machine = { platform: platform(), arch: arch(), cpus: cpus().length, node: process.version };
const report = { date: new Date().toISOString(), machine, results };
await writeFile(inProject('artifacts/bench.json'), `${JSON.stringify(report, undefined, 2)}\n`);
const failed = results.filter((result) => result.failed || result.measurements.length === 0);
console.log(`${results.length - failed.length} benchmarks done, ${failed.length} failed: artifacts/bench.json`);
process.exitCode = failed.length > 0 || results.length === 0 ? 1 : 0;

/** @param {string} output */
function measurementsIn(output) {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}
