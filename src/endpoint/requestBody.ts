import type { IncomingMessage } from 'node:http';
import type { ProgramCall } from './dialect.ts';

/** Most bytes of a request's body: a claims challenge fits in many times over. */
const bodyLimit = 16 * 1024;

/** Does the request say that it has a body? */
export function hasBody(call: ProgramCall): boolean {
  return call.header('transfer-encoding') !== undefined || (call.header('content-length') ?? '0') !== '0';
}

/** Reads the body as text. Undefined when it is too long or breaks off. */
export function readBody(call: ProgramCall, request: IncomingMessage): Promise<string | undefined> {
  if (Number(call.header('content-length') ?? 0) > bodyLimit) {
    return Promise.resolve(undefined);
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyLimit) {
        request.pause();
        resolve(undefined);
        return;
      }
      chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
}
