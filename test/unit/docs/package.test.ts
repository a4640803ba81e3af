import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { bundledPackages, noticesText } from '../../../scripts/package/notices.mjs';
import { buildBundle, withoutRelativeLinks } from '../../../scripts/package/stage.mjs';
import { root } from '../../../scripts/setup/paths.mjs';

type Metafile = Awaited<ReturnType<typeof buildBundle>>;

describe('The bundle that is published', function () {
  this.timeout(30_000);
  let folder: string;
  let metafile: Metafile;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    metafile = await buildBundle(join(folder, 'first'), join(folder, 'first.json'));
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is the same, byte for byte, when it is built again', async () => {
    await buildBundle(join(folder, 'second'), join(folder, 'second.json'));
    const first = await hashes(join(folder, 'first'));
    assert.ok(first.length > 5);
    assert.deepEqual(await hashes(join(folder, 'second')), first);
  });

  it('has nothing in it of where it was built', () => {
    assert.ok(!JSON.stringify(metafile).includes(root));
  });

  it('loads MSAL in a chunk that the start does not import', () => {
    const start = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint === 'src/extension.ts');
    const inputs = staticallyImported(metafile, start);
    assert.ok(inputs.some((path) => path.startsWith('src/tokens/')));
    assert.deepEqual(
      inputs.filter((path) => path.includes('node_modules')),
      [],
    );
  });

  it('comes with the licence of every package that is in it', async () => {
    const packages = await bundledPackages(metafile, root);
    const text = noticesText(packages);
    assert.ok(packages.some(({ name, license }) => name === '@azure/msal-node' && license === 'MIT'));
    for (const { name, version, text: licence } of packages) {
      assert.ok(text.includes(`${name} ${version} (`), name);
      assert.ok(licence.length > 200 && text.includes(licence), name);
    }
  });
});

describe('The README of a package without a repository', () => {
  it('has no picture and no link that an editor could not show or follow', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const packaged = withoutRelativeLinks(readme);
    const links = [...packaged.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    assert.deepEqual(
      links.filter((target) => !/^(https:|#)/.test(target)),
      [],
    );
    assert.ok(links.length > 3);
    assert.ok(packaged.includes("User's guide · Administrator's guide"));
    assert.ok(packaged.length > readme.length * 0.8);
  });

  it('keeps links to public addresses and within the page, and the text of others', () => {
    const text =
      '![one](a.png)\n\n[two](https://a.example) [three](#here) [four `f`](b.md#x) ![five](https://a.example/5.png)';
    assert.equal(
      withoutRelativeLinks(text),
      '[two](https://a.example) [three](#here) four `f` ![five](https://a.example/5.png)',
    );
  });
});

describe('Third-party notices', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'notices-'));
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('refuse a package whose licence is not known to be permissive, or not told', async () => {
    await addPackage('copyleft', { license: 'GPL-3.0-only' }, 'The licence');
    await addPackage('untold', {}, 'The licence');
    await assert.rejects(bundledPackages(using('copyleft'), folder), /copyleft 1\.0\.0.*GPL-3\.0-only/);
    await assert.rejects(bundledPackages(using('untold'), folder), /untold 1\.0\.0.*undefined/);
  });

  it('refuse a package without the text of its licence', async () => {
    await addPackage('bare', { license: 'MIT' });
    await assert.rejects(bundledPackages(using('bare'), folder), /bare 1\.0\.0.*no licence file/);
  });

  it('name a package once, and none of which nothing is in the bundle', async () => {
    await addPackage('@scope/used', { license: 'MIT' }, 'The licence of it');
    const { inputs, outputs } = using('@scope/used/lib');
    const nothing = { 'node_modules/unused/index.js': { bytesInOutput: 0 } };
    const empty = { bytes: 0, inputs: nothing, imports: [], exports: [] };
    const metafile = { inputs, outputs: { ...outputs, 'c.js': empty } };
    const packages = await bundledPackages(metafile, folder);
    assert.deepEqual(packages, [{ name: '@scope/used', version: '1.0.0', license: 'MIT', text: 'The licence of it' }]);
  });

  async function addPackage(name: string, manifest: object, licence?: string): Promise<void> {
    const path = join(folder, 'node_modules', name);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
    if (licence !== undefined) {
      await writeFile(join(path, 'LICENSE.md'), `${licence}\r\n`);
    }
  }
});

/** A bundle of two files, both with something of these packages. */
function using(...packages: readonly string[]): Metafile {
  const inputs = () =>
    Object.fromEntries(packages.map((name) => [`node_modules/${name}/index.js`, { bytesInOutput: 10 }]));
  const output = () => ({ bytes: 10, inputs: inputs(), imports: [], exports: [] });
  return { inputs: {}, outputs: { 'a.js': output(), 'b.js': output() } };
}

/** Files of the sources that are loaded with an output file, dynamic imports aside. */
function staticallyImported(metafile: Metafile, output: Metafile['outputs'][string] | undefined): string[] {
  assert.ok(output);
  const seen = new Set([output]);
  for (const { imports } of seen) {
    for (const { path, kind } of imports) {
      const next = metafile.outputs[path];
      if (kind === 'import-statement' && next !== undefined) {
        seen.add(next);
      }
    }
  }
  return [...seen].flatMap(({ inputs }) => Object.keys(inputs));
}

async function hashes(path: string): Promise<readonly string[]> {
  const names = (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.js')).sort();
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(path, name)))
      .digest('hex');
  return await Promise.all(names.map(async (name) => `${name} ${await hash(name)}`));
}
