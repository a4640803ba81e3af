import type { IncomingMessage } from 'node:http';
import type { ProgramCall } from './dialect.ts';

/** Why a request was refused: for the log, never for the caller. */
export type RefusalReason = 'host' | 'browser' | 'address' | 'caller' | 'body' | 'malformed' | 'timeout' | 'pipelining';

/**
 * Checks what is the same for every dialect: the request must name this server exactly as the environment gave it out (a
 * web site whose name resolves to 127.0.0.1 sends its own name), and must not come from a web page, which always shows in
 * `Origin` or `Sec-Fetch-*`.
 *
 * @param host the only `Host` that is right, such as `127.0.0.1:28115`
 */
export function screenRequest(request: IncomingMessage, host: string): ProgramCall | RefusalReason {
  const { headers, rawHeaders } = request;
  for (const name in headers) {
    if (name === 'origin' || name.startsWith('sec-fetch-')) {
      return 'browser';
    }
  }
  return headers.host === host && countHosts(rawHeaders) === 1 ? readCall(request) : 'host';
}

/** Node itself keeps the first `Host` and says nothing of a second one. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    count += name.length === 4 && name.toLowerCase() === 'host' ? 1 : 0;
  }
  return count;
}

function readCall({ method = '', url = '', headers }: IncomingMessage): ProgramCall {
  const mark = url.indexOf('?');
  return {
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    header: (name) => headers[name]?.toString(),
  };
}
