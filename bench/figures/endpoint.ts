import { execFile } from 'node:child_process';
import { createServer, get, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LocalTokenEndpoint } from '../../src/endpoint/localTokenEndpoint.ts';
import { systemClock } from '../../src/tokens/clock.ts';
import { secretMemory, workspaceMemory } from '../../test/unit/endpoint/endpointUnderTest.ts';
import { amount, atLeast, comparedRow, type Figure, rounded } from '../figure.ts';
import { type AzureAccess, createSignedInService, quietLog } from '../productionService.ts';
import { median, ratioOf, takeTurns } from '../takeTurns.ts';
import { type EndpointForCommand, measureAzCommand } from './azCommand.ts';

const loadClient = fileURLToPath(new URL('../loadClient.ts', import.meta.url));

/** A warm token over HTTP, against a server that does nothing but answer the same bytes. */
export async function measureEndpoint(
  azure: AzureAccess,
  { rounds = 15, warmUps = 2, requests = 10_000, peers = true } = {},
): Promise<Figure> {
  await using started = new AsyncDisposableStack();
  const endpoint = await startEndpoint(azure, started);
  const { url, secret } = endpoint;
  const answer = await ask(url, secret);
  const barePort = await startBareServer(answer, started);
  const bareUrl = Object.assign(new URL(url), { port: String(barePort) });
  const p99s: number[] = [];
  const load = async (target: URL) => await runLoad(target, { secret, requests });
  const figures = await takeTurns(
    {
      ours: async () => {
        const { perSecond, p99 } = await load(url);
        p99s.push(p99);
        return perSecond;
      },
      bare: async () => (await load(bareUrl)).perSecond,
    },
    { rounds, warmUps },
  );
  const commands = peers ? await measureAzCommand(endpoint) : [];
  const compared = ratioOf(figures.ours, figures.bare);
  const p99 = median(p99s.slice(-rounds));
  return {
    key: 'endpoint',
    fields: {
      ours_rps: rounded(median(figures.ours)),
      bare_rps: rounded(median(figures.bare)),
      ratio: rounded(compared.ratio),
      p99_ms: rounded(p99),
    },
    rows: [
      comparedRow({
        what: `a token over HTTP, 32 at a time (p99: ${amount(p99, 'ms')})`,
        ...{ ours: figures.ours, peer: 'bare node:http', against: figures.bare, unit: 'a second', compared },
        goal: atLeast(compared.ratio, 0.7),
      }),
      ...commands,
    ],
  };
}

/** The local token endpoint as a window starts it, with the approval of the person and a token in memory. */
async function startEndpoint(azure: AzureAccess, started: AsyncDisposableStack): Promise<EndpointForCommand> {
  const tokens = await createSignedInService(azure);
  started.defer(() => void tokens.dispose());
  const endpoint = await LocalTokenEndpoint.start({
    tokens,
    secrets: secretMemory(),
    memory: workspaceMemory(),
    cookieFolder: () => '',
    clock: systemClock(),
    log: quietLog,
    onFailure: (error) => {
      throw error;
    },
  });
  started.defer(() => endpoint.dispose());
  const variables = await endpoint.serve(['azureSdk']);
  const { IDENTITY_ENDPOINT: address, IDENTITY_HEADER: secret = '' } = variables;
  return { url: new URL(`${address}?api-version=2019-08-01&resource=https://storage.azure.com`), secret, variables };
}

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(url: URL, secret: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'X-IDENTITY-HEADER': secret } }, (response) => {
      response
        .setEncoding('latin1')
        .toArray()
        .then((chunks: string[]) => {
          const { statusCode, headers } = response;
          const error = new Error(`The endpoint answered ${statusCode}.`);
          statusCode === 200 ? resolve({ headers, body: chunks.join('') }) : reject(error);
        }, reject);
    }).on('error', reject);
  });
}

/** Answers what the endpoint answered: its own headers by name, the rest as Node adds them to both. */
async function startBareServer({ headers, body }: Answer, started: AsyncDisposableStack): Promise<number> {
  const answered = {
    'Content-Type': headers['content-type'],
    'Cache-Control': headers['cache-control'],
    'Content-Length': headers['content-length'],
  };
  const server = createServer((_request, response) => {
    response.writeHead(200, answered);
    response.end(body, 'latin1');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  started.defer(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

function runLoad(
  { port, host, pathname, search }: URL,
  { secret, requests }: { readonly secret: string; readonly requests: number },
): Promise<{ readonly perSecond: number; readonly p99: number }> {
  const head = [
    `GET ${pathname}${search} HTTP/1.1`,
    ...[
      `Host: ${host}`,
      `X-IDENTITY-HEADER: ${secret}`,
      'User-Agent: azsdk-js-identity/4.14.1',
      'Accept: application/json',
    ],
  ];
  return new Promise((resolve, reject) => {
    const args = [loadClient, port, String(requests), '32'];
    const child = execFile(process.execPath, args, (error, stdout) =>
      error === null ? resolve(JSON.parse(stdout)) : reject(error),
    );
    child.stdin?.end(`${head.join('\r\n')}\r\n\r\n`);
  });
}
