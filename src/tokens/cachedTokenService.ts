import type { AccessToken } from './accessToken.ts';
import type { Account } from './account.ts';
import { AccountList } from './accountList.ts';
import type { ActivityEntry } from './activity.ts';
import { ActivityRecord } from './activityRecord.ts';
import { canonicalResource } from './canonicalResource.ts';
import { AzureCredentialsError, isAzureCredentialsError } from './errors.ts';
import { InteractiveSignIn } from './interactiveSignIn.ts';
import type { Event, SignInOptions } from './ports.ts';
import { type RefreshedToken, type RefreshOptions, refreshTokens } from './refreshTokens.ts';
import { RequestAnswerer } from './requestAnswerer.ts';
import type { Requester } from './requester.ts';
import { signedOutError } from './signInErrors.ts';
import { type CacheFilter, TokenCache } from './tokenCache.ts';
import { TokenFetcher } from './tokenFetcher.ts';
import type { TokenRequest } from './tokenRequest.ts';
import type { CachedTokenInfo, RefreshableTokenService, TokenServiceDeps } from './tokenService.ts';
import { unexpectedError } from './unexpectedError.ts';

/** The token service over one source: see the contract of `TokenService`. */
export class CachedTokenService implements RefreshableTokenService {
  readonly #deps: TokenServiceDeps;
  readonly #accounts: AccountList;
  readonly #activity: ActivityRecord;
  readonly #cache: TokenCache;
  readonly #fetcher: TokenFetcher;
  readonly #answerer: RequestAnswerer;
  /** Accounts whose sign-out is under way. */
  readonly #leaving = new Set<string>();
  #isDisposed = false;

  constructor(deps: TokenServiceDeps) {
    const { source, clock, log } = deps;
    const onListenerError = (error: unknown): void => {
      unexpectedError(error, log);
    };
    this.#deps = deps;
    this.#activity = new ActivityRecord(onListenerError);
    this.#cache = new TokenCache(clock);
    this.#fetcher = new TokenFetcher({ source, log, cache: this.#cache });
    this.#accounts = new AccountList(source, onListenerError);
    this.#accounts.onDidChange(() => this.#forgetOthers());
    this.#answerer = new RequestAnswerer({
      ...deps,
      accounts: this.#accounts,
      cache: this.#cache,
      fetcher: this.#fetcher,
      interactiveSignIn: new InteractiveSignIn(source, log),
      activity: this.#activity,
      isLeaving: (accountId) => this.#leaving.has(accountId),
    });
  }

  get onDidChangeAccounts(): Event<void> {
    return this.#accounts.onDidChange;
  }

  get onDidRecordActivity(): Event<ActivityEntry> {
    return this.#activity.onDidRecord;
  }

  get onDidRecordColdActivity(): Event<ActivityEntry> {
    return this.#activity.onDidRecordCold;
  }

  getToken(request: TokenRequest, requester: Requester): Promise<AccessToken> {
    return this.#isDisposed ? Promise.reject(closedError()) : this.#answerer.answer(request, requester);
  }

  async getAccounts(): Promise<readonly Account[]> {
    const accounts = this.#accounts.current ?? (await this.#accounts.load());
    return accounts.defaultFirst(this.#deps.preference.defaultAccountId());
  }

  async signIn(options: SignInOptions = {}): Promise<Account> {
    const account = await this.#deps.source.signIn(options);
    // What the person may do can have changed since the tokens at hand were issued.
    this.clear({ accountId: account.id });
    this.#accounts.invalidate();
    return account;
  }

  async signOut(account?: Account): Promise<void> {
    const accounts = account === undefined ? (await this.#accounts.load()).accounts : [account];
    const results = await Promise.allSettled(accounts.map((one) => this.#signOutOne(one)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  }

  clear(filter: CacheFilter = {}): void {
    const exact = filter.resource === undefined ? filter : { ...filter, resource: this.#canonical(filter.resource) };
    const dropped = new Set(this.#cache.drop(exact).map(({ plainKey }) => plainKey));
    this.#fetcher.detach(
      (slot, { account, resource }) =>
        dropped.has(slot.plainKey) ||
        (exact.token === undefined &&
          (exact.accountId === undefined || exact.accountId === account.id) &&
          (exact.resource === undefined || exact.resource === resource)),
    );
  }

  cachedTokens(): readonly CachedTokenInfo[] {
    return this.#cache.served().map(({ token: { token, ...info }, request: { scopes, tenantId } }) => ({
      ...info,
      request: { scopes, tenantId },
    }));
  }

  activity(): readonly ActivityEntry[] {
    return this.#activity.list();
  }

  refreshTokens(requester: Requester, options: RefreshOptions = {}): Promise<readonly RefreshedToken[]> {
    const { signal } = options;
    const requests = new Map(this.#cache.served().map(({ token, request }) => [token, request]));
    const renew = (token: AccessToken): Promise<AccessToken> => {
      const request = requests.get(token);
      const wanted = {
        scopes: request?.scopes ?? token.scopes,
        account: token.account.id,
        tenantId: request?.tenantId ?? token.tenantId,
        forceRefresh: true,
      };
      return this.getToken(signal === undefined ? wanted : { ...wanted, signal }, requester);
    };
    return refreshTokens([...requests.keys()], renew, options);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#fetcher.fail(() => true, closedError());
    this.#cache.clear();
    this.#accounts.dispose();
    this.#activity.dispose();
  }

  /** Sign-out wins: before, while and after the source forgets the account, nothing is kept or given out for it. */
  async #signOutOne(account: Account): Promise<void> {
    this.#leaving.add(account.id);
    try {
      this.#forget(account.id);
      await this.#deps.source.signOut(account);
    } finally {
      this.#forget(account.id);
      this.#accounts.invalidate();
      this.#leaving.delete(account.id);
    }
  }

  #forget(accountId: string): void {
    this.#cache.drop({ accountId });
    this.#fetcher.fail(({ account }) => account.id === accountId, signedOutError());
  }

  /** Accounts changed, here or in another window: forgets the tokens of those that are gone. */
  #forgetOthers(): void {
    const accounts = this.#accounts.current;
    if (accounts !== undefined) {
      for (const accountId of this.#cache.accountIds()) {
        if (!accounts.has(accountId)) {
          this.#cache.drop({ accountId });
        }
      }
      this.#fetcher.fail(({ account }) => !accounts.has(account.id), signedOutError());
    }
  }

  /** A resource as the cache knows it; as given when it cannot be meant, which matches nothing. */
  #canonical(resource: string): string {
    try {
      return canonicalResource(resource.trim().replace(/\/\.default$/i, ''), this.#deps.cloud());
    } catch (error) {
      if (isAzureCredentialsError(error)) {
        return resource;
      }
      throw error;
    }
  }
}

function closedError(): AzureCredentialsError {
  return new AzureCredentialsError('cancelled', 'The extension is shutting down.');
}
