// npm run tour: uses the extension as a person would, shows each step with its time, and saves a picture of each.
//   npm run tour -- --pictures   takes the pictures of the documents anew (docs/images)
import { parseArgs } from 'node:util';
import { ensure } from './setup.mjs';

const { values } = parseArgs({
  options: { oldest: { type: 'boolean', default: false }, pictures: { type: 'boolean', default: false } },
});
const editor = values.oldest ? 'oldest' : 'newest';
await ensure({ browser: true, editor });

const { rm } = await import('node:fs/promises');
const { inProject } = await import('./setup/paths.mjs');
const { buildExtension, programOf, runNode } = await import('./test/process.mjs');
if (!(await buildExtension())) {
  process.exit(1);
}
await rm(inProject('artifacts/tour'), { recursive: true, force: true });
// `--slow 0` shows the time of every step. After a step that does not hold the next ones have no meaning.
const { exitCode } = await runNode([programOf('mocha', 'mocha'), '--slow', '0', '--bail', 'test/ui/tour.test.ts'], {
  env: {
    EDITOR_FOR_TESTS: editor,
    ...(values.pictures ? { TOUR_PICTURES: inProject('docs/images') } : {}),
  },
});
console.log(`The pictures are in ${inProject('artifacts/tour')}${values.pictures ? ' and docs/images' : ''}`);
process.exitCode = exitCode ?? 1;
