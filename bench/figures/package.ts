import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { packExtension } from '../../scripts/package/pack.mjs';
import { amount, atMost, type Figure, rounded } from '../figure.ts';

const kilobyte = 1_024;

/** The package as it is published, and the bytes that its activation loads. */
export async function measurePackage(): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    const stage = join(folder, 'stage');
    const { size } = await packExtension({ stage, packagePath: join(folder, 'extension.vsix') });
    const metafile = JSON.parse(await readFile(join(stage, 'bundle.json'), 'utf8')) as Metafile;
    const files = await Promise.all(filesOfActivation(metafile).map((file) => stat(join(stage, 'dist', file))));
    const [vsix, entry] = [size / kilobyte, files.reduce((sum, file) => sum + file.size, 0) / kilobyte];
    const row = { against: '', ratio: '', spread: '' };
    return {
      key: 'package',
      fields: { vsix_kb: rounded(vsix), entry_kb: rounded(entry) },
      rows: [
        { ...row, what: 'the package', ours: amount(vsix, 'kB'), ...goalOf(vsix, 400) },
        { ...row, what: 'bytes that activation loads', ours: amount(entry, 'kB'), ...goalOf(entry, 60) },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function goalOf(value: number, limit: number) {
  const { text, isMet } = atMost(value, limit, 'kB');
  return { goal: text, isMet };
}

/** The entry and all that it imports other than by `import()`, as names below the output folder. */
export function filesOfActivation({ outputs }: Metafile): readonly string[] {
  const entry = Object.keys(outputs).find((path) => path.endsWith('/extension.js'));
  if (entry === undefined) {
    throw new Error('The build has no extension.js.');
  }
  const folder = entry.slice(0, -'extension.js'.length);
  const found = new Set([entry]);
  for (const path of found) {
    for (const { path: imported, kind, external } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) {
        found.add(imported);
      }
    }
  }
  return [...found].map((path) => path.slice(folder.length));
}
