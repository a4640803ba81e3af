import type { Account } from '../tokens/account.ts';
import type { AccountSecret } from './accountSecret.ts';

/** Why a sign-in is no longer in force: `signedOut` means that no token may be given for it any more. */
type Ending = 'signedOut' | 'replaced';

/** One sign-in of one account, as this window knows it. Holds the refresh token: never give it to a log. */
export interface VaultEntry extends AccountSecret {
  readonly ended?: Ending;
}

/** The same, for the vault. */
export interface SignIn {
  readonly account: Account;
  readonly signIn: number;
  refreshToken: string;
  /** The refresh token that the store has; absent when storing failed so far. */
  stored?: string;
  ended?: Ending;
}

/** The sign-in in force of each account, in memory. Whoever holds one that has ended sees that it has. */
export class KnownSignIns {
  readonly #byAccount = new Map<string, SignIn>();

  get(accountId: string): SignIn | undefined {
    return this.#byAccount.get(accountId);
  }

  has(accountId: string): boolean {
    return this.#byAccount.has(accountId);
  }

  get size(): number {
    return this.#byAccount.size;
  }

  list(): readonly SignIn[] {
    return [...this.#byAccount.values()];
  }

  set(signIn: SignIn): void {
    this.#byAccount.set(signIn.account.id, signIn);
  }

  /** Ends the sign-in of an account. @returns whether there was one */
  end(accountId: string, reason: Ending): boolean {
    const known = this.#byAccount.get(accountId);
    if (known === undefined) {
      return false;
    }
    known.ended = reason;
    return this.#byAccount.delete(accountId);
  }

  /** Ends this very sign-in, and no newer one, unless it has ended for another reason. @returns whether it was in force */
  forget(signIn: SignIn, reason: Ending): boolean {
    signIn.ended ??= reason;
    const { id } = signIn.account;
    return this.#byAccount.get(id) === signIn && this.#byAccount.delete(id);
  }

  /** Equal as long as the same sign-ins of the same accounts are in force. */
  summary(): string {
    return this.list()
      .map(({ account, signIn }) => `${account.id} ${signIn}`)
      .join();
  }
}
