// Builds the extension: ES modules with code splitting, so that MSAL is a chunk of its own that activation never loads.
//   node esbuild.mjs [--production] [--watch] [--outdir FOLDER] [--metafile FILE]
import { rm, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
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

/**
 * MSAL's dependencies are CommonJS and call `require` for Node's own modules, which an ES module does not have. Not by an import:
 * each that an extension host has to resolve takes its time, and this stands in every file.
 */
const requireForCommonJs = 'const require = (name) => process.getBuiltinModule(name);';

const entry = 'src/extension.ts';

/**
 * Keeps what activation loads in one file instead of twenty: the extension host takes milliseconds for each.
 *
 * Code that several chunks share goes into a chunk of its own for each set of them. So every module that is imported by
 * `import()` imports the entry, too, which has been loaded before it anyway: all that the entry needs is then needed by
 * all of them alike, and is one chunk.
 * @type {import('esbuild').Plugin}
 */
const oneChunkForActivation = {
  name: 'one chunk for activation',
  setup({ onResolve, onLoad, resolve: resolveModule }) {
    onResolve({ filter: /^\./ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'as it is') {
        return undefined;
      }
      const { errors, path: file } = await resolveModule(path, { kind, importer, resolveDir, pluginData: 'as it is' });
      // Relative, so that the bundle is the same wherever it is built.
      return { errors, path: relative('.', file).replaceAll('\\', '/'), namespace: 'lazy' };
    });
    onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => ({
      contents: `import './${entry}'; export * from './${path}';`,
      resolveDir: '.',
    }));
  },
};

await rm(outdir, { recursive: true, force: true });
const build = await context({
  entryPoints: { extension: entry },
  plugins: [oneChunkForActivation],
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
