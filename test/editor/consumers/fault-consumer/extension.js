import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as vscode from 'vscode';
import { breakDisk, breakNames, createSecretFaults } from './machine.js';

/** @typedef {import('../../../../src/api/azureCredentials.js').AzureCredentialsApi} AzureCredentialsApi */
/** @typedef {import('../../../../src/api/azureCredentials.js').AzureCredentialsExports} AzureCredentialsExports */

/**
 * @typedef {object} Wish what the test wants
 * @property {string} [resource] a URI
 * @property {boolean} [interactive]
 * @property {boolean} [forceRefresh] of a token that is in memory
 * @property {Record<string, unknown>} [settings] of the person, by their full names
 * @property {string} [names] how names of hosts are found from now on: `NOTFOUND`, an address, or as ever
 * @property {boolean} [isDiskFull]
 * @property {import('./machine.js').SecretWish} [secrets]
 */

const extensionId = 'delegated-credentials.azure-delegated-credentials';
const provider = 'azure-delegated';

/**
 * Asks for tokens in every way an extension can, each time the test asks it to: `POST /api`, `/command`, `/session`, `/git`.
 * It is asked over loopback, so that nothing of the editor has to work meanwhile. Tells who a token is for, never the token.
 * Its address is in a file of `FAULT_CONSUMER_FOLDER`, named like the window's folder, and another one each time that an
 * extension host has started.
 * @param {vscode.ExtensionContext} context
 */
export function activate(context) {
  const secretFaults = createSecretFaults(context.secrets);
  const server = createServer((request, response) => {
    const started = performance.now();
    text(request)
      .then(async (body) => {
        const wish = JSON.parse(body || '{}');
        return request.url === '/secrets' ? secretFaults(wish.secrets) : await ask(context, request.url ?? '', wish);
      })
      .then(
        (token) => ({ token: token ?? null }),
        (error) => ({ error: describeError(error) }),
      )
      .then((outcome) => {
        response.setHeader('Connection', 'close');
        response.end(JSON.stringify({ ...outcome, milliseconds: Math.round(performance.now() - started) }));
      });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') {
      const { pid } = process;
      const file = join(process.env['FAULT_CONSUMER_FOLDER'] ?? '', `${vscode.workspace.name}.json`);
      writeFileSync(file, JSON.stringify({ url: `http://127.0.0.1:${address.port}`, pid }));
    }
  });
  context.subscriptions.push({ dispose: () => server.close() });
}

/**
 * @param {vscode.ExtensionContext} context
 * @param {string} path
 * @param {Wish} wish
 */
async function ask(context, path, wish) {
  const { resource = '', interactive = false, forceRefresh = false, settings = {}, names, isDiskFull = false } = wish;
  switch (path) {
    case '/api': {
      const token = await (await openApi(context)).getToken({ resource, interactive, forceRefresh });
      return claimsOf(token.token);
    }
    case '/command':
      return claimsOf(await vscode.commands.executeCommand('azureCredentials.getAccessToken', { resource }));
    case '/session': {
      const how = interactive ? { createIfNone: true } : { silent: true };
      const session = await vscode.authentication.getSession(provider, [`${resource}/.default`], how);
      return session && claimsOf(session.accessToken);
    }
    case '/git':
      return await fetchWithGit();
    case '/accounts':
      return { accounts: (await vscode.authentication.getAccounts(provider)).map(({ label }) => label).sort() };
    case '/known': {
      const api = await openApi(context);
      await api.ready;
      return { accounts: api.accounts.map(({ username }) => username).sort() };
    }
    case '/settings':
      for (const [name, value] of Object.entries(settings)) {
        await vscode.workspace.getConfiguration().update(name, value ?? undefined, vscode.ConfigurationTarget.Global);
      }
      return {};
    case '/machine':
      breakNames(names);
      breakDisk(isDiskFull);
      return {};
    case '/clear':
      await vscode.commands.executeCommand('notifications.clearAll');
      return {};
    default:
      throw new TypeError(`Nobody knows ${path}`);
  }
}

/**
 * @param {vscode.ExtensionContext} context
 * @returns {Promise<AzureCredentialsApi>}
 */
async function openApi(context) {
  /** @type {vscode.Extension<AzureCredentialsExports> | undefined} */
  const extension = vscode.extensions.getExtension(extensionId);
  if (extension === undefined) {
    throw new Error('The extension that this one depends on is missing.');
  }
  return (await extension.activate()).getAPI(1, context.extension);
}

/** The Git extension fetches the repository of the window, as its button does. */
async function fetchWithGit() {
  const git = (await vscode.extensions.getExtension('vscode.git')?.activate())?.getAPI(1);
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const repository = (await git.openRepository(folder?.uri)) ?? git.repositories[0];
  await repository.fetch();
  return { user: 'git' };
}

/** @param {string} token */
function claimsOf(token) {
  const { aud, tid, upn, unique_name, preferred_username } = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  );
  return { user: upn ?? unique_name ?? preferred_username, resource: aud, tenant: tid };
}

/** @param {Error & { code?: string, advice?: string, stderr?: string }} error */
function describeError({ name, message, code, advice, stderr }) {
  return { name, message, code, advice, stderr };
}
