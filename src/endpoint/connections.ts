import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Disposable } from '../tokens/ports.ts';

/** Times in milliseconds. */
export interface ConnectionLimits {
  /** Most connections at once. */
  readonly connections: number;
  /** Longest that an answer may take. */
  readonly answerTimeout: number;
}

/** How often deadlines are looked at, in milliseconds: one timer for all is much cheaper than one for each request. */
const sweepInterval = 1_000;

/**
 * Keeps the number of connections small without shutting anyone out (when there are too many, the oldest that has not
 * proven to belong to one of the person's programs makes room for the new one), and ends those that take too long.
 */
export class Connections implements Disposable {
  readonly #open = new Map<Socket, Connection>();
  readonly #limits: ConnectionLimits;
  readonly #clock: Clock;
  readonly #sweeper: NodeJS.Timeout;

  constructor(server: Server, clock: Clock, limits: ConnectionLimits) {
    this.#limits = limits;
    this.#clock = clock;
    this.#sweeper = setInterval(() => this.#sweep(), sweepInterval);
    this.#sweeper.unref();
    server.on('connection', (socket) => this.#admit(socket));
  }

  /**
   * Begins a request of a caller that knows the secret. Undefined when one is still being answered on the same connection:
   * no client of ours pipelines, and each request that waits costs memory.
   */
  begin(socket: Socket, response: ServerResponse): Connection | undefined {
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.isBusy) {
      return undefined;
    }
    connection.begin(response, this.#clock.monotonic() + this.#limits.answerTimeout);
    return connection;
  }

  dispose(): void {
    clearInterval(this.#sweeper);
  }

  #admit(socket: Socket): void {
    if (this.#open.size >= this.#limits.connections && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket);
    this.#open.set(socket, connection);
    socket.once('close', () => {
      this.#open.delete(socket);
      connection.giveUp();
    });
  }

  #makeRoom(): boolean {
    for (const [socket, { isProven }] of this.#open) {
      if (!isProven) {
        this.#open.delete(socket);
        socket.destroy();
        return true;
      }
    }
    return false;
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    for (const connection of this.#open.values()) {
      connection.checkDeadline(now);
    }
  }
}

/** One connection, on which one request at a time is answered. */
export class Connection {
  readonly #socket: Socket;
  readonly #gone = new AbortController();
  #response: ServerResponse | undefined;
  #deadline = 0;
  #isSent = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Aborts when the client goes away, and when an answer takes too long: then this connection serves nothing more. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Has a request on it come from a caller that knew the secret? */
  get isProven(): boolean {
    return this.#response !== undefined;
  }

  /** Is a request on it being answered, or its answer not read yet? */
  get isBusy(): boolean {
    return this.#response !== undefined && !this.#response.writableFinished;
  }

  /** @param deadline of the answer, in monotonic milliseconds */
  begin(response: ServerResponse, deadline: number): void {
    this.#response = response;
    this.#isSent = false;
    this.#deadline = deadline;
  }

  /** The answer is on its way. @param deadline until when it must be read, in monotonic milliseconds */
  sent(deadline: number): void {
    this.#isSent = true;
    this.#deadline = deadline;
  }

  /** Ends the wait for a token. */
  giveUp(): void {
    this.#gone.abort();
  }

  /** A wait that is too long is given up, so that the program is told; an answer that nobody reads is cut off. */
  checkDeadline(now: number): void {
    if (!this.isBusy || now < this.#deadline) {
      return;
    }
    if (this.#isSent) {
      this.#socket.destroy();
    } else {
      this.giveUp();
    }
  }
}
