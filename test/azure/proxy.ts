import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CertificateAuthority } from './certificates.ts';
import type { ProxyFault } from './controlTypes.ts';
import type { Hosts } from './hosts.ts';
import type { RequestLog } from './requests.ts';

/** What the proxy works with. */
export interface ProxyDependencies {
  readonly authority: CertificateAuthority;
  readonly hosts: Hosts;
  readonly requests: RequestLog;
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
}

/**
 * An HTTP proxy that is the whole internet there is.
 *
 * `CONNECT` to a host with a stand-in ends here, with a certificate of the test authority. `CONNECT` and plain requests
 * to loopback are passed on. Everything else is refused: nothing ever leaves the machine.
 */
export class InterceptingProxy {
  readonly #dependencies: ProxyDependencies;
  readonly #server: Server;
  readonly #tls: HttpsServer;
  readonly #sockets = new Set<Duplex>();
  #fault: ProxyFault | undefined;
  #strange: HttpsServer | undefined;
  #port = 0;

  constructor(dependencies: ProxyDependencies) {
    this.#dependencies = dependencies;
    this.#tls = createTlsServer(dependencies);
    this.#server = createServer((request, response) => this.#answerPlain(request, response));
    this.#server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#connect(request, socket, head),
    );
    this.#server.on('connection', (socket: Socket) => this.#track(socket));
  }

  /** Listens on loopback and returns the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  /** Fails from now on, or works again. Connections that are open are cut. */
  async fail(fault: ProxyFault | undefined): Promise<void> {
    const wasDown = this.#fault?.kind === 'down';
    const isSame = this.#fault === undefined && fault === undefined;
    this.#fault = fault;
    if (fault?.kind === 'down' && !wasDown) {
      await this.close();
    } else if (!isSame) {
      this.#cut();
    }
    if (wasDown && fault?.kind !== 'down') {
      await this.listen(this.#port);
    }
  }

  /** Cuts all connections and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#cut();
    await closed;
  }

  #cut(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  #connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { hosts, requests } = this.#dependencies;
    const { hostname, port } = splitAuthority(request.url ?? '');
    if (!this.#isAuthorized(request)) {
      refuse(socket, statusLines[407], 'The proxy wants a user name.');
    } else if (this.#fault?.kind === 'answers' && !isLoopback(hostname)) {
      requests.add({ method: 'CONNECT', host: hostname, path: '', query: {}, status: this.#fault.status });
      refuse(socket, statusLines[this.#fault.status], 'A test made the proxy answer this.');
    } else if (hosts.knows(hostname) && !isLoopback(hostname)) {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.unshift(head);
      this.#tlsServer().emit('connection', socket);
    } else if (isLoopback(hostname)) {
      this.#tunnel(socket, head, { hostname, port });
    } else {
      requests.add({ method: 'CONNECT', host: hostname, path: '', query: {}, status: 502 });
      refuse(socket, '502 Bad Gateway', unknownHost(hostname));
    }
  }

  /** The one whose certificates are trusted, unless a test wants the other. */
  #tlsServer(): HttpsServer {
    if (this.#fault?.kind !== 'untrusted') {
      return this.#tls;
    }
    this.#strange ??= createTlsServer({ ...this.#dependencies, authority: new CertificateAuthority() });
    return this.#strange;
  }

  #tunnel(socket: Duplex, head: Buffer, { hostname, port }: { hostname: string; port: number }): void {
    const onward = connect({ host: hostname.replace(/[[\]]/g, ''), port }, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    this.#track(onward);
    onward.once('close', () => socket.destroy());
    onward.once('error', (error) => refuse(socket, '502 Bad Gateway', error.message));
    socket.once('close', () => onward.destroy());
  }

  #answerPlain(request: IncomingMessage, response: ServerResponse): void {
    const { hosts, requests } = this.#dependencies;
    const target = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined;
    if (!target) {
      response.writeHead(400).end('This is a proxy: send absolute addresses or CONNECT.');
    } else if (!this.#isAuthorized(request)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="local Azure"' }).end();
    } else if (isLoopback(target.hostname)) {
      forwardPlain(target, request, response);
    } else {
      const status = hosts.knows(target.hostname) ? 403 : 502;
      requests.add({
        method: request.method ?? 'GET',
        host: target.hostname,
        path: target.pathname,
        query: {},
        status,
      });
      const text = status === 403 ? `${target.hostname} is answered over https only.` : unknownHost(target.hostname);
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
    }
  }

  #isAuthorized(request: IncomingMessage): boolean {
    const { credentials } = this.#dependencies;
    if (!credentials) {
      return true;
    }
    const expected = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    return request.headers['proxy-authorization'] === `Basic ${expected}`;
  }
}

const statusLines = {
  403: '403 Forbidden',
  407: '407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="local Azure"',
  502: '502 Bad Gateway',
} as const;

function createTlsServer({ authority, hosts }: ProxyDependencies): HttpsServer {
  const { certificate, key } = authority.issue(['localhost']);
  return createHttpsServer(
    {
      cert: certificate,
      key,
      SNICallback: (host, done) => done(null, authority.contextFor(host.toLowerCase())),
    },
    hosts.answer,
  );
}

function forwardPlain(target: URL, request: IncomingMessage, response: ServerResponse): void {
  const { 'proxy-authorization': _authorization, 'proxy-connection': _connection, ...headers } = request.headers;
  const onward = httpRequest(target, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.once('error', (error) => {
    if (response.headersSent) {
      response.destroy();
    } else {
      response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' }).end(`${error.message}\n`);
    }
  });
  request.pipe(onward);
}

function refuse(socket: Duplex, head: string, text: string): void {
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${head}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function unknownHost(host: string): string {
  return `The local Azure has no stand-in for ${host}, and forwards nothing to the internet.`;
}

function splitAuthority(authority: string): { hostname: string; port: number } {
  const colon = authority.lastIndexOf(':');
  return { hostname: authority.slice(0, colon).toLowerCase(), port: Number(authority.slice(colon + 1)) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
