import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { StorageAccount } from './data.ts';
import { issueAccessToken } from './entra/jwt.ts';
import { hostOf } from './messages.ts';
import type { CreateStandIn, StartContext } from './standIn.ts';
import type { AzureState } from './state.ts';

const hostPattern =
  /^[a-z0-9]{3,24}(-secondary)?\.blob\.(core\.windows\.net|core\.usgovcloudapi\.net|core\.chinacloudapi\.cn)$/;
const startTimeout = 30_000;

/**
 * Azure Storage (blobs): the real Azurite with OAuth, behind its own TLS because it takes bearer tokens over https
 * only. It finds the account in the host name, which is passed on as it came.
 */
export const createStorage: CreateStandIn = (state) => {
  let azurite: Azurite | undefined;
  return {
    name: 'Azure Storage',
    matches: (host) => hostPattern.test(host),
    start: async (context) => {
      azurite = await startAzurite(state.data.storageAccounts, context);
      await seed(state, azurite);
    },
    stop: async () => {
      await azurite?.stop();
      azurite = undefined;
    },
    handle: async (request, response) => {
      if (!azurite) {
        response.writeHead(503).end('The local Azure was started without storage.');
        return;
      }
      await forward(azurite, request, response);
    },
  };
};

interface Azurite {
  readonly port: number;
  readonly agent: Agent;
  stop(): Promise<void>;
}

async function startAzurite(accounts: readonly StorageAccount[], context: StartContext): Promise<Azurite> {
  const folder = join(context.scratch, 'azurite');
  mkdirSync(folder, { recursive: true });
  const { certificate, key } = context.issueCertificate(['127.0.0.1', 'localhost']);
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const child = fork(
    createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js'),
    [
      ...['--blobHost', '127.0.0.1', '--blobPort', '0', '--oauth', 'basic'],
      ...['--cert', certificateFile, '--key', keyFile],
      ...['--inMemoryPersistence', '--silent', '--disableTelemetry', '--skipApiVersionCheck'],
    ],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // The child ends itself when this process is gone, however that came about.
      execArgv: ['--import', fileURLToPath(new URL('./endWithParent.ts', import.meta.url))],
      env: { ...process.env, NODE_OPTIONS: '', AZURITE_ACCOUNTS: accounts.map(accountWithKey).join(';') },
    },
  );
  const port = await listeningPort(child);
  const agent = new Agent({ keepAlive: true, ca: context.authorityCertificate, servername: 'localhost' });
  return {
    port,
    agent,
    stop: async () => {
      agent.destroy();
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
    },
  };
}

function accountWithKey({ name }: StorageAccount): string {
  return `${name}:${randomBytes(64).toString('base64')}`;
}

async function listeningPort(child: ChildProcess): Promise<number> {
  let output = '';
  return new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => fail(`did not start within ${startTimeout / 1000} s`), startTimeout);
    const fail = (what: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`Azurite ${what}. Its output: ${output}`));
    };
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-10_000);
      const port = /successfully listens on https:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port) {
        clearTimeout(timer);
        resolve(Number(port));
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => fail(`ended with code ${code}`));
  });
}

async function forward(azurite: Azurite, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const onward = httpsRequest({
    host: '127.0.0.1',
    port: azurite.port,
    agent: azurite.agent,
    method: request.method,
    path: request.url,
    headers: { ...request.headers, host: hostOf(request) },
  });
  const [answer] = await Promise.all([
    once(onward, 'response').then(([message]) => message as IncomingMessage),
    pipeline(request, onward),
  ]);
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, response);
}

/** Puts the containers and blobs of the data file into the accounts, with a token as anyone else would. */
async function seed(state: AzureState, azurite: Azurite): Promise<void> {
  for (const account of state.data.storageAccounts) {
    const authorization = `Bearer ${await seedToken(state, account)}`;
    const host = `${account.name}.blob.core.windows.net`;
    for (const container of account.containers) {
      await put(azurite, { host, path: `/${container.name}?restype=container`, authorization });
      const blobs = Object.entries(container.blobs).map(([name, body]) =>
        put(azurite, { host, path: `/${container.name}/${encodeURI(name)}`, authorization, body }),
      );
      await Promise.all(blobs);
    }
  }
}

async function seedToken(state: AzureState, account: StorageAccount): Promise<string> {
  const tenant = state.data.tenants.find(({ domain }) => domain === account.tenant);
  const resource = state.data.resources.find(({ name }) => name === 'Azure Storage');
  const [application] = state.data.applications;
  if (!(tenant && resource && application)) {
    throw new TypeError('The data file needs a tenant, the resource "Azure Storage" and an application.');
  }
  const principal = { clientId: application.clientId, tenant: tenant.domain, id: tenant.id, roles: {} };
  const { token } = await issueAccessToken(
    { state, cloud: tenant.cloud, origin: 'https://login.microsoftonline.com', tenant, application },
    { kind: 'application', principal },
    {
      resource,
      identifier: 'https://storage.azure.com',
      confidential: true,
      capabilities: [],
      authenticationContexts: [],
    },
  );
  return token;
}

interface Put {
  readonly host: string;
  readonly path: string;
  readonly authorization: string;
  readonly body?: string;
}

async function put({ port, agent }: Azurite, { host, path, authorization, body }: Put): Promise<void> {
  const headers = {
    host,
    authorization,
    'x-ms-version': '2024-11-04',
    'x-ms-date': new Date().toUTCString(),
    'content-length': Buffer.byteLength(body ?? ''),
    ...(body === undefined ? {} : { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'text/plain; charset=utf-8' }),
  };
  const onward = httpsRequest({ host: '127.0.0.1', port, agent, method: 'PUT', path, headers });
  onward.end(body ?? '');
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  const text = (await answer.toArray()).join('');
  if (answer.statusCode !== 201) {
    throw new Error(`Azurite did not take ${path}: ${answer.statusCode} ${text}`);
  }
}
