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
  let hosts = 0;
  let rightHosts = 0;
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (name === 'host') {
      hosts++;
      rightHosts += raw[i + 1] === host ? 1 : 0;
    } else if (name === 'origin' || name.startsWith('sec-fetch-')) {
      return 'browser';
    }
  }
  return hosts === 1 && rightHosts === 1 ? readCall(request) : 'host';
}

function readCall(request: IncomingMessage): ProgramCall {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    header: (name) => firstHeader(request.rawHeaders, name),
  };
}

function firstHeader(raw: readonly string[], name: string): string | undefined {
  for (let i = 0; i < raw.length; i += 2) {
    if ((raw[i] as string).toLowerCase() === name) {
      return raw[i + 1];
    }
  }
  return undefined;
}
