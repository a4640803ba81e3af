import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { chooseEditor } from '../editor/choice.mjs';
import { inProject, root } from '../setup/paths.mjs';
import { testEnvironment } from './mochaLayer.mjs';
import { readReport } from './results.mjs';

/**
 * Runs test/editor inside the extension host of a real VS Code.
 * @param {import('./mochaLayer.mjs').LayerOptions} options
 * @returns {Promise<import('./results.mjs').MochaReport>}
 */
export async function runEditorLayer(options) {
  const bundle = await bundleTests();
  const { executable, title, args } = await chooseEditor({ oldest: options.oldest });
  console.log(`In ${title}`);
  const scratch = await mkdtemp(join(tmpdir(), 'editor-tests-'));
  const workspace = join(scratch, 'workspace');
  const file = join(scratch, 'report.json');
  await mkdir(workspace);
  await writeFile(join(workspace, 'readme.txt'), 'A folder for tests.\n');
  try {
    const exitCode = await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(bundle, 'index.mjs'),
      launchArgs: [...args, workspace, ...profileArguments(scratch)],
      extensionTestsEnv: {
        ...testEnvironment(options),
        TEST_REPORT: file,
        ...(options.grep === undefined ? {} : { TEST_GREP: options.grep }),
      },
    }).catch((error) => {
      console.error(error.message);
      return /** @type {number} */ (error.code ?? 1);
    });
    return readReport({ file, exitCode, layer: 'editor' });
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {string} scratch */
function profileArguments(scratch) {
  return [`--user-data-dir=${join(scratch, 'user')}`, `--extensions-dir=${join(scratch, 'extensions')}`];
}

/** The extension host of the oldest VS Code cannot read TypeScript, so the tests are compiled first. */
async function bundleTests() {
  const outdir = inProject('.cache/test-editor');
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['test/editor/index.ts', 'test/editor/**/*.test.ts'],
    outbase: 'test/editor',
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outdir;
}
