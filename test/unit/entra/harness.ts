import assert from 'node:assert/strict';
import type { EntraSettings } from '../../../src/entra/entraSettings.ts';
import { createEntraTokenSource } from '../../../src/entra/entraTokenSource.ts';
import type { Account } from '../../../src/tokens/account.ts';
import { systemClock } from '../../../src/tokens/clock.ts';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import type { Text } from '../../../src/tokens/phrase.ts';
import type {
  Clock,
  DeviceCodeOptions,
  Log,
  SecretStore,
  SignInPrompt,
  SignInStage,
  TokenSource,
} from '../../../src/tokens/ports.ts';
import type { ResolvedRequest } from '../../../src/tokens/tokenRequest.ts';
import type { SignInChoice } from '../../azure/controlTypes.ts';
import type { LocalAzure } from '../../azure/localAzure.ts';

/** Ids of the local Azure's data file. */
export const ids = {
  publicClient: '5a6b7c8d-1111-4e2f-9a0b-000000000001',
  consentClient: '5a6b7c8d-2222-4e2f-9a0b-000000000002',
  confidentialClient: '5a6b7c8d-3333-4e2f-9a0b-000000000003',
  lockedClient: '5a6b7c8d-4444-4e2f-9a0b-000000000004',
  contoso: '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01',
  fabrikam: 'c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e02',
  ada: '11111111-aaaa-4aaa-8aaa-000000000001.8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01',
} as const;

export const storage = 'https://storage.azure.com';
export const keyVault = 'https://vault.azure.net';

/** One store that several windows share: each window hears of changes in its own time, or never. */
export class SharedSecrets {
  readonly values = new Map<string, string>();
  readonly windows = new Set<WindowSecrets>();
  /** Called before each operation; throws or waits to arrange a fault. */
  before: (operation: 'keys' | 'get' | 'store' | 'delete', key: string) => void | Promise<void> = () => undefined;

  /** The store as one window sees it. */
  window(events: 'prompt' | 'late' | 'never' = 'prompt'): WindowSecrets {
    const window = new WindowSecrets(this, events);
    this.windows.add(window);
    return window;
  }
}

export class WindowSecrets implements SecretStore {
  readonly #shared: SharedSecrets;
  readonly #events: 'prompt' | 'late' | 'never';
  readonly #listeners = new Set<(event: { readonly key: string }) => unknown>();
  readonly calls = { keys: 0, get: 0, store: 0, delete: 0 };

  constructor(shared: SharedSecrets, events: 'prompt' | 'late' | 'never') {
    this.#shared = shared;
    this.#events = events;
  }

  readonly onDidChange: SecretStore['onDidChange'] = (listener) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  async keys(): Promise<string[]> {
    await this.#begin('keys', '');
    return [...this.#shared.values.keys()];
  }

  async get(key: string): Promise<string | undefined> {
    await this.#begin('get', key);
    return this.#shared.values.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    await this.#begin('store', key);
    this.#shared.values.set(key, value);
    this.#tell(key);
  }

  async delete(key: string): Promise<void> {
    await this.#begin('delete', key);
    if (this.#shared.values.delete(key)) {
      this.#tell(key);
    }
  }

  fire(key: string): void {
    for (const listener of [...this.#listeners]) {
      listener({ key });
    }
  }

  async #begin(operation: 'keys' | 'get' | 'store' | 'delete', key: string): Promise<void> {
    this.calls[operation] += 1;
    await Promise.resolve();
    await this.#shared.before(operation, key);
  }

  #tell(key: string): void {
    for (const window of this.#shared.windows) {
      if (window.#events === 'prompt') {
        queueMicrotask(() => window.fire(key));
      } else if (window.#events === 'late') {
        setTimeout(() => window.fire(key), 50).unref();
      }
    }
  }
}

/** A log that keeps its lines, so that tests can look for secrets in them. */
export class KeptLog implements Log {
  readonly lines: string[] = [];
  trace(message: string): void {
    this.lines.push(message);
  }
  debug(message: string): void {
    this.lines.push(message);
  }
  info(message: string): void {
    this.lines.push(message);
  }
  warn(message: string): void {
    this.lines.push(message);
  }
  error(message: string): void {
    this.lines.push(message);
  }
}

/** A person: what happens when the browser opens, what is pasted, what was refused. */
export class TestPerson implements SignInPrompt {
  readonly opened: string[] = [];
  readonly rejections: string[] = [];
  readonly deviceCodes: DeviceCodeOptions[] = [];
  readonly pastes: string[] = [];
  browse: (url: string) => unknown = () => undefined;
  enterCode: (options: DeviceCodeOptions) => unknown = () => undefined;
  onReject: (reason: string) => unknown = () => undefined;
  onWork: (stage: SignInStage, cancel: AbortController) => unknown = () => undefined;
  #paste: ((text: string) => void) | undefined;
  #cancel: ((error: Error) => void) | undefined;

  async openBrowser(url: string): Promise<boolean> {
    this.opened.push(url);
    void Promise.resolve(this.browse(url));
    return true;
  }

  waitForPaste(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#paste = resolve;
      this.#cancel = reject;
    });
  }

  rejectPaste(reason: Text): void {
    this.rejections.push(String(reason));
    setImmediate(() => this.onReject(String(reason)));
  }

  showDeviceCode(options: DeviceCodeOptions): Promise<never> {
    this.deviceCodes.push(options);
    void Promise.resolve(this.enterCode(options));
    return new Promise((_, reject) => {
      this.#cancel = reject;
    });
  }

  showWork<T>(stage: SignInStage, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const cancel = new AbortController();
    this.onWork(stage, cancel);
    return work(cancel.signal);
  }

  paste(text: string): void {
    this.#paste?.(text);
  }

  cancel(error: AzureCredentialsError): void {
    this.#cancel?.(error);
  }
}

export interface TestSource {
  readonly source: TokenSource;
  readonly secrets: WindowSecrets;
  readonly person: TestPerson;
  readonly log: KeptLog;
  readonly troubles: AzureCredentialsError[];
}

export interface TestSourceOptions {
  readonly settings?: Partial<EntraSettings>;
  readonly secrets?: WindowSecrets;
  readonly clock?: Clock;
  readonly fetch: typeof fetch;
}

/** A token source as the editor would make it. */
export function testSource(options: TestSourceOptions): TestSource {
  const secrets = options.secrets ?? new SharedSecrets().window();
  const person = new TestPerson();
  const log = new KeptLog();
  const troubles: AzureCredentialsError[] = [];
  const source = createEntraTokenSource({
    settings: {
      clientId: ids.publicClient,
      tenantId: 'organizations',
      cloud: 'public',
      authType: 'viewer',
      signInMethod: 'browser',
      ...options.settings,
    },
    secrets,
    fetch: options.fetch,
    prompt: person,
    clock: options.clock ?? systemClock(),
    log,
    onStorageTrouble: (error) => troubles.push(error),
  });
  return { source, secrets, person, log, troubles };
}

/** A request as the token core would resolve it. */
export function request(account: Account, resource: string, more: Partial<ResolvedRequest> = {}): ResolvedRequest {
  return {
    resource,
    scopes: [`${resource}/.default`],
    account,
    tenantId: account.tenantId,
    forceRefresh: false,
    ...more,
  };
}

/** Makes a test's person answer the sign-in pages; gives the page that the browser ends at. */
export function signsInAs(
  azure: Pick<LocalAzure, 'control'>,
  person: TestPerson,
  choice: SignInChoice,
): Promise<{ readonly status: number; readonly html: string; readonly headers: Headers }> {
  return new Promise((resolve, reject) => {
    person.browse = async (url) => {
      try {
        const response = await fetch(await azure.control.authorize(url, choice));
        resolve({ status: response.status, html: await response.text(), headers: response.headers });
      } catch (error) {
        reject(error);
      }
    };
  });
}

/** The error that a promise is expected to end with; it must be ours. */
export async function failure(promise: Promise<unknown>): Promise<AzureCredentialsError> {
  const error: unknown = await promise.then(
    () => assert.fail('it succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AzureCredentialsError)) {
    throw error;
  }
  return error;
}
