import type { AccessToken } from './accessToken.ts';
import type { Account } from './account.ts';
import type { ActivityEntry } from './activity.ts';
import { CachedTokenService } from './cachedTokenService.ts';
import type { CloudName } from './cloud.ts';
import type {
  AccessPolicy,
  AccountPreference,
  Clock,
  Disposable,
  Event,
  Log,
  SignInOptions,
  TokenSource,
} from './ports.ts';
import type { RefreshedToken, RefreshOptions } from './refreshTokens.ts';
import type { Requester } from './requester.ts';
import type { ResolvedRequest, TokenRequest } from './tokenRequest.ts';

export interface TokenServiceDeps {
  readonly source: TokenSource;
  readonly policy: AccessPolicy;
  readonly preference: AccountPreference;
  readonly cloud: () => CloudName;
  readonly clock: Clock;
  readonly log: Log;
}

/** A token in memory, for views and diagnosis: everything but the token. */
export interface CachedTokenInfo extends Omit<AccessToken, 'token'> {
  /** What {@link TokenService.getToken} is to be asked for, together with the account, to be given this very token. */
  readonly request: Pick<ResolvedRequest, 'scopes' | 'tenantId'>;
}

/** The one way to a token, for every consumer. */
export interface TokenService extends Disposable {
  getToken(request: TokenRequest, requester: Requester): Promise<AccessToken>;
  /** Accounts signed in, the default one first. Read from memory after the first call. */
  getAccounts(): Promise<readonly Account[]>;
  readonly onDidChangeAccounts: Event<void>;
  signIn(options?: SignInOptions): Promise<Account>;
  /** One account, or all. */
  signOut(account?: Account): Promise<void>;
  /** Drops tokens from memory: those of one account, one resource, one exact token (that a server refused), or all. */
  clear(filter?: { readonly accountId?: string; readonly resource?: string; readonly token?: string }): void;
  cachedTokens(): readonly CachedTokenInfo[];
  activity(): readonly ActivityEntry[];
  readonly onDidRecordActivity: Event<ActivityEntry>;
  /** The same for requests that were not answered from memory only: listening to it costs a warm token nothing. */
  readonly onDidRecordColdActivity: Event<ActivityEntry>;
}

/** A token service that can also tell what a refresh changed. */
export interface RefreshableTokenService extends TokenService {
  /**
   * Renews every token in memory, through the access policy as usual, and tells which permissions came and went.
   * @throws AzureCredentialsError `cancelled`; other failures are told token by token
   */
  refreshTokens(requester: Requester, options?: RefreshOptions): Promise<readonly RefreshedToken[]>;
}

/** Builds the token service. It does not own the source: whoever made that disposes it. */
export function createTokenService(deps: TokenServiceDeps): RefreshableTokenService {
  return new CachedTokenService(deps);
}
