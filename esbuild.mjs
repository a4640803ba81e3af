// Builds the extension: ES modules with code splitting, so that MSAL is a chunk of its own that activation never loads.
//   node esbuild.mjs [--production] [--watch]
import { rm } from 'node:fs/promises';
import { context } from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** MSAL's dependencies are CommonJS and call `require` for Node's own modules, which an ES module does not have. */
const requireForCommonJs =
  "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);";

await rm('dist', { recursive: true, force: true });
const build = await context({
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node22',
  external: ['vscode'],
  banner: { js: requireForCommonJs },
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'info',
});
if (watch) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
