import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { findStrings, stringsOf } from '../../../scripts/l10n/strings.mjs';
import { inProject } from '../../../scripts/setup/paths.mjs';

type Texts = Readonly<Record<string, string>>;

async function readTexts(file: string): Promise<Texts> {
  return JSON.parse(await readFile(inProject(file), 'utf8'));
}

/** What a text refers to: values, icons, links to commands and settings, addresses, code. */
function references(text: string): string[] {
  const found = text.match(/\{\d+\}|\$\([\w-]+\)|\]\([^)]*\)|`+[^`]*`+/g) ?? [];
  // Names of commands are translated, also where a text quotes them as code.
  return [...new Set(found.filter((one) => !one.startsWith('`Azure Credentials: ')))].sort();
}

async function translations(folder: string, pattern: RegExp): Promise<string[]> {
  return (await readdir(inProject(folder))).filter((name) => pattern.test(name));
}

describe('texts: what is translated', () => {
  it('is every text of the sources, and nothing that they do not use', async () => {
    const used = [...new Set((await findStrings()).map(({ key }) => key))].sort();
    const bundle = await readTexts('l10n/bundle.l10n.json');
    assert.deepEqual(Object.keys(bundle).sort(), used, 'run npm run l10n');
    for (const [key, text] of Object.entries(bundle)) {
      assert.equal(text, key);
    }
  });

  it('is every text of package.json, and nothing that it does not use', async () => {
    const manifest = await readFile(inProject('package.json'), 'utf8');
    const used = [...manifest.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    assert.deepEqual(Object.keys(await readTexts('package.nls.json')).sort(), [...new Set(used)].sort());
  });

  it('reads calls and phrases, in every way to write a literal', () => {
    const source = [
      "vscode.l10n.t('It\\'s {0}', name)",
      'vscode.l10n.t(\n  "two",\n)',
      'phrase`No tenant ${list.map(({ id }) => `${id}`).join()} in ${cloud}.`',
      ' * Tag: phrase`not this`',
    ].join('\n');
    assert.deepEqual(
      stringsOf('x.ts', source).map(({ key }) => key),
      ["It's {0}", 'two', 'No tenant {0} in {1}.'],
    );
  });

  it('refuses a text that is put together where it is used', () => {
    for (const source of ['l10n.t(text)', 'l10n.t(`${a} b`)', "l10n.t(isOn ? 'a' : 'b')"]) {
      assert.throws(() => stringsOf('x.ts', source), /x\.ts:1.*not a literal/, source);
    }
  });
});

describe('texts: translations', () => {
  it('has a German one of everything', async () => {
    assert.ok((await translations('.', /^package\.nls\..+\.json$/)).includes('package.nls.de.json'));
    assert.ok((await translations('l10n', /^bundle\.l10n\..+\.json$/)).includes('bundle.l10n.de.json'));
  });

  it('are complete, hold nothing else, and keep every value, icon, link and code', async () => {
    const pairs = [
      ...(await translations('.', /^package\.nls\..+\.json$/)).map((name) => [name, 'package.nls.json'] as const),
      ...(await translations('l10n', /^bundle\.l10n\..+\.json$/)).map(
        (name) => [`l10n/${name}`, 'l10n/bundle.l10n.json'] as const,
      ),
    ];
    for (const [file, original] of pairs) {
      const texts = await readTexts(file);
      const originals = await readTexts(original);
      assert.deepEqual(Object.keys(texts).sort(), Object.keys(originals).sort(), file);
      for (const [key, text] of Object.entries(texts)) {
        assert.ok(text.trim() !== '', `${file}: ${key} is empty`);
        assert.deepEqual(references(text), references(originals[key] ?? ''), `${file}: ${key}`);
      }
    }
  });

  it('differ from the English text, but for names', async () => {
    const bundle = await readTexts('l10n/bundle.l10n.de.json');
    const same = Object.entries(bundle).filter(([key, text]) => key === text && /[a-z]{3,} [a-z]{3,}/.test(key));
    assert.deepEqual(same, []);
  });

  it('name commands as the palette does', async () => {
    const titles = await readTexts('package.nls.de.json');
    const commands = new Set(
      Object.entries(titles).flatMap(([key, title]) => (key.startsWith('command.') ? [title] : [])),
    );
    const texts = Object.values(await readTexts('l10n/bundle.l10n.de.json'));
    const named = texts.flatMap((text) => [...text.matchAll(/„Azure Credentials: ([^“]+)“/g)].map(([, name]) => name));
    assert.ok(named.length > 10);
    assert.deepEqual(
      [...new Set(named)].filter((name) => !commands.has(name ?? '')),
      [],
    );
  });
});
