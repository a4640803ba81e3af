import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { AzureCredentialsApi, AzureCredentialsExports } from '../../src/api/azureCredentials.d.ts';

const extensionId = 'delegated-credentials.azure-delegated-credentials';

describe('The API in an extension host where nobody is signed in', () => {
  let extension: vscode.Extension<AzureCredentialsExports>;
  /** Any installed extension can stand for the one that asks. */
  let consumer: vscode.Extension<unknown>;
  let api: AzureCredentialsApi;

  before(async () => {
    extension = vscode.extensions.getExtension(extensionId) as typeof extension;
    consumer = vscode.extensions.getExtension('vscode.git') as typeof consumer;
    api = (await extension.activate()).getAPI(1, consumer);
  });

  it('is what activate returns', () => {
    assert.ok(extension.isActive);
    assert.deepEqual(Object.keys(extension.exports), ['getAPI']);
  });

  it('refuses other versions, and callers that are no extension', () => {
    assert.throws(() => extension.exports.getAPI(2 as 1, consumer), { name: 'RangeError', message: /It has: 1\.$/ });
    assert.throws(() => extension.exports.getAPI(1, { id: 'not.installed' } as never), { name: 'TypeError' });
  });

  it('has no accounts once it is ready', async () => {
    await api.ready;
    assert.deepEqual(api.accounts, []);
  });

  it('answers requests at the same time with not_signed_in, and shows nothing', async () => {
    const requests = [
      api.getToken('https://storage.azure.com'),
      api.getToken({ resource: 'https://storage.azure.com', forceRefresh: true }),
      api.getCredential().getToken(['https://vault.azure.net/.default']),
    ];
    for (const result of await Promise.allSettled(requests)) {
      assert.equal(result.status, 'rejected');
      assert.ok(api.isAzureCredentialsError(result.reason), String(result.reason));
      assert.equal(result.reason.code, 'not_signed_in');
    }
  });

  it('gives up when the caller does', async () => {
    const request = api.getToken({ resource: 'https://storage.azure.com', signal: AbortSignal.abort() });
    await assert.rejects(request, { code: 'cancelled' });
  });

  it('collects listeners of account changes as the editor does', () => {
    const disposables: vscode.Disposable[] = [];
    api.onDidChangeAccounts(() => undefined, undefined, disposables);
    assert.equal(disposables.length, 1);
    vscode.Disposable.from(...disposables).dispose();
  });
});
