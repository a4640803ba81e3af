import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What of an extension's folder an editor needs, as far as it is there. */
const parts = ['package.json', 'README.md', 'dist', 'l10n', 'media', 'src/api/azureCredentials.d.ts'];

/**
 * Installs an extension that is built as a person's editor would have it: unpacked in the folder of extensions.
 *
 * Loading it from its sources' folder instead needs VS Code's driver for smoke tests, and with that the editor shows no
 * notifications.
 * @param {string} extensionsDir
 * @param {string} source the folder that holds its package.json
 */
export async function installExtension(extensionsDir, source) {
  const { publisher, name, version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  const target = join(extensionsDir, `${publisher}.${name}-${version}`.toLowerCase());
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const texts = (await readdir(source)).filter((name) => /^package\.nls(\..+)?\.json$/.test(name));
  const copies = [...parts, ...texts].map((part) =>
    cp(join(source, part), join(target, part), { recursive: true }).catch((error) => {
      if (error.code !== 'ENOENT') {
        throw error;
      }
    }),
  );
  await Promise.all(copies);
}
