import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { includeVariables } from '../../src/git/gitConfiguration.ts';
import { AzureCredentialsError, type ErrorCode } from '../../src/tokens/errors.ts';
import { send } from '../unit/endpoint/endpointUnderTest.ts';
import { ids } from '../unit/entra/harness.ts';
import type { Random } from './random.ts';
import type { Asked, Given } from './verify.ts';
import { extensionIds, type SoakedWindow, soakedAccounts } from './window.ts';

/** One request of a consumer: what it asks for, and how. */
interface Request extends Asked {
  /** Undefined when the consumer was told, in its own protocol, that there is none. */
  ask(): Promise<Given | undefined>;
}

/** Makes a request in a window, at random. */
export type Consumer = (window: SoakedWindow, random: Random) => Request;

const people = [
  { username: 'ada@contoso.com', id: ids.ada, tenants: [ids.contoso, ids.fabrikam] },
  { username: 'ben@contoso.com', id: soakedAccounts.ben, tenants: [ids.contoso] },
  { username: 'finn@fabrikam.com', id: soakedAccounts.finn, tenants: [ids.fabrikam] },
] as const;
const resources = [
  'https://storage.azure.com',
  'https://vault.azure.net',
  'https://management.azure.com/',
  'https://database.windows.net',
  'https://graph.microsoft.com',
] as const;
/** Asked for so seldom that their tokens end in between. */
const rareResources = [
  'https://servicebus.azure.net',
  'https://eventhubs.azure.net',
  'https://dev.azuresynapse.net',
  'https://managedhsm.azure.net',
] as const;
const azureDevOps = '499b84ac-1321-427f-aa17-267ca6975798';

/** Every consumer that the extension has, but for the editor’s own commands and sessions, which call the same service. */
export const consumers: Readonly<Record<string, Consumer>> = {
  extension: (window, random) => {
    const { who, tenantId, resource } = choose(random);
    const api = window.api.getAPI(1, { id: random.pick(extensionIds) } as never);
    const ask = () =>
      api.getToken({
        resource,
        account: random.onceIn(2) ? who.id : who.username,
        tenantId,
        forceRefresh: random.onceIn(15),
      });
    return { username: who.username, tenantId, resource, ask };
  },
  credential: (window, random) => {
    const { who, tenantId, resource } = choose(random);
    const credential = window.api
      .getAPI(1, { id: random.pick(extensionIds) } as never)
      .getCredential({ account: who.id, tenantId });
    return { username: who.username, tenantId, resource, ask: () => credential.getToken(`${resource}/.default`) };
  },
  person: (window, random) => {
    const { who, tenantId, resource } = choose(random);
    const ask = async () => {
      if (random.onceIn(10)) {
        window.tokens.clear({ accountId: who.id });
      }
      return await window.tokens.getToken(
        { resource, account: who.id, tenantId },
        { kind: 'person', id: 'command', label: 'Command' },
      );
    };
    return { username: who.username, tenantId, resource, ask };
  },
  appService: program(({ resource, variables: { IDENTITY_ENDPOINT: url, IDENTITY_HEADER: header = '' } }) =>
    identity(`${url}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`, {
      headers: { 'x-identity-header': header },
    }),
  ),
  msi2017: program(({ resource, variables: { MSI_ENDPOINT: url, MSI_SECRET: secret = '' } }) =>
    identity(`${url}?api-version=2017-09-01&resource=${encodeURIComponent(resource)}`, { headers: { secret } }),
  ),
  cloudShell: program(({ resource, variables: { MSI_ENDPOINT: url = '' } }) =>
    identity(url, {
      method: 'POST',
      headers: { metadata: 'true' },
      body: new URLSearchParams({ resource }).toString(),
    }),
  ),
  azd: program(async ({ resource, variables: { AZD_AUTH_ENDPOINT: url, AZD_AUTH_KEY: key } }) => {
    const body = JSON.stringify({ scopes: [`${resource}/.default`] });
    const { text } = await send(`${url}/token?api-version=2023-07-12-preview`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body,
    });
    const answer = JSON.parse(text) as { readonly token?: string; readonly expiresOn: string };
    return answer.token === undefined
      ? undefined
      : { token: answer.token, expiresOnTimestamp: Date.parse(answer.expiresOn) };
  }),
  workbench: program(
    async ({ resource, variables: { RS_SERVER_ADDRESS: url, PWB_SESSION_RUNTIME_DIR: folder = '' } }) => {
      const cookie = (await readFile(join(folder, 'rpc_cookie'), 'utf8')).trim();
      const body = JSON.stringify({ method: '/delegated_azure_token', params: [resource] });
      const { text } = await send(`${url}/delegated_azure_token`, {
        method: 'POST',
        headers: { 'x-rs-session-server-rpc-cookie': cookie },
        body,
      });
      const { token } = JSON.parse(text) as { readonly token?: { readonly access_token: string } };
      return token && { token: token.access_token };
    },
  ),
  git: (window, random) => gitRequest(random, (input) => throughSocket(window.git.address, `action=get\n${input}`)),
  'git itself': (window, random) => gitRequest(random, (input) => throughGit(window, input)),
};

function choose(random: Random) {
  const who = random.pick(people);
  const resource = random.pick<string>(random.onceIn(4) ? rareResources : resources);
  return { who, tenantId: random.pick<string>(who.tenants), resource };
}

/** A program in a terminal: it gets the token of the window’s default account, of that one’s own tenant. */
function program(
  ask: (asked: {
    readonly resource: string;
    readonly variables: SoakedWindow['variables'];
  }) => Promise<Given | undefined>,
): Consumer {
  return ({ variables, defaultAccountId }, random) => {
    const who = people.find(({ id }) => id === defaultAccountId) ?? people[0];
    const resource = random.pick(resources);
    return { username: who.username, tenantId: who.tenants[0], resource, ask: () => ask({ resource, variables }) };
  };
}

/** What a program was told, as the error that it stands for. */
function refused(code: ErrorCode): AzureCredentialsError {
  return new AzureCredentialsError(code, 'The consumer was told so in its own protocol.');
}

async function identity(url: string, options: Parameters<typeof send>[1]): Promise<Given | undefined> {
  const { status, text } = await send(url, options);
  const answer = JSON.parse(text) as {
    readonly access_token: string;
    readonly expires_on: string;
    readonly error?: { readonly code: ErrorCode };
  };
  if (answer.error !== undefined) {
    throw refused(answer.error.code);
  }
  return status === 200
    ? { token: answer.access_token, expiresOnTimestamp: Number(answer.expires_on) * 1000 }
    : undefined;
}

/** Each organization is bound to its own account. */
function gitRequest(random: Random, get: (input: string) => Promise<string>): Request {
  const [organization, username, tenantId] = random.pick([
    ['contoso', 'ben@contoso.com', ids.contoso],
    ['fabrikam', 'finn@fabrikam.com', ids.fabrikam],
  ] as const);
  const ask = async (): Promise<Given | undefined> => {
    const answer = await get(`protocol=https\nhost=dev.azure.com\npath=${organization}/p/_git/r\n`);
    const code = /^trace=.* error=(\w+)/m.exec(answer)?.[1];
    if (code !== undefined) {
      throw refused(code as ErrorCode);
    }
    const [token, expiry] = [/^password=(.+)$/m.exec(answer)?.[1], /^password_expiry_utc=(\d+)$/m.exec(answer)?.[1]];
    return token === undefined
      ? undefined
      : { token, ...(expiry !== undefined && { expiresOnTimestamp: Number(expiry) * 1000 }) };
  };
  return { username, tenantId, resource: azureDevOps, ask };
}

/** As git’s own `credential-cache` client does it. */
function throughSocket(address: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(address, () => socket.end(input));
    socket.setEncoding('utf8');
    let answer = '';
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

function throughGit({ git }: SoakedWindow, input: string): Promise<string> {
  const variables = includeVariables({}, git.configuration.terminal, () => false);
  const env = {
    PATH: process.env['PATH'],
    HOME: git.folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...variables,
  };
  return new Promise((resolve, reject) => {
    const child = execFile('git', ['credential', 'fill'], { env, cwd: git.folder, timeout: 60_000 }, (error, stdout) =>
      error === null || stdout === ''
        ? resolve(stdout)
        : reject(new AzureCredentialsError('network', 'git ended badly')),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
