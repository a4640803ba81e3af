import { createServer, type Server, type Socket } from 'node:net';
import type { Disposable, Log } from '../tokens/ports.ts';
import { type CredentialAnswer, formatCredentialAnswer } from './wireFormat.ts';

/** More than any request of git has: lines of at most 64 KiB, and few of them. */
const maxRequestBytes = 1024 * 1024;

export interface CredentialServerDeps {
  /** Answers one whole request. The signal aborts when git goes away. */
  readonly answer: (request: Uint8Array, signal: AbortSignal) => Promise<CredentialAnswer>;
  readonly log: Log;
  /** Milliseconds in which a client must have sent its request. */
  readonly requestTimeout?: number;
}

/**
 * Serves git's credential protocol to git's own `credential-cache` client on a Unix socket, or to our Node helper on a
 * named pipe. A request ends where the client ends its side, or at an empty line (a named pipe has no half-close).
 *
 * Who may connect is for the file system to say: see `privateFolder.ts`.
 */
export class CredentialServer implements Disposable {
  readonly #deps: CredentialServerDeps;
  readonly #servers = new Map<string, Server>();
  readonly #sockets = new Set<Socket>();

  constructor(deps: CredentialServerDeps) {
    this.#deps = deps;
  }

  /** Listens at an address nobody else listens at. @throws Error with `code` `EADDRINUSE` when somebody does */
  async listen(address: string): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => void this.#serve(socket));
    server.maxConnections = 256;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address, resolve);
    });
    server.on('error', (error) => this.#deps.log.warn(`Git credential server: ${error.message}`));
    this.#servers.set(address, server);
  }

  /** Stops at once: a git that waits is told by the end of its connection. Node removes the sockets' files. */
  dispose(): void {
    for (const server of this.#servers.values()) {
      server.close();
    }
    this.#servers.clear();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  async #serve(socket: Socket): Promise<void> {
    const gone = new AbortController();
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      gone.abort();
    });
    const request = await readRequest(socket, this.#deps.requestTimeout ?? 10_000);
    if (!request) {
      socket.destroy();
      return;
    }
    // After the end of the client's side nothing tells whether git still waits; before it, the end is git's own.
    socket.once('end', () => gone.abort());
    const answer = await this.#answer(request, gone.signal);
    socket.end(formatCredentialAnswer(answer), () => socket.destroy());
  }

  async #answer(request: Uint8Array, signal: AbortSignal): Promise<CredentialAnswer> {
    try {
      return await this.#deps.answer(request, signal);
    } catch (error) {
      // Only the kind of a defect is logged: its text could quote the request.
      this.#deps.log.error(`Git credential server: ${error instanceof Error ? error.name : 'unknown error'}`);
      return { message: 'something unexpected went wrong: see the log in VS Code', quit: true };
    }
  }
}

/** Undefined for a client that went away, sent nothing or too much, or was too slow. */
function readRequest(socket: Socket, timeout: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => resolve(undefined), timeout);
    const settle = (request: Uint8Array | undefined): void => {
      clearTimeout(timer);
      socket.removeListener('data', onData);
      socket.resume();
      resolve(request);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > maxRequestBytes) {
        settle(undefined);
      } else if (hasEmptyLine(chunks)) {
        settle(Buffer.concat(chunks));
      }
    };
    socket.on('data', onData);
    socket.once('end', () => settle(size === 0 ? undefined : Buffer.concat(chunks)));
    socket.once('close', () => settle(undefined));
  });
}

/** Looks at the last two chunks only: an earlier empty line would have been found earlier. */
function hasEmptyLine(chunks: readonly Buffer[]): boolean {
  return Buffer.concat(chunks.slice(-2)).includes('\n\n');
}
