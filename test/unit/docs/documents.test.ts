import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { describe, it } from 'mocha';
import { editors } from '../../../scripts/setup/editor.mjs';
import { inProject } from '../../../scripts/setup/paths.mjs';
import { type Document, type Link, readDocuments } from './documents.ts';
import { readManifest } from './manifest.ts';

const documents = readDocuments();
const manifest = readManifest();

describe('The documents', () => {
  it('name only settings, commands and views that exist', () => {
    const known = new Set([
      ...manifest.settings.keys(),
      ...manifest.commands.keys(),
      ...manifest.viewCommands.keys(),
      ...manifest.otherIds,
    ]);
    const named = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\bazureCredentials(?:\.[A-Za-z]+)+(?!\.[*…])\b/g)].map(([id]) => ({ path, id })),
    );
    assert.ok(named.length > 80);
    assert.deepEqual(
      named.filter(({ id }) => !known.has(id) && id !== 'azureCredentials.d.ts'),
      [],
    );
  });

  it('call commands by their titles', () => {
    const titles = new Set(manifest.commands.values());
    const emphasised = /(?:`|\*\*|")(Azure Credentials: [^`*"]+)(?:`|\*\*|")/g;
    const named = documents.flatMap(({ path, text }) =>
      [...text.matchAll(emphasised)].map(([, title = '']) => ({ path, title: title.replaceAll(/\s+/g, ' ') })),
    );
    assert.ok(named.length > 50);
    assert.deepEqual(
      named.filter(({ title }) => !titles.has(title)),
      [],
    );
  });

  it('name only scripts of package.json', () => {
    const named = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\bnpm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, script, short]) => ({
        path,
        script: script ?? short ?? '',
      })),
    );
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter(({ script }) => manifest.scripts[script] === undefined),
      [],
    );
  });

  it('link only to files and headings that exist', () => {
    const broken = documents.flatMap((document) =>
      document.links
        .filter((link) => !isOutside(link) && !leadsSomewhere(document, link))
        .map(({ target }) => [document.path, target]),
    );
    assert.deepEqual(broken, []);
  });

  it('name only files of the project that exist', () => {
    const isPath = (code: string) => /^(src|test|docs|scripts|media)\/[\w./*-]*$/.test(code);
    const named = documents.flatMap(({ path, codes }) => codes.filter(isPath).map((code) => [path, code]));
    assert.ok(named.length > 30);
    assert.deepEqual(
      named.filter(([, code = '']) => !existsSync(inProject(code))),
      [],
    );
  });

  it('name tests by titles that these tests have', () => {
    const named = documents.flatMap((document) =>
      document.links
        .filter(({ target }) => target.endsWith('.test.ts'))
        .map(({ text, target }) => ({ title: text, path: resolved(document, target) })),
    );
    assert.ok(named.length > 60);
    const wrong = named.filter(({ title, path }) => !existsSync(inProject(path)) || !hasTitle(path, title));
    assert.deepEqual(wrong, []);
  });

  it('have samples of JSON that can be read', () => {
    const samples = documents
      .flatMap((document) => document.samples)
      .filter(({ language }) => /^jsonc?$/.test(language));
    assert.ok(samples.length > 5);
    for (const { language, text } of samples) {
      const isMember = language === 'jsonc' && text.startsWith('"');
      assert.doesNotThrow(() => JSON.parse(isMember ? `{${text}}` : text), text);
    }
  });

  it('tell to type only what is there', () => {
    const programs = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:node|python3|sh|Rscript) ([\w./-]+\.(?:mjs|ts|py|sh|R))\b/g)].map(([, file = '']) => [
        path,
        file,
      ]),
    );
    assert.ok(programs.length > 5);
    const places = ['.', 'test/azure/workspace'];
    assert.deepEqual(
      programs.filter(([, file = '']) => !places.some((place) => existsSync(inProject(posix.join(place, file))))),
      [],
    );
  });

  it('are all reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      const document = documents.find((one) => one.path === path);
      for (const { target } of document?.links.filter((link) => !isOutside(link)) ?? []) {
        reached.add(resolved(document as Document, target));
      }
    }
    const unreached = documents.map(({ path }) => path).filter((path) => !reached.has(path));
    assert.deepEqual(unreached, ['test/azure/workspace/README.md']);
  });
});

describe('The manifest', () => {
  const guide = documents.find(({ path }) => path === 'docs/user-guide.md') as Document;
  const rows = guide.text.split('\n').filter((line) => line.startsWith('|'));

  it('contributes no command that the user’s guide does not list', () => {
    for (const [id, title] of manifest.commands) {
      assert.ok(
        rows.some((row) => row.startsWith(`| \`${title}\` | \`${id}\` |`)),
        `${title} (${id})`,
      );
    }
    for (const [id, title] of manifest.viewCommands) {
      assert.ok(
        rows.some((row) => row.startsWith(`| ${title} | \`${id}\` |`)),
        `${title} (${id})`,
      );
    }
  });

  it('contributes no setting that the user’s guide does not list, with its default and scope', () => {
    const scopes: Readonly<Record<string, string>> = { machine: 'machine', 'machine-overridable': 'narrow' };
    for (const [id, setting] of manifest.settings) {
      const value = setting.default === '' ? 'empty' : `\`${JSON.stringify(setting.default).replaceAll('"', '')}\``;
      const row = `| \`${id}\` | ${value} | ${scopes[setting.scope]} |`;
      assert.ok(
        rows.some((line) => line.startsWith(row)),
        row,
      );
    }
  });

  it('names only settings and commands that exist', () => {
    const ids = manifest.texts.flatMap((text) =>
      [...text.matchAll(/#(azureCredentials[\w.]+)#/g)].map(([, id = '']) => id),
    );
    const titles = manifest.texts.flatMap((text) =>
      [...text.matchAll(/`(Azure Credentials: [^`]+)`/g)].map(([, title = '']) => title),
    );
    assert.ok(ids.length > 5 && titles.length > 0);
    assert.deepEqual(
      [
        ...ids.filter((id) => !manifest.settings.has(id)),
        ...titles.filter((title) => ![...manifest.commands.values()].includes(title)),
      ],
      [],
    );
  });

  it('lets no workspace change a setting but those of terminals: every setting that decides where tokens come from is the machine’s', () => {
    for (const [id, { scope }] of manifest.settings) {
      assert.equal(scope, id.startsWith('azureCredentials.terminal.') ? 'machine-overridable' : 'machine', id);
    }
  });
});

describe('The README', () => {
  const readme = documents.find(({ path }) => path === 'README.md') as Document;

  it('names the editors that the tests run in, and the oldest that is supported', () => {
    const minor = (version: string) => version.split('.').slice(0, 2).join('.');
    assert.ok(readme.text.includes(`VS Code ${minor(editors.newest.vscode)} and ${minor(editors.oldest.vscode)}`));
    assert.equal(manifest.engine, `^${minor(editors.oldest.vscode)}.0`);
    assert.ok(readme.text.includes(`VS Code ${minor(editors.oldest.vscode)} or newer`));
  });

  it('names the package that is made', () => {
    assert.ok(readme.text.includes(`artifacts/azure-delegated-credentials-${manifest.version}.vsix`));
  });
});

function isOutside({ target }: Link): boolean {
  return /^(https?|mailto|data):/.test(target);
}

function resolved({ path }: Document, target: string): string {
  return posix.normalize(posix.join(dirname(path), target.split('#')[0] as string)).replace(/\/$/, '');
}

function leadsSomewhere(document: Document, { target }: Link): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? document.path : resolved(document, file);
  if (!existsSync(inProject(path))) {
    return false;
  }
  const other = documents.find((one) => one.path === path);
  return anchor === undefined || (other?.anchors.has(anchor) ?? false);
}

/** Titles stand in the source as they are, but for quotation marks that had to be escaped. */
function hasTitle(path: string, title: string): boolean {
  return readFileSync(inProject(path), 'utf8').replaceAll("\\'", "'").includes(title);
}
