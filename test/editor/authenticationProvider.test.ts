import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

const provider = 'azure-delegated';
const scopes = ['https://storage.azure.com/.default'];

describe('The authentication provider in an extension host where nobody is signed in', () => {
  it('is declared in the manifest, so that the editor starts it when it is first asked for', () => {
    const { packageJSON } = vscode.extensions.getExtension(
      'delegated-credentials.azure-delegated-credentials',
    ) as vscode.Extension<unknown>;
    assert.deepEqual(packageJSON.contributes.authentication, [{ id: provider, label: 'Azure (delegated)' }]);
  });

  it('has no accounts', async () => {
    assert.deepEqual(await vscode.authentication.getAccounts(provider), []);
  });

  it('gives no session to a silent request, however often it is asked at the same time', async () => {
    const ask = () => vscode.authentication.getSession(provider, scopes, { silent: true });
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [undefined, undefined, undefined]);
  });

  it('gives no session to a silent request that hands back a 401', async () => {
    const wwwAuthenticate =
      'Bearer authorization_uri="https://login.microsoftonline.com/contoso.com/oauth2/authorize", resource_id="https://storage.azure.com"';
    assert.equal(await vscode.authentication.getSession(provider, { wwwAuthenticate }, { silent: true }), undefined);
  });

  it('says what is wrong with scopes that name no resource', async () => {
    const wrong = ['VSCODE_TENANT:contoso.com'];
    await assert.rejects(async () => await vscode.authentication.getSession(provider, wrong, { silent: true }), {
      name: 'AzureCredentialsError',
      message: /name no resource\. Ask for a scope/,
    });
  });

  it('leaves the configured application to whoever configured it', async () => {
    const wrong = [...scopes, 'VSCODE_CLIENT_ID:5a6b7c8d-1111-4e2f-9a0b-000000000001'];
    await assert.rejects(async () => await vscode.authentication.getSession(provider, wrong, { silent: true }), {
      message: /cannot be honored/,
    });
  });
});
