import type { Clock, Log, SecretStore } from '../tokens/ports.ts';
import {
  type AccountSecret,
  readSecret,
  readVaultKey,
  type VaultKey,
  type VaultScope,
  vaultKey,
  writeSecret,
} from './accountSecret.ts';
import { surveyKeys, type VaultSurvey } from './vaultSurvey.ts';

export interface SecretShelfDeps {
  readonly scope: VaultScope;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long the mark of a sign-out is kept: far longer than any request can be in flight. */
const markLifetimeMs = 7 * 86_400_000;
/** A change event this soon after our own write is taken for its echo. */
const echoMs = 1000;

/** One vault's part of the secret store: its keys and values, without an opinion about them. Throws what the store throws. */
export class SecretShelf {
  readonly #deps: SecretShelfDeps;
  readonly #written = new Map<string, number>();

  constructor(deps: SecretShelfDeps) {
    this.#deps = deps;
  }

  async survey(): Promise<VaultSurvey> {
    return surveyKeys(this.#deps.scope, await this.#deps.secrets.keys());
  }

  /** Every sign-in of an account that has a secret. */
  async signInsOf(accountId: string): Promise<readonly VaultKey[]> {
    const keys = (await this.#deps.secrets.keys()).flatMap((text) => readVaultKey(this.#deps.scope, text) ?? []);
    return keys.filter((key) => key.kind === 'account' && key.accountId === accountId);
  }

  /** `undefined` for a secret that is gone or corrupt. */
  async read(key: VaultKey): Promise<AccountSecret | undefined> {
    const text = await this.#deps.secrets.get(this.name(key));
    const secret = text === undefined ? undefined : readSecret(text, key.accountId);
    if (text !== undefined && secret === undefined) {
      this.#deps.log.warn('The secret of an account is corrupt and is left out: sign in again to replace it.');
    }
    return secret;
  }

  async write(key: VaultKey, secret: AccountSecret): Promise<void> {
    await this.#store(key, writeSecret(secret));
  }

  /** Marks a sign-in, and each before it, as ended. */
  async markEnded(accountId: string, signIn: number): Promise<void> {
    await this.#store({ kind: 'signedOut', accountId, signIn }, String(this.#deps.clock.now()));
  }

  async delete(keys: readonly VaultKey[]): Promise<void> {
    await Promise.all(keys.map((key) => this.#deps.secrets.delete(this.name(key))));
  }

  /** Deletes what is of no use any more. What cannot be deleted is ignored anyway. */
  async tidy(keys: readonly VaultKey[]): Promise<void> {
    await Promise.allSettled(keys.map((key) => this.#deps.secrets.delete(this.name(key))));
  }

  /** Those of the marks that no request in flight can need any more. */
  async outdated(marks: readonly VaultKey[]): Promise<readonly VaultKey[]> {
    const { secrets, clock } = this.#deps;
    const ages = await Promise.all(marks.map(async (key) => clock.now() - Number(await secrets.get(this.name(key)))));
    return marks.filter((_, index) => (ages[index] ?? 0) > markLifetimeMs);
  }

  /** True for a key of this vault. */
  owns(name: string): boolean {
    return readVaultKey(this.#deps.scope, name) !== undefined;
  }

  /** True right after this window wrote the key: a change event for it says nothing new, in all likelihood. */
  wroteJustNow(name: string): boolean {
    return this.#deps.clock.monotonic() - (this.#written.get(name) ?? Number.NEGATIVE_INFINITY) <= echoMs;
  }

  /** The key as the store has it. */
  name(key: VaultKey): string {
    return vaultKey(this.#deps.scope, key);
  }

  async #store(key: VaultKey, value: string): Promise<void> {
    this.#written.set(this.name(key), this.#deps.clock.monotonic());
    await this.#deps.secrets.store(this.name(key), value);
  }
}
