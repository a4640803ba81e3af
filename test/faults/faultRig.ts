import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkspaceMemory } from '../../src/endpoint/localTokenEndpoint.ts';
import type { LocalAzure } from '../azure/localAzure.ts';
import { ids, SharedSecrets, signsInAs, testSource } from '../unit/entra/harness.ts';
import { type FaultWindow, openFaultWindow } from './faultWindow.ts';
import { MachineClock } from './machineClock.ts';
import type { MachineNetwork } from './machineNetwork.ts';

/** The editor's state. Writing it can be made to fail. */
export class EditorMemory implements WorkspaceMemory {
  readonly values = new Map<string, unknown>();
  beforeUpdate: () => void = () => undefined;

  get<T>(key: string): T | undefined {
    return this.values.get(key) as T | undefined;
  }

  async update(key: string, value: unknown): Promise<void> {
    await Promise.resolve();
    this.beforeUpdate();
    this.values.set(key, value);
  }
}

/** One machine for one fault: what its windows share, and the windows. */
export class FaultRig implements AsyncDisposable {
  readonly azure: LocalAzure;
  readonly network: MachineNetwork;
  readonly clock = new MachineClock();
  readonly secrets = new SharedSecrets();
  readonly memory = new EditorMemory();
  readonly folder = mkdtempSync(join(tmpdir(), 'adc-faults-'));
  /** Those that are asked. */
  windows: FaultWindow[] = [];
  /** What terminals were started with that are older than the window; the window's own when absent. */
  terminalEnvironment: FaultWindow['environment'] | undefined;

  constructor(azure: LocalAzure, network: MachineNetwork) {
    this.azure = azure;
    this.network = network;
  }

  /** The window in which the person signs in. */
  get window(): FaultWindow {
    const [window] = this.windows;
    if (window === undefined) {
      throw new Error('No window is open.');
    }
    return window;
  }

  /** Opens one more window. @param events whether it hears of what others do in the secret store */
  async open(events: 'prompt' | 'never' = 'prompt'): Promise<void> {
    const { memory, clock, folder, azure } = this;
    const secrets = this.secrets.window(events);
    this.windows.push(await openFaultWindow({ secrets, memory, clock, folder, control: azure.control }));
  }

  async closeWindows(): Promise<void> {
    const closing = this.windows;
    this.windows = [];
    await Promise.all(closing.map((window) => window.close()));
  }

  /** Another window of the person signs in as the same account, or uses and renews its refresh token. */
  async inAnotherWindow(act: 'signIn' | 'refresh'): Promise<void> {
    const { source, person } = testSource({
      secrets: this.secrets.window(),
      fetch: (input, init) => globalThis.fetch(input, init),
    });
    if (act === 'signIn') {
      await Promise.all([source.signIn({}), signsInAs(this.azure, person, { username: 'ada@contoso.com' })]);
    } else {
      const [account] = await source.getAccounts();
      const resource = 'https://elsewhere.blob.core.windows.net';
      if (account === undefined) {
        throw new Error('Nobody is signed in.');
      }
      const { tenantId } = account;
      const request = { account, resource, scopes: [`${resource}/.default`], tenantId, forceRefresh: false };
      await source.acquireToken(request);
    }
    await source.dispose();
  }

  /** Whether a window that is opened now finds the account. */
  async isStored(): Promise<boolean> {
    const { source } = testSource({ secrets: this.secrets.window(), fetch: globalThis.fetch });
    const accounts = await source.getAccounts().catch(() => []);
    await source.dispose();
    return accounts.some(({ id }) => id === ids.ada);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.secrets.before = () => undefined;
    this.memory.beforeUpdate = () => undefined;
    this.clock[Symbol.dispose]();
    this.network.useProxy();
    await this.azure.control.reset();
    await this.closeWindows();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
