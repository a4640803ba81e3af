import { BlobServiceClient } from '@azure/storage-blob';
import * as vscode from 'vscode';

const provider = 'azure-delegated';
const storage = ['https://storage.azure.com/.default'];

/**
 * An extension that knows nothing of Azure Delegated Credentials but the name of its provider.
 * @param {vscode.ExtensionContext} context
 */
export function activate(context) {
  let events = 0;
  // Asked at once, while the editor still starts.
  const atStart = vscode.authentication
    .getSession(provider, storage, { silent: true })
    .then((session) => session?.account.label ?? 'no session');
  const commands = {
    listBlobs: async () => await listBlobs(await newSession(storage)),
    signInAgain: async () =>
      describeToken(await vscode.authentication.getSession(provider, storage, { forceNewSession: true })),
    answerChallenge: async () => {
      const answer = await fetch('https://contosodata.blob.core.windows.net/samples?restype=container&comp=list', {
        headers: { Authorization: 'Bearer none', 'x-ms-version': '2025-07-05' },
      });
      const header =
        answer.headers.get('WWW-Authenticate') ??
        'Bearer authorization_uri=https://login.microsoftonline.com/contoso.com/oauth2/authorize resource_id=https://storage.azure.com';
      return describeToken(await newSession({ wwwAuthenticate: header }));
    },
    answerClaims: async () => {
      const claims = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}').toString('base64');
      const wwwAuthenticate = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/contoso.com/oauth2/authorize", error="insufficient_claims", claims="${claims}"`;
      return describeToken(await newSession({ wwwAuthenticate, fallbackScopes: storage }));
    },
    askPassively: async () =>
      (await vscode.authentication.getSession(provider, storage))?.account.label ?? 'no session',
    askAsLast: async () => {
      const account = (await vscode.authentication.getAccounts(provider)).at(-1);
      const options = { createIfNone: true, ...(account === undefined ? {} : { account }) };
      return describeToken(
        await vscode.authentication.getSession(provider, storage, { ...options, createIfNone: true }),
      );
    },
    otherTenant: async () => describeToken(await newSession([...storage, 'VSCODE_TENANT:fabrikam.com'])),
    wrongScopes: async () => describeToken(await newSession(['VSCODE_TENANT:fabrikam.com'])),
    showStart: async () => `${await atStart}; events: ${events}; accounts: ${await accounts()}`,
  };
  context.subscriptions.push(
    vscode.authentication.onDidChangeSessions((event) => {
      events += event.provider.id === provider ? 1 : 0;
    }),
    ...Object.entries(commands).map(([name, run]) =>
      vscode.commands.registerCommand(`sessionConsumer.${name}`, async () => {
        const text = await run().catch((error) => `${error.name}. ${error.message}`);
        void vscode.window.showInformationMessage(`Session ${name} at ${Date.now()}: ${text}`);
      }),
    ),
  );
}

/** @param {readonly string[] | vscode.AuthenticationWwwAuthenticateRequest} scopesOrRequest */
async function newSession(scopesOrRequest) {
  return await vscode.authentication.getSession(provider, scopesOrRequest, { createIfNone: true });
}

async function accounts() {
  return (await vscode.authentication.getAccounts(provider)).map(({ label }) => label).join() || 'none';
}

/** @param {vscode.AuthenticationSession} session */
async function listBlobs({ accessToken }) {
  const credential = { getToken: async () => ({ token: accessToken, expiresOnTimestamp: Date.now() + 300_000 }) };
  const service = new BlobServiceClient('https://contosodata.blob.core.windows.net', credential);
  const names = [];
  for await (const blob of service.getContainerClient('samples').listBlobsFlat()) {
    names.push(blob.name);
  }
  return `${names.length} blobs: ${names.join(' ')}`;
}

/**
 * Who the token is for and where it is good: never the token.
 * @param {vscode.AuthenticationSession} session
 */
function describeToken({ account, accessToken, id, scopes }) {
  const { aud, tid } = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  return `${account.label} has a token for ${aud} of tenant ${tid}; session ${id.endsWith(scopes.join(' '))}`;
}
