/**
 * Soaks the extension: `node --expose-gc test/soak/main.ts [--minutes 30] [--seed NUMBER]`. Prints its figures, and ends with 1 when
 * something was served that must not be, or something grew.
 */
import { parseArgs } from 'node:util';
import { judge, reportLines } from './report.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const print = (line: string): void => void process.stdout.write(`${line}\n`);

print(`soak of ${minutes} minutes, seed ${seed}`);
const report = await soak({ minutes, seed, print });
for (const line of reportLines(report, { minutes, seed })) {
  print(line);
}
const faults = judge(report);
for (const fault of faults) {
  print(`FAILED: ${fault}`);
}
process.exitCode = faults.length > 0 ? 1 : 0;
