import type { Account } from './account.ts';
import { Emitter } from './emitter.ts';
import { AzureCredentialsError } from './errors.ts';
import { phrase } from './phrase.ts';
import type { Disposable, Event, TokenSource } from './ports.ts';

/** The source's accounts in memory: read once, and again after each change. */
export class AccountList implements Disposable {
  readonly #source: TokenSource;
  readonly #changed: Emitter<void>;
  readonly #subscription: Disposable;
  #snapshot: AccountSnapshot | undefined;
  #loading: Promise<AccountSnapshot> | undefined;
  /** Counts changes: a reading that began before the last one is out of date. */
  #generation = 0;
  #reloads = 0;

  constructor(source: TokenSource, onListenerError: (error: unknown) => void) {
    this.#source = source;
    this.#changed = new Emitter(onListenerError);
    this.#subscription = source.onDidChangeAccounts(() => this.#reload());
  }

  /** Fires when the new accounts are in memory (or could not be read). */
  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /** Undefined until read, and again while a change is being read. */
  get current(): AccountSnapshot | undefined {
    return this.#snapshot;
  }

  /** @throws AzureCredentialsError of the source; the next call tries again */
  load(): Promise<AccountSnapshot> {
    if (this.#snapshot !== undefined) {
      return Promise.resolve(this.#snapshot);
    }
    this.#loading ??= this.#read(this.#generation);
    return this.#loading;
  }

  /** What is in memory may be wrong: the next request reads again. */
  invalidate(): void {
    this.#generation += 1;
    this.#snapshot = undefined;
    this.#loading = undefined;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #reload(): Promise<void> {
    this.invalidate();
    const reload = ++this.#reloads;
    await this.load().catch(() => undefined);
    if (reload === this.#reloads) {
      this.#changed.fire();
    }
  }

  async #read(generation: number): Promise<AccountSnapshot> {
    try {
      const snapshot = new AccountSnapshot(await this.#source.getAccounts());
      if (generation === this.#generation) {
        this.#snapshot = snapshot;
        return snapshot;
      }
    } finally {
      if (generation === this.#generation) {
        this.#loading = undefined;
      }
    }
    // A change overtook this reading: whoever waits gets the newer one.
    return this.load();
  }
}

/** The accounts at one moment, and which of them a request means. */
export class AccountSnapshot {
  readonly accounts: readonly Account[];
  readonly #byId: ReadonlyMap<string, Account>;
  #defaultFirst: { readonly id: string | undefined; readonly accounts: readonly Account[] } | undefined;

  constructor(accounts: readonly Account[]) {
    this.accounts = accounts;
    this.#byId = new Map(accounts.map((account) => [account.id, account]));
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** The default account first, the others as the source has them. */
  defaultFirst(defaultId: string | undefined): readonly Account[] {
    if (this.#defaultFirst === undefined || this.#defaultFirst.id !== defaultId) {
      const first = this.accounts.filter(({ id }) => id === defaultId);
      const accounts = [...first, ...this.accounts.filter(({ id }) => id !== defaultId)];
      this.#defaultFirst = { id: defaultId, accounts };
    }
    return this.#defaultFirst.accounts;
  }

  /**
   * The account a request means: the one it names by id or user name, else the default one, else the first.
   *
   * A default account that is not signed in is never replaced by another: its user chose it for a reason.
   *
   * @throws AzureCredentialsError `not_signed_in`; `resource_invalid` when a user name fits several accounts
   */
  choose(wanted: string | undefined, defaultId: string | undefined): Account {
    const account = wanted === undefined ? this.#default(defaultId) : (this.#byId.get(wanted) ?? this.#named(wanted));
    if (account === undefined) {
      throw notSignedIn(wanted, this.accounts.length);
    }
    return account;
  }

  #default(defaultId: string | undefined): Account | undefined {
    const [first] = this.accounts;
    if (defaultId === undefined || first === undefined) {
      return first;
    }
    const found = this.#byId.get(defaultId);
    if (found === undefined) {
      throw new AzureCredentialsError('not_signed_in', phrase`The default account is not signed in.`, {
        advice: phrase`Sign in with that account, or choose another default with "Switch Account".`,
      });
    }
    return found;
  }

  #named(username: string): Account | undefined {
    const wanted = username.toLowerCase();
    const found = this.accounts.filter((account) => account.username.toLowerCase() === wanted);
    if (found.length > 1) {
      throw new AzureCredentialsError(
        'resource_invalid',
        phrase`${found.length} signed-in accounts have the user name ${username}.`,
        { advice: phrase`Name the account by its id: ${found.map(({ id }) => id).join(' or ')}.` },
      );
    }
    return found[0];
  }
}

function notSignedIn(wanted: string | undefined, count: number): AzureCredentialsError {
  if (wanted === undefined || count === 0) {
    return new AzureCredentialsError('not_signed_in', phrase`Nobody is signed in.`, { advice: phrase`Sign in first.` });
  }
  return new AzureCredentialsError('not_signed_in', phrase`The account that was asked for is not signed in.`, {
    advice: phrase`Sign in with that account, or leave the account out to use the default one.`,
  });
}
