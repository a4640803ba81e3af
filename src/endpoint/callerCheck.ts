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
  const raw = request.rawHeaders;
  const headers = new Map<string, string>();
  let hosts = 0;
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (name === 'origin' || name.startsWith('sec-fetch-')) {
      return 'browser';
    }
    hosts += name === 'host' ? 1 : 0;
    if (!headers.has(name)) {
      headers.set(name, raw[i + 1] as string);
    }
  }
  return hosts === 1 && headers.get('host') === host ? readCall(request, headers) : 'host';
}

function readCall(request: IncomingMessage, headers: ReadonlyMap<string, string>): ProgramCall {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    header: (name) => headers.get(name),
  };
}
