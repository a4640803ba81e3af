// Builds the extension: ES modules with code splitting, so that MSAL is a chunk of its own that activation never loads.
//   node esbuild.mjs [--production] [--watch] [--outdir FOLDER] [--metafile FILE]
import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { context } from 'esbuild';

const { production, watch, outdir, metafile } = parseArgs({
  options: {
    production: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    outdir: { type: 'string', default: 'dist' },
    // What went into which output file, for the third-party notices.
    metafile: { type: 'string' },
  },
}).values;

/** MSAL's dependencies are CommonJS and call `require` for Node's own modules, which an ES module does not have. */
const requireForCommonJs =
  "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);";

await rm(outdir, { recursive: true, force: true });
const build = await context({
  entryPoints: { extension: 'src/extension.ts' },
  outdir,
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
  metafile: metafile !== undefined,
  logLevel: 'info',
});
if (watch) {
  await build.watch();
} else {
  const result = await build.rebuild();
  if (metafile !== undefined) {
    await writeFile(metafile, JSON.stringify(result.metafile));
  }
  await build.dispose();
}
