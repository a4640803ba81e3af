import type { Account } from '../tokens/account.ts';
import { Emitter } from '../tokens/emitter.ts';
import type { Disposable, Event, Log } from '../tokens/ports.ts';
import type { TokenService } from '../tokens/tokenService.ts';

/**
 * The accounts signed in, as a list that can be read without waiting.
 *
 * Reads nothing until {@link ready} is first asked for; from then on it follows the token service. When accounts cannot
 * be read the list keeps what it had: whoever asks for a token is told why.
 */
export class AccountList implements Disposable {
  readonly #tokens: TokenService;
  readonly #log: Log;
  readonly #changed: Emitter<readonly Account[]>;
  #accounts: readonly Account[] = Object.freeze([]);
  #following: { readonly ready: Promise<void>; readonly subscription: Disposable } | undefined;
  #readings = 0;
  #latest: Promise<void> | undefined;

  constructor(deps: { readonly tokens: TokenService; readonly log: Log }) {
    this.#tokens = deps.tokens;
    this.#log = deps.log;
    this.#changed = new Emitter(() => this.#log.warn('A listener of onDidChangeAccounts failed.'));
    this.onDidChange = this.#changed.event;
  }

  /** Fires with the new list after it has changed; the first reading counts when it found accounts. */
  readonly onDidChange: Event<readonly Account[]>;

  get accounts(): readonly Account[] {
    return this.#accounts;
  }

  /** Resolves after the first reading; never rejects. */
  get ready(): Promise<void> {
    this.#following ??= {
      subscription: this.#tokens.onDidChangeAccounts(() => void this.#read()),
      ready: this.#read(),
    };
    return this.#following.ready;
  }

  /** Reads again, for a caller who has just changed the accounts and expects to see it. Never rejects. */
  async refresh(): Promise<void> {
    await this.ready;
    await this.#read();
  }

  dispose(): void {
    this.#following?.subscription.dispose();
    this.#changed.dispose();
  }

  #read(): Promise<void> {
    const reading = this.#readOnce(++this.#readings);
    this.#latest = reading;
    return reading;
  }

  /** An answer that a later reading has overtaken is dropped, so the list never goes back in time; that one is waited for. */
  async #readOnce(number: number): Promise<void> {
    try {
      const accounts = await this.#tokens.getAccounts();
      if (number === this.#readings) {
        this.#replace(accounts);
      }
    } catch {
      this.#log.debug('The accounts for other extensions could not be read.');
    }
    if (number !== this.#readings) {
      await this.#latest;
    }
  }

  #replace(accounts: readonly Account[]): void {
    if (isSameList(this.#accounts, accounts)) {
      return;
    }
    this.#accounts = Object.freeze(accounts.map((account) => Object.freeze({ ...account })));
    this.#changed.fire(this.#accounts);
  }
}

function isSameList(left: readonly Account[], right: readonly Account[]): boolean {
  return left.length === right.length && left.every((account, index) => isSameAccount(account, right[index]));
}

function isSameAccount(left: Account, right: Account | undefined): boolean {
  return left.id === right?.id && left.username === right.username && left.name === right.name;
}
