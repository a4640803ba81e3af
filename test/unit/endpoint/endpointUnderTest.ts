import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DialectGroup, dialectGroups } from '../../../src/endpoint/dialectGroups.ts';
import {
  LocalTokenEndpoint,
  type LocalTokenEndpointDeps,
  type WorkspaceMemory,
} from '../../../src/endpoint/localTokenEndpoint.ts';
import type { AccessToken } from '../../../src/tokens/accessToken.ts';
import { systemClock } from '../../../src/tokens/clock.ts';
import type { Log } from '../../../src/tokens/ports.ts';
import type { Requester } from '../../../src/tokens/requester.ts';
import type { TokenRequest } from '../../../src/tokens/tokenRequest.ts';

/** A log that keeps its lines. */
export function recordingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const add = (line: string) => void lines.push(line);
  return { lines, trace: add, debug: add, info: add, warn: add, error: add };
}

/** What an editor keeps for a workspace. */
export function workspaceMemory(): WorkspaceMemory {
  const kept = new Map<string, unknown>();
  return {
    get: <T>(key: string) => kept.get(key) as T | undefined,
    update: async (key, value) => void kept.set(key, value),
  };
}

/** What an editor keeps secret. */
export function secretMemory(): LocalTokenEndpointDeps['secrets'] {
  const kept = new Map<string, string>();
  return { get: async (key) => kept.get(key), store: async (key, value) => void kept.set(key, value) };
}

/** A token for whatever was asked, good for an hour. */
export function someToken(asked: TokenRequest, changes: Partial<AccessToken> = {}): AccessToken {
  const resource = asked.resource ?? asked.scopes?.[0]?.replace(/\/\.default$/, '') ?? '';
  return {
    token: 'eyJ0eXAiOiJKV1QifQ.'.padEnd(1_800, 'x'),
    expiresOnTimestamp: Date.now() + 3_600_000,
    tokenType: 'Bearer',
    resource,
    scopes: [`${resource}/.default`],
    tenantId: '11111111-1111-4111-8111-111111111111',
    account: {
      id: 'ada',
      username: 'ada@contoso.com',
      name: 'Ada',
      tenantId: '11111111-1111-4111-8111-111111111111',
      kind: 'user',
    },
    ...changes,
  };
}

/** An endpoint that serves, and what it was asked. */
export interface EndpointUnderTest {
  readonly endpoint: LocalTokenEndpoint;
  readonly port: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly asked: { readonly request: TokenRequest; readonly requester: Requester }[];
  readonly failures: unknown[];
  readonly lines: string[];
  variable(name: string): string;
  stop(): Promise<void>;
}

/** Starts an endpoint whose tokens come from `getToken`. */
export async function startEndpoint(
  options: Partial<LocalTokenEndpointDeps> & {
    readonly groups?: readonly DialectGroup[];
    readonly getToken?: (request: TokenRequest, requester: Requester) => Promise<AccessToken>;
  } = {},
): Promise<EndpointUnderTest> {
  const { groups = dialectGroups, getToken = async (request) => someToken(request), ...changes } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'endpoint-'));
  const asked: { request: TokenRequest; requester: Requester }[] = [];
  const failures: unknown[] = [];
  const log = recordingLog();
  const endpoint = await LocalTokenEndpoint.start({
    tokens: {
      getToken: (wanted, requester) => {
        asked.push({ request: wanted, requester });
        return getToken(wanted, requester);
      },
    },
    secrets: secretMemory(),
    memory: workspaceMemory(),
    cookieFolder: () => join(scratch, 'session'),
    clock: systemClock(),
    log,
    onFailure: (error) => void failures.push(error),
    ...changes,
  });
  const variables = await endpoint.serve(groups);
  return {
    endpoint,
    port: endpoint.port,
    variables,
    asked,
    failures,
    lines: log.lines,
    variable: (name) => variables[name] ?? '',
    stop: async () => {
      await endpoint.dispose();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request, as a program would. */
export function send(
  url: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Reply> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Sends bytes as they are, and collects what comes back until the other side closes. */
export function sendBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}
