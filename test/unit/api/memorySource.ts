import type { AccessToken } from '../../../src/tokens/accessToken.ts';
import type { Account } from '../../../src/tokens/account.ts';
import { Emitter } from '../../../src/tokens/emitter.ts';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import type { SignInOptions, TokenSource } from '../../../src/tokens/ports.ts';
import type { ResolvedRequest } from '../../../src/tokens/tokenRequest.ts';

export const ada: Account = {
  id: 'ada.home',
  username: 'ada@contoso.com',
  name: 'Ada',
  tenantId: '11111111-1111-4111-8111-111111111111',
  kind: 'user',
};

export const bob: Account = { ...ada, id: 'bob.home', username: 'bob@contoso.com', name: 'Bob' };

/** A token source that stands in for Entra: whoever is in `accounts` gets a token. */
export class MemorySource implements TokenSource {
  accounts: readonly Account[];
  readonly requests: ResolvedRequest[] = [];
  readonly signIns: SignInOptions[] = [];
  /** Runs before each token is issued; what it throws is the answer. */
  beforeToken: (request: ResolvedRequest) => unknown = () => undefined;
  /** Runs before accounts are told. */
  beforeAccounts: () => unknown = () => undefined;
  readonly #changed = new Emitter<void>((error) => {
    throw error;
  });

  constructor(accounts: readonly Account[] = [ada]) {
    this.accounts = accounts;
  }

  readonly onDidChangeAccounts = this.#changed.event;

  async getAccounts(): Promise<readonly Account[]> {
    await this.beforeAccounts();
    return this.accounts;
  }

  replaceAccounts(accounts: readonly Account[]): void {
    this.accounts = accounts;
    this.#changed.fire();
  }

  async acquireToken(request: ResolvedRequest): Promise<AccessToken> {
    this.requests.push(request);
    await this.beforeToken(request);
    const { account, resource, scopes, tenantId } = request;
    if (!this.accounts.some(({ id }) => id === account.id)) {
      throw new AzureCredentialsError('not_signed_in', 'Signed out.');
    }
    const token = `token ${this.requests.length}`;
    return {
      token,
      expiresOnTimestamp: Date.now() + 3_600_000,
      tokenType: 'Bearer',
      resource,
      scopes,
      tenantId,
      account,
    };
  }

  async signIn(options: SignInOptions): Promise<Account> {
    this.signIns.push(options);
    this.replaceAccounts([ada, ...this.accounts.filter(({ id }) => id !== ada.id)]);
    return ada;
  }

  async signOut(account: Account): Promise<void> {
    this.replaceAccounts(this.accounts.filter(({ id }) => id !== account.id));
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
