import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The extensions that are built here, by the name of their folder. */
export type ConsumerName = 'api-consumer' | 'fault-consumer' | 'load-meter' | 'session-consumer';

/** Builds a consumer as its author would ship it, in one file, into a folder below `parent`, and returns that folder. */
export async function buildConsumer(name: ConsumerName, parent: string): Promise<string> {
  const source = join(import.meta.dirname, name);
  const target = join(parent, name);
  await build({
    entryPoints: [join(source, 'extension.js')],
    outfile: join(target, 'dist/extension.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    external: ['vscode'],
    // Dependencies that are CommonJS ask for Node's own modules in a way that an ES module does not have.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  await copyFile(join(source, 'package.json'), join(target, 'package.json'));
  return target;
}
