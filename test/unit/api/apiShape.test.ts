import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import { errorCodes } from '../../../src/tokens/errors.ts';
import { approvedFile, declarationFile, shapeOf } from './apiShape.ts';

describe('the shape of the public API', () => {
  it('is the one that was approved', async () => {
    const shape = shapeOf(await readFile(declarationFile, 'utf8'));
    assert.equal(
      shape,
      await readFile(approvedFile, 'utf8'),
      'The public API changed. Version 1 may only grow. If that is what you want, approve it with:\n' +
        'node test/unit/api/apiShape.ts > test/types/azureCredentials.shape.txt\n',
    );
  });

  it('notices a member that is added, renamed, made optional or writable', () => {
    const shape = shapeOf('export interface A { readonly token: string; }');
    for (const changed of [
      'export interface A { readonly token: string; more: string; }',
      'export interface A { readonly secret: string; }',
      'export interface A { readonly token?: string; }',
      'export interface A { token: string; }',
      "export interface A { readonly token: 'a//b'; }",
    ]) {
      assert.notEqual(shapeOf(changed), shape);
    }
  });

  it('does not notice comments and layout', () => {
    const shape = shapeOf("export type A = 'x' | (() => Promise<void>);\nexport interface B<T> { f(a?: T[]): void }");
    const other =
      "/** Says { more }; */\nexport type A =\n 'x' // here\n | (() =>Promise< void >) ;export interface B<T>{\n f(a ?: T[]) : void }";
    assert.equal(shapeOf(other), shape);
  });

  it('documents every error code', async () => {
    const declarations = await readFile(declarationFile, 'utf8');
    for (const code of errorCodes) {
      assert.match(declarations, new RegExp(`^ \\* - \`${code}\`: .+`, 'm'));
    }
  });

  it('needs nothing but types of vscode', async () => {
    const imports = (await readFile(declarationFile, 'utf8')).match(/^import .*$/gm);
    assert.deepEqual(imports, ["import type { Event, Extension } from 'vscode';"]);
  });
});
