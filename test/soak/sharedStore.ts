import { setTimeout as sleep } from 'node:timers/promises';
import type { SecretStore } from '../../src/tokens/ports.ts';
import type { Random } from './random.ts';

type Listener = (event: { readonly key: string }) => unknown;

/** The editor's secret storage: shared by all windows, slow, and at times out of order. */
export class SharedStore {
  readonly #values = new Map<string, string>();
  readonly #listeners = new Set<Listener>();
  readonly #random: Random;
  /** Until when it throws: milliseconds since the epoch. */
  brokenUntil = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** How many listen: each open window does, and no other. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** The store as one window sees it; all see the same. */
  window(): SecretStore {
    return {
      onDidChange: (listener) => {
        const own: Listener = (event) => listener(event);
        this.#listeners.add(own);
        return { dispose: () => this.#listeners.delete(own) };
      },
      keys: async () => {
        await this.#wait();
        return [...this.#values.keys()];
      },
      get: async (key) => {
        await this.#wait();
        return this.#values.get(key);
      },
      store: async (key, value) => {
        await this.#wait();
        this.#values.set(key, value);
        this.#tell(key);
      },
      delete: async (key) => {
        await this.#wait();
        this.#values.delete(key);
        this.#tell(key);
      },
    };
  }

  /** As long as the editor takes: a read costs 5 to 30 ms. */
  async #wait(): Promise<void> {
    await sleep(this.#random.between(1, 30));
    if (Date.now() < this.brokenUntil) {
      throw new Error('The keyring is locked.');
    }
  }

  #tell(key: string): void {
    for (const listener of [...this.#listeners]) {
      setTimeout(() => this.#listeners.has(listener) && listener({ key }), this.#random.between(0, 20));
    }
  }
}
