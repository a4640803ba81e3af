import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Control, connectControl } from '../azure/control.ts';
import type { LocalAzureAddresses } from '../azure/controlTypes.ts';
import { createProxyFetch } from '../azure/proxyFetch.ts';

const program = fileURLToPath(new URL('../azure/main.ts', import.meta.url));

/** A local Azure in a process of its own, so that this one holds nothing but what is soaked. */
export interface AzureProcess extends AsyncDisposable {
  readonly control: Control;
  /** A way to it with connections of its own; dispose it to close them. */
  connect(): { readonly fetch: typeof fetch } & Disposable;
}

/** Starts it without storage. It ends with this process. */
export async function startAzureProcess(): Promise<AzureProcess> {
  const child = spawn(process.execPath, [program, '--no-storage'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const reader = createInterface({ input: child.stdout });
  const [line] = (await once(reader, 'line')) as [string];
  const { proxyUrl, caFile, controlUrl } = JSON.parse(line) as LocalAzureAddresses;
  const authorityCertificate = readFileSync(caFile, 'utf8');
  return {
    control: connectControl(controlUrl),
    connect: () => createProxyFetch({ proxyUrl, authorityCertificate }),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      reader.close();
      child.stdin.end();
      await ended;
    },
  };
}
