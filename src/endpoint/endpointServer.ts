import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Disposable, Log } from '../tokens/ports.ts';
import type { Requester } from '../tokens/requester.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { type RefusalReason, screenRequest } from './callerCheck.ts';
import { type Connection, Connections } from './connections.ts';
import type { Dialect, DialectAnswer, ProgramCall, ProgramRequest } from './dialect.ts';
import { answerTimedOut, describeFailure } from './failureWords.ts';
import { listenOnLoopback, loopbackHost } from './loopbackPort.ts';
import { getProgramToken, programRequester } from './programToken.ts';
import { hasBody, readBody } from './requestBody.ts';

/** Limits on what any caller can use up. Times are milliseconds. */
const limits = {
  connections: 512,
  headerBytes: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  /** Longest that an answer may take: longer than a person has to approve, and than Entra has to answer. */
  answerTimeout: 120_000,
  /** Longest that a client may leave an answer unread. */
  unreadTimeout: 10_000,
} as const;

/** Every refusal is these bytes, whatever it was about. */
const refusal = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

export interface EndpointServerDeps {
  readonly tokens: Pick<TokenService, 'getToken'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every request that failed after its caller was known. */
  readonly onFailure: (error: unknown, request: ProgramRequest, requester: Requester) => void;
}

/** The HTTP side of the local token endpoint: one loopback server that asks each dialect in turn. */
export class EndpointServer implements Disposable {
  readonly #deps: EndpointServerDeps;
  readonly #server: Server;
  readonly #connections: Connections;
  #dialects: readonly Dialect[] = [];
  #host = '';

  constructor(deps: EndpointServerDeps) {
    this.#deps = deps;
    const { headerBytes, headersTimeout, requestTimeout, keepAliveTimeout } = limits;
    this.#server = createServer({
      maxHeaderSize: headerBytes,
      headersTimeout,
      requestTimeout,
      keepAliveTimeout,
      connectionsCheckingInterval: 1_000,
      noDelay: true,
      // The check of every request wants exactly one anyway, and refuses in our own words.
      requireHostHeader: false,
    });
    // Without a limit of its own: headers beyond one would not be seen, and one of them could be Origin.
    this.#server.maxHeadersCount = 0;
    this.#connections = new Connections(this.#server, deps.clock, limits);
    this.#server.on('request', (request, response) => this.#onRequest(request, response));
    this.#server.on('clientError', (error, socket) => this.#refuse(socket, refusalOf(error)));
    this.#server.on('checkExpectation', (request: IncomingMessage) => this.#refuse(request.socket, 'malformed'));
  }

  /** Starts to listen. @returns the port */
  async listen(remembered: readonly number[]): Promise<number> {
    const port = await listenOnLoopback(this.#server, remembered);
    this.#host = `${loopbackHost}:${port}`;
    this.#server.on('error', (error) => this.#deps.log.error(`The local token endpoint failed: ${error.name}`));
    return port;
  }

  /** Replaces the dialects that are served. Requests that are being answered go on. */
  serve(dialects: readonly Dialect[]): void {
    this.#dialects = dialects;
  }

  /** Closes every connection and frees the port. */
  async dispose(): Promise<void> {
    this.#connections.dispose();
    if (!this.#server.listening) {
      return;
    }
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const call = screenRequest(request, this.#host);
    if (typeof call === 'string') {
      this.#refuse(socket, call);
      return;
    }
    const dialect = this.#dialects.find((candidate) => candidate.isAddressed(call));
    if (dialect === undefined || !dialect.isCaller(call)) {
      this.#refuse(socket, dialect === undefined ? 'address' : 'caller');
      return;
    }
    if (!dialect.readsBody && hasBody(call)) {
      this.#refuse(socket, 'body');
      return;
    }
    const connection = this.#connections.begin(socket, response);
    if (connection === undefined) {
      this.#refuse(socket, 'pipelining');
      return;
    }
    this.#answer({ call, dialect, request, response, connection }).catch(() => socket.destroy());
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { call, dialect, request, response, connection } = exchange;
    const body = dialect.readsBody ? await readBody(call, request) : '';
    if (body === undefined) {
      this.#refuse(request.socket, 'body');
      return;
    }
    const answer = await this.#askFor(exchange, body);
    if (!response.destroyed) {
      connection.sent(this.#deps.clock.monotonic() + limits.unreadTimeout);
      send(response, answer, connection.signal.aborted);
    }
  }

  async #askFor({ call, dialect, response, connection }: Exchange, body: string): Promise<DialectAnswer> {
    const { clock, onFailure } = this.#deps;
    const { signal } = connection;
    const userAgent = call.header('user-agent');
    let wanted: ProgramRequest = {};
    try {
      wanted = dialect.read(call, body);
      const requester = programRequester(dialect.id, userAgent, wanted.namedIdentity);
      const token = await getProgramToken(this.#deps, wanted, { requester, signal });
      return dialect.grant(token, wanted, clock.now());
    } catch (error) {
      const told = signal.aborted ? answerTimedOut() : error;
      if (!response.destroyed) {
        onFailure(told, wanted, programRequester(dialect.id, userAgent, wanted.namedIdentity));
      }
      return dialect.fail(describeFailure(told, clock.now()));
    }
  }

  #refuse(socket: Duplex, reason: RefusalReason): void {
    this.#deps.log.debug(`The local token endpoint refused a request: ${reason}.`);
    if (socket.writable) {
      socket.end(refusal, () => socket.destroy());
    } else {
      socket.destroy();
    }
  }
}

interface Exchange {
  readonly call: ProgramCall;
  readonly dialect: Dialect;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
}

function send(response: ServerResponse, answer: DialectAnswer, isLast: boolean): void {
  const headers: Record<string, string | number> = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Length': answer.body.length,
  };
  if (answer.retryAfter !== undefined) {
    headers['Retry-After'] = answer.retryAfter;
  }
  if (isLast) {
    headers['Connection'] = 'close';
  }
  response.writeHead(answer.status, headers);
  response.end(answer.body, 'latin1');
}

function refusalOf(error: NodeJS.ErrnoException): RefusalReason {
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'malformed';
}
