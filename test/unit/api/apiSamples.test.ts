import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { declarationFile } from './apiShape.ts';

const root = join(import.meta.dirname, '../../..');

describe('the samples of README.md and docs/api.md', () => {
  let folder: string;
  let documentation: string;

  before(async () => {
    const documents = ['README.md', 'docs/api.md'].map((path) => readFile(join(root, path), 'utf8'));
    documentation = (await Promise.all(documents)).join('\n');
    folder = await mkdtemp(join(tmpdir(), 'api-samples-'));
    await copyFile(declarationFile, join(folder, 'azureCredentials.d.ts'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    await writeFile(join(folder, 'package.json'), '{}');
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('compile under the strictest settings, beside a copy of the declarations as the text says', async () => {
    const samples = blocks(documentation, 'ts');
    assert.ok(samples.length >= 9, `only ${samples.length} samples`);
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    await copyFile(declarationFile, join(folder, 'src/azureCredentials.d.ts'));
    for (const [index, sample] of samples.entries()) {
      await writeFile(join(folder, `src/sample${index + 1}.ts`), sample);
    }
    assert.equal(await compile(folder), '');
  }).timeout(60_000);

  it('are valid JSON where they are JSON', () => {
    const samples = blocks(documentation, 'json');
    assert.ok(samples.length >= 2);
    for (const sample of samples) {
      JSON.parse(sample);
    }
  });

  it('name the extension as its manifest does', async () => {
    const { publisher, name } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const ids = documentation.match(/[\w-]+\.azure-delegated-credentials\b/g) ?? [];
    assert.ok(ids.length >= 2);
    assert.deepEqual([...new Set(ids)], [`${publisher}.${name}`]);
  });
});

const settings = {
  extends: '@tsconfig/strictest/tsconfig.json',
  compilerOptions: {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    module: 'preserve',
    moduleResolution: 'bundler',
    types: ['node', 'vscode'],
    skipLibCheck: false,
    noEmit: true,
  },
  include: ['src'],
};

function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);
}

/** @returns what the compiler says, empty when it finds nothing */
function compile(project: string): Promise<string> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '-p', project, '--pretty', 'false'], { cwd: project }, (error, stdout) => {
      resolve(stdout || (error?.message ?? ''));
    });
  });
}
