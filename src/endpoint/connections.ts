import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** What is known of one connection. */
interface Connection {
  /** Has a request on it come from a caller that knew the secret? */
  proven: boolean;
  /** Is a request on it being answered? */
  busy: boolean;
}

/**
 * Keeps the number of connections small without shutting anyone out: when there are too many, the oldest that has not
 * proven to belong to one of the person's programs makes room for the new one.
 */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  readonly #limit: number;

  constructor(server: Server, limit: number) {
    this.#limit = limit;
    server.on('connection', (socket) => this.#admit(socket));
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * Begins a request of a caller that knows the secret. False when one is still being answered: no client of ours pipelines,
   * and each request that waits costs memory.
   */
  begin(socket: Socket): boolean {
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.busy) {
      return false;
    }
    connection.busy = true;
    connection.proven = true;
    return true;
  }

  /** Ends the request that {@link begin} began. */
  end(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) {
      connection.busy = false;
    }
  }

  #admit(socket: Socket): void {
    if (this.#open.size >= this.#limit && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#open.set(socket, { proven: false, busy: false });
    socket.once('close', () => this.#open.delete(socket));
  }

  #makeRoom(): boolean {
    for (const [socket, { proven }] of this.#open) {
      if (!proven) {
        this.#open.delete(socket);
        socket.destroy();
        return true;
      }
    }
    return false;
  }
}
