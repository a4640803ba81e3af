// npm run l10n: writes l10n/bundle.l10n.json anew from the sources, and says what each translation lacks.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { findStrings } from './l10n/strings.mjs';
import { inProject } from './setup/paths.mjs';

const bundleFile = inProject('l10n/bundle.l10n.json');
const keys = [...new Set((await findStrings()).map(({ key }) => key))].sort();
await writeFile(bundleFile, `${JSON.stringify(Object.fromEntries(keys.map((key) => [key, key])), null, 2)}\n`);
console.log(`${keys.length} texts in l10n/bundle.l10n.json`);
for (const name of await readdir(inProject('l10n'))) {
  if (/^bundle\.l10n\..+\.json$/.test(name)) {
    const translated = Object.keys(JSON.parse(await readFile(inProject(`l10n/${name}`), 'utf8')));
    const missing = keys.filter((key) => !translated.includes(key));
    const unused = translated.filter((key) => !keys.includes(key));
    console.log(`${name}: ${missing.length} missing, ${unused.length} unused`);
    for (const key of [...missing.map((text) => `+ ${text}`), ...unused.map((text) => `- ${text}`)]) {
      console.log(`  ${key}`);
    }
  }
}
