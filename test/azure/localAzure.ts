import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from './certificates.ts';
import { type Control, connectControl } from './control.ts';
import { startControlServer } from './controlServer.ts';
import type { LocalAzureAddresses } from './controlTypes.ts';
import { loadData } from './data.ts';
import { createHosts, type Hosts } from './hosts.ts';
import { InterceptingProxy } from './proxy.ts';
import { createProxyFetch } from './proxyFetch.ts';
import { createState } from './state.ts';

/** How the local Azure is to be started. */
export interface LocalAzureOptions {
  /** Tenants, users, applications, …; the sample file beside this one when absent. */
  readonly dataFile?: string | undefined;
  /** `false` leaves Azurite out, so that it starts in well under a second. */
  readonly storage?: boolean | undefined;
  /** Port of the proxy; a free one when absent. */
  readonly proxyPort?: number | undefined;
  /** The proxy then demands these credentials (407 otherwise); `proxyUrl` does not hold them, `environment` does. */
  readonly proxyAuth?: { readonly username: string; readonly password: string } | undefined;
  /** Parent of this run's own folder; the system's temporary folder when absent. */
  readonly scratch?: string | undefined;
}

/** A running local Azure. Dispose it to end everything it started. */
export interface LocalAzure extends LocalAzureAddresses, AsyncDisposable {
  readonly control: Control;
  /** A `fetch` through the proxy that trusts the test authority. Redirects are followed only when asked. */
  readonly fetch: typeof fetch;
}

/** Starts the local Azure: proxy, Entra, Graph, Resource Manager, Storage, control. */
export async function startLocalAzure(options: LocalAzureOptions = {}): Promise<LocalAzure> {
  await using started = new AsyncDisposableStack();
  const scratch = makeScratch(options.scratch);
  started.defer(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
  const authority = new CertificateAuthority();
  const caFile = join(scratch, 'test-authority.pem');
  writeFileSync(caFile, authority.certificate);

  const state = createState(loadData(options.dataFile));
  const hosts = createHosts(state);
  const proxy = new InterceptingProxy({ authority, hosts, requests: state.requests, credentials: options.proxyAuth });
  const port = await proxy.listen(options.proxyPort ?? 0);
  started.defer(() => proxy.close());
  const proxyUrl = `http://127.0.0.1:${port}`;
  const authorizedProxyUrl = withCredentials(proxyUrl, options.proxyAuth);
  const through = started.use(
    createProxyFetch({ proxyUrl: authorizedProxyUrl, authorityCertificate: authority.certificate }),
  );

  const loopback = await startLoopbackAuthority(authority, hosts);
  started.defer(() => closeServer(loopback));
  state.loopbackHost = `localhost:${(loopback.address() as AddressInfo).port}`;

  const control = await startControlServer({ state, fetch: through.fetch, proxy, addresses: () => addresses });
  started.defer(() => closeServer(control));
  const addresses: LocalAzureAddresses = {
    proxyUrl,
    caFile,
    caSpkiHash: authority.spkiHash,
    controlUrl: control.url,
    loopbackAuthority: `https://${state.loopbackHost}`,
    environment: childEnvironment(authorizedProxyUrl, caFile),
  };

  const wanted = hosts.standIns.filter(({ name }) => options.storage !== false || name !== 'Azure Storage');
  for (const standIn of wanted) {
    started.defer(async () => standIn.stop?.());
    await standIn.start?.({
      scratch,
      issueCertificate: (names) => authority.issue(names),
      authorityCertificate: authority.certificate,
    });
  }
  const running = started.move();
  return {
    ...addresses,
    control: connectControl(control.url),
    fetch: through.fetch,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function makeScratch(parent: string | undefined): string {
  const folder = parent ?? tmpdir();
  mkdirSync(folder, { recursive: true });
  return mkdtempSync(join(folder, 'local-azure-'));
}

/** What a child process needs so that it finds the local Azure where the real one would be. */
function childEnvironment(proxyUrl: string, caFile: string): Record<string, string> {
  const direct = 'localhost,127.0.0.1,::1';
  return {
    HTTPS_PROXY: proxyUrl,
    https_proxy: proxyUrl,
    NO_PROXY: direct,
    no_proxy: direct,
    // Node's own fetch and https look at HTTPS_PROXY only when told to.
    NODE_USE_ENV_PROXY: '1',
    NODE_EXTRA_CA_CERTS: caFile,
    SSL_CERT_FILE: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    CURL_CA_BUNDLE: caFile,
    GIT_SSL_CAINFO: caFile,
  };
}

function withCredentials(proxyUrl: string, credentials: LocalAzureOptions['proxyAuth']): string {
  const url = new URL(proxyUrl);
  url.username = credentials?.username ?? '';
  url.password = credentials?.password ?? '';
  return url.href.replace(/\/$/, '');
}

/** The same Entra under `https://localhost:port`, for browsers that cannot go through the proxy. */
async function startLoopbackAuthority(authority: CertificateAuthority, hosts: Hosts): Promise<Server> {
  const { certificate, key } = authority.issue(['localhost', '127.0.0.1', '::1']);
  const server = createServer({ cert: certificate, key }, hosts.answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

async function closeServer(server: { close(done: () => void): unknown; closeAllConnections(): void }): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
