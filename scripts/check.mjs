// npm run check: types, lint, format and dead code.
import { ensure } from './setup.mjs';

await ensure();
const { runChecks } = await import('./test/checkLayer.mjs');
const { passed, failed } = await runChecks();
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
