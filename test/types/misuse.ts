// What must not compile. Each expected error that goes missing is an error of its own.

import type { Extension } from 'vscode';
import type { AccessToken, AzureCredentialsApi, AzureCredentialsExports } from '../../src/api/azureCredentials.js';

export function misuse(
  exports: AzureCredentialsExports,
  api: AzureCredentialsApi,
  token: AccessToken,
  consumer: Extension<unknown>,
): void {
  // @ts-expect-error there is no version 2
  exports.getAPI(2, consumer);
  // @ts-expect-error an extension says who it is
  exports.getAPI(1);
  // @ts-expect-error a request names a resource or scopes
  void api.getToken({ interactive: true });
  // @ts-expect-error and not both
  void api.getToken({ resource: 'https://storage.azure.com', scopes: ['https://storage.azure.com/.default'] });
  // @ts-expect-error tokens are read-only
  token.token = '';
  // @ts-expect-error and so are their scopes
  token.scopes.push('');
  // @ts-expect-error accounts are read-only
  api.accounts.pop();
  // @ts-expect-error the list is the extension's
  api.accounts = [];
}
