import type { Account } from '../tokens/account.ts';
import { Emitter } from '../tokens/emitter.ts';
import type { AzureCredentialsError } from '../tokens/errors.ts';
import type { Disposable, Event } from '../tokens/ports.ts';
import type { AccountSecret, VaultKey } from './accountSecret.ts';
import { KnownSignIns, type SignIn, type VaultEntry } from './knownSignIns.ts';
import { SecretShelf, type SecretShelfDeps } from './secretShelf.ts';
import { storageError } from './storageError.ts';
import type { VaultSurvey } from './vaultSurvey.ts';

export interface VaultDeps extends SecretShelfDeps {
  /** Told of each failure of the store. */
  readonly onStorageTrouble: (error: AzureCredentialsError) => void;
}

/** How often a store that fails is tried again, since each try can show the keyring's own prompt. */
const retryLoadMs = 30_000;

/**
 * The accounts of a person and their refresh tokens, one secret each, shared with every window through the secret store.
 *
 * The store has no lock and no compare-and-swap, and its change events may come late or never. So:
 * - a sign-in has a key of its own (see {@link VaultKey}), which a refresh can only ever renew;
 * - a sign-out first writes a mark, then deletes; a refresh looks for the mark after it wrote, and takes back what it
 *   wrote. Whichever order two windows act in, the account stays out;
 * - what was read stays in memory, and is read again when the store says that it changed, before anything is written,
 *   and when Entra refuses a refresh token.
 */
export class AccountVault implements Disposable {
  readonly #deps: VaultDeps;
  readonly #shelf: SecretShelf;
  readonly #changed: Emitter<void>;
  readonly #subscription: Disposable;
  readonly #entries = new KnownSignIns();
  /** Keys that the store says have changed and that were not read since. */
  readonly #stale = new Set<string>();
  #queue: Promise<unknown> = Promise.resolve();
  #synced: Promise<void> | undefined;
  #retryLoadAt = Number.NEGATIVE_INFINITY;
  /** Why not everything in the store is known. */
  #unreadable: AzureCredentialsError | undefined;

  constructor(deps: VaultDeps) {
    this.#deps = deps;
    this.#shelf = new SecretShelf(deps);
    this.#changed = new Emitter(() => deps.log.error('A listener for changed accounts failed.'));
    this.#subscription = deps.secrets.onDidChange(({ key }) => this.#onStoreChanged(key));
  }

  /** Fires when an account came or went, here or in another window. */
  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /** @throws AzureCredentialsError `storage` when the store cannot be read and nobody is known: that is not nobody */
  async accounts(): Promise<readonly Account[]> {
    await this.#current();
    if (this.#entries.size === 0 && this.#unreadable !== undefined) {
      throw this.#unreadable;
    }
    return this.#entries.list().map(({ account }) => account);
  }

  /** The sign-in of an account; looks into the store before it says that there is none. */
  async find(accountId: string): Promise<VaultEntry | undefined> {
    await this.#current();
    if (!this.#entries.has(accountId) && this.#synced !== undefined) {
      await this.#enqueue(() => this.#sync(true));
    }
    return this.#entries.get(accountId);
  }

  /** Keeps a new sign-in, in place of any other of the account. When the store fails, it is kept in memory. */
  async add(secret: AccountSecret): Promise<void> {
    await this.#current();
    await this.#enqueue(() => this.#add(secret));
    this.#changed.fire();
  }

  /** Takes a renewed refresh token. Returns at once; {@link settled} tells when it is stored. */
  renew(given: VaultEntry, refreshToken: string): void {
    const entry = this.#entries.get(given.account.id);
    if (entry === given && entry.refreshToken !== refreshToken) {
      entry.refreshToken = refreshToken;
      void this.#enqueue(() => this.#persist(entry));
    }
  }

  /**
   * Reads an account's secret again, after Entra refused `refused`.
   * @returns true when there is another refresh token to try
   */
  async reread(given: VaultEntry, refused: string): Promise<boolean> {
    await this.#enqueue(async () => {
      const entry = this.#entries.get(given.account.id);
      if (entry === given && entry.refreshToken === refused && entry.stored !== undefined) {
        // A refused refresh token is not worth saving, should it be one that could not be stored.
        entry.stored = refused;
        this.#stale.add(this.#shelf.name(keyOf(entry)));
        await this.#sync();
      }
    });
    return given.ended === undefined && given.refreshToken !== refused;
  }

  /**
   * Forgets an account, for every window and for good.
   * @throws AzureCredentialsError `storage` when the store kept it: it may be back at the next start
   */
  async remove(accountId: string): Promise<void> {
    this.#entries.end(accountId, 'signedOut');
    this.#changed.fire();
    await this.#enqueue(() => this.#remove(accountId));
  }

  /** Waits until all that was renewed is stored. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  async dispose(): Promise<void> {
    this.#subscription.dispose();
    this.#changed.dispose();
    await this.settled();
  }

  #onStoreChanged(name: string): void {
    if (!this.#shelf.owns(name)) {
      return;
    }
    this.#stale.add(name);
    if (this.#synced === undefined) {
      return;
    }
    const reading = this.#enqueue(() => this.#sync());
    // Nobody is made to wait for the echo of our own write.
    if (!this.#shelf.wroteJustNow(name)) {
      this.#synced = reading;
    }
  }

  /** Waits until memory is what the store has, as far as the store told. */
  async #current(): Promise<void> {
    if (this.#synced === undefined && this.#deps.clock.monotonic() >= this.#retryLoadAt) {
      this.#synced = this.#enqueue(() => this.#sync(true));
    }
    await this.#synced;
  }

  /** Everything that touches the store goes through here, one after the other. */
  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #sync(whole = false): Promise<void> {
    const stale = new Set(this.#stale);
    this.#stale.clear();
    if (!whole && stale.size === 0) {
      return;
    }
    const before = this.#entries.summary();
    this.#unreadable = undefined;
    try {
      const survey = await this.#shelf.survey();
      for (const { account, signIn, stored } of this.#entries.list()) {
        if (stored !== undefined && survey.inForce.get(account.id) !== signIn) {
          this.#entries.end(account.id, survey.inForce.has(account.id) ? 'replaced' : 'signedOut');
        }
      }
      const keys = [...survey.inForce].map(([accountId, signIn]) => ({ kind: 'account' as const, accountId, signIn }));
      await Promise.all(keys.map((key) => this.#load(key, stale)));
      await this.#shelf.tidy([...survey.obsolete, ...(whole ? await this.#shelf.outdated(survey.marks) : [])]);
    } catch (error) {
      this.#unreadable = this.#trouble('read', error);
      this.#keepStale(stale);
    }
    if (this.#unreadable !== undefined) {
      this.#synced = undefined;
      this.#retryLoadAt = this.#deps.clock.monotonic() + retryLoadMs;
    }
    if (before !== this.#entries.summary()) {
      this.#changed.fire();
    }
  }

  /** Reads one sign-in into memory, unless it is there. A failure concerns its own account alone. */
  async #load(key: VaultKey, stale: ReadonlySet<string>): Promise<void> {
    const known = this.#entries.get(key.accountId);
    const isUnsaved = known !== undefined && known.stored === undefined && known.signIn > key.signIn;
    if (isUnsaved || (known?.signIn === key.signIn && !stale.has(this.#shelf.name(key)))) {
      return;
    }
    let secret: AccountSecret | undefined;
    try {
      secret = await this.#shelf.read(key);
    } catch (error) {
      this.#unreadable = this.#trouble('read', error);
      this.#keepStale([this.#shelf.name(key)]);
      return;
    }
    if (known?.signIn === key.signIn && secret !== undefined) {
      if (known.refreshToken === known.stored) {
        known.refreshToken = secret.refreshToken;
      }
      known.stored = secret.refreshToken;
      return;
    }
    this.#entries.end(key.accountId, secret === undefined ? 'signedOut' : 'replaced');
    if (secret !== undefined) {
      this.#entries.set({ ...secret, signIn: key.signIn, stored: secret.refreshToken });
    }
  }

  /** What could not be read is read with the next change, or when the store is tried again. */
  #keepStale(names: Iterable<string>): void {
    for (const name of names) {
      this.#stale.add(name);
    }
  }

  async #add(secret: AccountSecret): Promise<void> {
    const accountId = secret.account.id;
    let highest = 0;
    try {
      highest = (await this.#shelf.survey()).highest.get(accountId) ?? 0;
    } catch (error) {
      this.#trouble('read', error);
    }
    this.#entries.end(accountId, 'replaced');
    const entry: SignIn = { ...secret, signIn: Math.max(this.#deps.clock.now(), highest + 1) };
    this.#entries.set(entry);
    await this.#persist(entry);
  }

  async #persist(entry: SignIn): Promise<void> {
    const { account, refreshToken, stored, ended } = entry;
    if (ended !== undefined || stored === refreshToken) {
      return;
    }
    const key = keyOf(entry);
    try {
      // A secret that is gone, or corrupt, is not written over by a refresh.
      if (stored !== undefined && (await this.#shelf.read(key)) === undefined) {
        this.#stale.add(this.#shelf.name(keyOf(entry)));
        await this.#sync(true);
        return;
      }
      await this.#shelf.write(key, { account, refreshToken });
      entry.stored = refreshToken;
      await this.#checkInForce(entry, await this.#shelf.survey());
    } catch (error) {
      this.#trouble('write', error);
    }
  }

  /** Takes back what was written for a sign-in that is no longer in force, and tidies up after one that is. */
  async #checkInForce(entry: SignIn, survey: VaultSurvey): Promise<void> {
    const { account, signIn } = entry;
    const mine = survey.obsolete.filter(({ accountId }) => accountId === account.id);
    if (survey.inForce.get(account.id) === signIn && entry.ended !== 'signedOut') {
      await this.#shelf.tidy([...mine, ...survey.marks.filter(({ accountId }) => accountId === account.id)]);
      return;
    }
    await this.#shelf.delete([keyOf(entry)]);
    if (this.#entries.forget(entry, survey.inForce.has(account.id) ? 'replaced' : 'signedOut')) {
      this.#changed.fire();
    }
    await this.#sync(true);
  }

  async #remove(accountId: string): Promise<void> {
    try {
      const signIns = await this.#shelf.signInsOf(accountId);
      if (signIns.length > 0) {
        await this.#shelf.markEnded(accountId, Math.max(...signIns.map(({ signIn }) => signIn)));
        await this.#shelf.delete(signIns);
      }
    } catch (error) {
      throw this.#trouble('write', error);
    } finally {
      this.#endAgain(accountId);
    }
  }

  /** Reading that was under way when the sign-out came has found the secret still there. */
  #endAgain(accountId: string): void {
    if (this.#entries.end(accountId, 'signedOut')) {
      this.#changed.fire();
    }
  }

  #trouble(what: 'read' | 'write', cause: unknown): AzureCredentialsError {
    const error = storageError(what, cause);
    this.#deps.onStorageTrouble(error);
    return error;
  }
}

function keyOf({ account, signIn }: SignIn): VaultKey {
  return { kind: 'account', accountId: account.id, signIn };
}
