import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

const largestBody = 1024 * 1024;

/** The host name a request was sent to, lower case, without its port. */
export function hostOf(request: IncomingMessage): string {
  return hostWithPort(request).replace(/:\d+$/, '');
}

/** The host name a request was sent to, with its port where it has one. */
function hostWithPort(request: IncomingMessage): string {
  return (request.headers.host ?? '').toLowerCase();
}

/** The full address of a request. */
export function urlOf(request: IncomingMessage): URL {
  return new URL(`https://${hostWithPort(request) || 'localhost'}${request.url ?? '/'}`);
}

/** Reads a body of at most one mebibyte. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) {
      throw new RangeError('The request body is too large.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads an `application/x-www-form-urlencoded` body. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request)).toString('utf8'));
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** Sends a whole answer. */
export function send(response: ServerResponse, answer: Answer): void {
  const body = answer.body ?? '';
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** A JSON answer. */
export function json(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store, no-cache', ...headers },
    body: JSON.stringify(value),
  };
}

/** An HTML answer that is never cached and never framed. */
export function html(status: number, page: string, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store, no-cache', ...headers },
    body: page,
  };
}

/** A redirect by the browser. */
export function redirect(location: string, headers: OutgoingHttpHeaders = {}): Answer {
  return { status: 302, headers: { location, 'cache-control': 'no-store, no-cache', ...headers } };
}
