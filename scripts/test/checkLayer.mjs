import { formatDuration } from '../setup/progress.mjs';
import { programOf, runNode } from './process.mjs';

/**
 * Types, lint, format and dead code. Each counts as one test.
 * @returns {Promise<import('./results.mjs').MochaReport>}
 */
export async function runChecks() {
  const biome = programOf('@biomejs/biome', 'biome');
  const steps = {
    types: [programOf('typescript', 'tsc'), '--noEmit'],
    lint: [biome, 'ci', '--formatter-enabled=false', '--error-on-warnings'],
    format: [biome, 'format'],
    knip: [programOf('knip', 'knip')],
  };
  /** @type {import('./results.mjs').MochaReport} */
  const report = { passed: 0, failed: [], skipped: [] };
  for (const [name, args] of Object.entries(steps)) {
    const start = Date.now();
    const { exitCode, output } = await runNode(args, { quiet: true });
    if (exitCode === 0) {
      report.passed += 1;
    } else {
      report.failed.push(name);
    }
    const outcome = exitCode === 0 ? 'passed' : `failed\n${output.trimEnd()}`;
    console.log(`check ${name} (${formatDuration(Date.now() - start)}): ${outcome}`);
  }
  return report;
}
