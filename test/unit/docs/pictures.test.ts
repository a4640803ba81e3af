import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inProject } from '../../../scripts/setup/paths.mjs';
import { readDocuments } from './documents.ts';

const folder = inProject('docs/images');

describe('Pictures of the documents', () => {
  const names = readdirSync(folder).map((file) => basename(file, '.png'));
  const documents = readDocuments();
  const shown = documents.flatMap(({ links, path }) =>
    links.flatMap(({ target, text }) =>
      target.endsWith('.png') ? [{ path, text, name: basename(target, '.png') }] : [],
    ),
  );

  it('are those that the tour takes', () => {
    const tour = readFileSync(inProject('test/ui/tour.test.ts'), 'utf8');
    const taken = [...tour.matchAll(/await picture\(\s*'([\w-]+)'/g)].map(([, name]) => name);
    assert.deepEqual(names.sort(), taken.sort());
  });

  it('are each shown, and told to those who cannot see them', () => {
    assert.deepEqual(
      names.filter((name) => !shown.some((one) => one.name === name)),
      [],
    );
    for (const { name, text } of shown) {
      assert.ok(text.length > 30, name);
    }
  });

  it('have at most 150 kB, and the README has one', () => {
    for (const name of names) {
      assert.ok(statSync(join(folder, `${name}.png`)).size <= 150_000, name);
    }
    assert.deepEqual(
      shown.filter(({ path }) => path === 'README.md').map(({ name }) => name),
      ['overview'],
    );
  });
});
