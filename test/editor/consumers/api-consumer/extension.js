import { BlobServiceClient } from '@azure/storage-blob';
import * as vscode from 'vscode';

/** @typedef {import('../../../../src/api/azureCredentials.js').AzureCredentialsApi} AzureCredentialsApi */
/** @typedef {import('../../../../src/api/azureCredentials.js').AzureCredentialsExports} AzureCredentialsExports */
/** @typedef {import('@azure/core-auth').TokenCredential} TokenCredential */

/**
 * An extension that depends on Azure Delegated Credentials and uses its API. What comes out is shown as a notification.
 * @param {vscode.ExtensionContext} context
 */
export function activate(context) {
  /** @type {vscode.Extension<AzureCredentialsExports> | undefined} */
  const extension = vscode.extensions.getExtension('delegated-credentials.azure-delegated-credentials');
  if (extension === undefined) {
    throw new Error('The extension that this one depends on is missing.');
  }
  const api = extension.exports.getAPI(1, context.extension);
  /** @type {number[]} */
  const accountEvents = [];
  // Asked at once, while the editor still starts.
  const atStart = Promise.all([
    outcome(api.getToken('https://storage.azure.com')),
    outcome(api.getToken({ resource: 'https://storage.azure.com' })),
    api.ready.then(() => `accounts: ${api.accounts.map(({ username }) => username).join() || 'none'}`),
  ]);
  const commands = {
    listBlobs: () => listBlobs(api.getCredential({ interactive: true })),
    listBlobsQuietly: () => listBlobs(api.getCredential()),
    askTwice: async () => {
      const ask = () => outcome(api.getToken({ resource: 'https://vault.azure.net', interactive: true }));
      return (await Promise.all([ask(), ask()])).join(', ');
    },
    showStart: async () => `${(await atStart).join(', ')}; events: ${accountEvents.join('+') || 'none'}`,
    signOut: async () => {
      await api.signOut();
      return `accounts: ${api.accounts.length}`;
    },
  };
  context.subscriptions.push(
    api.onDidChangeAccounts((accounts) => accountEvents.push(accounts.length)),
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`apiConsumer.${name}`, async () => {
        const text = await run().catch((error) => describe(api, error));
        void vscode.window.showInformationMessage(`API ${name} at ${Date.now()}: ${text}`);
      }),
    ),
  );
}

/** @param {TokenCredential} credential */
async function listBlobs(credential) {
  const service = new BlobServiceClient('https://contosodata.blob.core.windows.net', credential);
  const names = [];
  for await (const blob of service.getContainerClient('samples').listBlobsFlat()) {
    names.push(blob.name);
  }
  return `${names.length} blobs: ${names.join(' ')}`;
}

/** @param {ReturnType<AzureCredentialsApi['getToken']>} promise */
async function outcome(promise) {
  return await promise.then(
    ({ account }) => `a token of ${account.username}`,
    (error) => String(error.code ?? error),
  );
}

/**
 * @param {AzureCredentialsApi} api
 * @param {unknown} error
 */
function describe(api, error) {
  return api.isAzureCredentialsError(error) ? `${error.code}. ${error.message} ${error.advice ?? ''}` : String(error);
}
