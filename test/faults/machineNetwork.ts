import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { setGlobalProxyFromEnv } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { LocalAzureAddresses } from '../azure/controlTypes.ts';

/** The network of this process, which Node's own `fetch` uses: a proxy and an authority to trust, or neither. */
export interface MachineNetwork extends Disposable {
  /** Everything goes through the proxy of the local Azure, whose authority is trusted. */
  useProxy(): void;
  /** There is no proxy, and every name is answered so. Nothing leaves the machine. */
  useNoProxy(names: 'notFound' | 'refuseConnections'): void;
}

/** An address of this machine at which nobody listens. */
const refusingAddress = '127.77.0.1';

/** Connects the whole process to a local Azure, as its `environment` would at the start. */
export function connectMachine({ proxyUrl, caFile }: LocalAzureAddresses): MachineNetwork {
  const { lookup } = dns;
  const certificates = getCACertificates('default');
  setDefaultCACertificates([...certificates, readFileSync(caFile, 'utf8')]);
  let leave = (): void => undefined;
  const restore = (): void => {
    leave();
    leave = () => undefined;
    dns.lookup = lookup;
  };
  const network: MachineNetwork = {
    useProxy() {
      restore();
      leave = setGlobalProxyFromEnv({ https_proxy: proxyUrl, no_proxy: 'localhost,127.0.0.1,::1' });
    },
    useNoProxy(names) {
      restore();
      // Without a proxy of its own the process would keep the connections it has.
      leave = setGlobalProxyFromEnv({ no_proxy: '*' });
      dns.lookup = (names === 'notFound' ? notFound : refusing) as typeof dns.lookup;
    },
    [Symbol.dispose]() {
      restore();
      setDefaultCACertificates(certificates);
    },
  };
  network.useProxy();
  return network;
}

type Found = (error: NodeJS.ErrnoException | null, address?: unknown, family?: number) => void;

function notFound(hostname: string, _options: unknown, done: Found): void {
  const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  process.nextTick(done, Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname }));
}

function refusing(_hostname: string, { all }: { readonly all?: boolean }, done: Found): void {
  process.nextTick(() =>
    all ? done(null, [{ address: refusingAddress, family: 4 }]) : done(null, refusingAddress, 4),
  );
}
