import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locale } from '../tokens/phrase.ts';
import { type LoopbackPage, loopbackPage } from './loopbackPage.ts';

/** How long a page that is being sent may take after the listener closed. */
const lingerMs = 2000;

/** What a sign-in page sent the browser to the redirect URI with, and a way to answer the browser. */
export interface LoopbackAnswer {
  readonly query: URLSearchParams;
  /** Shows the outcome in the browser. Without it, the browser sees the connection close. */
  show(page: LoopbackPage): void;
}

export interface LoopbackListener {
  /** `http://localhost:<port>`: Entra lets the port of a registered `http://localhost` vary (RFC 8252 section 7.3). */
  readonly redirectUri: string;
  /** The one answer whose `state` is right; stays pending until it comes. */
  readonly answer: Promise<LoopbackAnswer>;
  /** Stops listening at once. A page that is being sent still reaches the browser. */
  close(): void;
}

/**
 * Listens on the loopback interface for the answer of one sign-in, over IPv4 and IPv6, since a browser may take either
 * for `localhost`. Nothing but the request with the right `state` ends the wait.
 *
 * @throws Error when no loopback address can be listened on
 */
export async function listenOnLoopback(state: string, locale?: Locale): Promise<LoopbackListener> {
  const { promise: answer, resolve } = Promise.withResolvers<LoopbackAnswer>();
  const guard = new AnswerGuard({ state, locale, accept: resolve });
  const servers = await listenOnBoth((request, response) => guard.handle(request, response));
  return {
    redirectUri: `http://localhost:${guard.bind(servers)}`,
    answer,
    close: () => {
      for (const server of servers) {
        server.close();
        server.closeIdleConnections();
        // Browsers open connections ahead of need and keep them.
        setTimeout(() => server.closeAllConnections(), lingerMs).unref();
      }
      guard.close();
    },
  };
}

interface GuardDeps {
  readonly state: string;
  readonly locale: Locale | undefined;
  readonly accept: (answer: LoopbackAnswer) => void;
}

/** Lets the one right answer through. */
class AnswerGuard {
  readonly #state: string;
  readonly #locale: Locale | undefined;
  readonly #accept: (answer: LoopbackAnswer) => void;
  #port = 0;
  #waiting: ServerResponse | undefined;
  #accepted = false;

  constructor({ state, locale, accept }: GuardDeps) {
    this.#state = state;
    this.#locale = locale;
    this.#accept = accept;
  }

  bind(servers: readonly Server[]): number {
    for (const server of servers) {
      this.#port = portOf(server);
    }
    return this.#port;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const url = URL.parse(request.url ?? '', 'http://localhost');
    // Another name for this machine is how a web page elsewhere would reach the listener (DNS rebinding).
    if (url === null || !this.#isLoopbackHost(request.headers.host)) {
      this.#send(response, 400, { kind: 'unexpected' });
    } else if (url.pathname !== '/' || request.method !== 'GET') {
      this.#send(response, 404, { kind: 'unexpected' });
    } else if (url.searchParams.getAll('state').join() !== this.#state) {
      this.#send(response, 400, { kind: 'wrongState' });
    } else if (this.#accepted) {
      this.#send(response, 400, { kind: 'alreadyUsed' });
    } else {
      this.#accepted = true;
      this.#waiting = response;
      this.#accept({ query: url.searchParams, show: (page) => this.#show(page) });
    }
  }

  close(): void {
    this.#waiting?.destroy();
    this.#waiting = undefined;
  }

  #show(page: LoopbackPage): void {
    if (this.#waiting !== undefined) {
      this.#send(this.#waiting, page.kind === 'signedIn' ? 200 : 400, page);
      this.#waiting = undefined;
    }
  }

  #send(response: ServerResponse, status: number, page: LoopbackPage): void {
    send(response, status, loopbackPage(page, this.#locale));
  }

  #isLoopbackHost(host: string | undefined): boolean {
    return ['localhost', '127.0.0.1', '[::1]'].some((name) => host === `${name}:${this.#port}`);
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(body);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Listens on the same free port of both loopback addresses, or of the one that this machine has. */
async function listenOnBoth(handler: Handler): Promise<readonly Server[]> {
  const failures: unknown[] = [];
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const first = await listen(handler, '127.0.0.1', 0).catch((error: unknown) => error as Error);
    if (first instanceof Error) {
      return [await listen(handler, '::1', 0)];
    }
    const second = await listen(handler, '::1', portOf(first)).catch((error: unknown) => error);
    if (second instanceof Error && (second as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      first.close();
      failures.push(second);
    } else {
      return second instanceof Error ? [first] : [first, second as Server];
    }
  }
  throw failures[0];
}

function listen(handler: Handler, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, handler);
    server.once('error', reject);
    server.listen({ host, port, exclusive: true, ipv6Only: host === '::1' }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}
