import type { AccessToken } from './accessToken.ts';
import type { Account } from './account.ts';
import type { ActivityEntry } from './activity.ts';
import { AzureCredentialsError } from './errors.ts';
import { LateEvent } from './lateEvent.ts';
import type { Disposable, Event, SignInOptions } from './ports.ts';
import type { RefreshedToken, RefreshOptions } from './refreshTokens.ts';
import type { Requester } from './requester.ts';
import type { TokenRequest } from './tokenRequest.ts';
import type { CachedTokenInfo, RefreshableTokenService, TokenService, TokenServiceDeps } from './tokenService.ts';

/**
 * The token service whose code is loaded when it is first needed, so that activation pays for none of it. Until then there
 * is no token, no activity, and nothing to drop.
 */
export function createLazyTokenService(deps: TokenServiceDeps): RefreshableTokenService {
  return new LazyTokenService(deps);
}

class LazyTokenService implements RefreshableTokenService {
  readonly #deps: TokenServiceDeps;
  readonly #changes: LateEvent<void>;
  readonly #activities: LateEvent<ActivityEntry>;
  readonly #coldActivities: LateEvent<ActivityEntry>;
  readonly #earlyChanges: Disposable;
  #service: RefreshableTokenService | undefined;
  #loading: Promise<RefreshableTokenService> | undefined;
  #isDisposed = false;

  constructor(deps: TokenServiceDeps) {
    const onListenerError = (error: unknown): void =>
      deps.log.error(`a listener of the token service failed: ${error instanceof Error ? error.name : typeof error}`);
    this.#deps = deps;
    this.#changes = new LateEvent(onListenerError);
    this.#activities = new LateEvent(onListenerError);
    this.#coldActivities = new LateEvent(onListenerError);
    this.#earlyChanges = deps.source.onDidChangeAccounts(() => this.#tellEarlyChange());
  }

  get onDidChangeAccounts(): Event<void> {
    return this.#changes.event;
  }

  get onDidRecordActivity(): Event<ActivityEntry> {
    return this.#activities.event;
  }

  get onDidRecordColdActivity(): Event<ActivityEntry> {
    return this.#coldActivities.event;
  }

  getToken(request: TokenRequest, requester: Requester): Promise<AccessToken> {
    return this.#service === undefined
      ? this.#load().then((service) => service.getToken(request, requester))
      : this.#service.getToken(request, requester);
  }

  async getAccounts(): Promise<readonly Account[]> {
    return (await this.#load()).getAccounts();
  }

  async signIn(options?: SignInOptions): Promise<Account> {
    return (await this.#load()).signIn(options);
  }

  async signOut(account?: Account): Promise<void> {
    await (await this.#load()).signOut(account);
  }

  async refreshTokens(requester: Requester, options?: RefreshOptions): Promise<readonly RefreshedToken[]> {
    return (await this.#load()).refreshTokens(requester, options);
  }

  clear(filter?: Parameters<TokenService['clear']>[0]): void {
    this.#service?.clear(filter);
  }

  cachedTokens(): readonly CachedTokenInfo[] {
    return this.#service?.cachedTokens() ?? [];
  }

  activity(): readonly ActivityEntry[] {
    return this.#service?.activity() ?? [];
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#earlyChanges.dispose();
    this.#service?.dispose();
  }

  #load(): Promise<RefreshableTokenService> {
    this.#loading ??= this.#start().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #start(): Promise<RefreshableTokenService> {
    const { createTokenService } = await import('./tokenService.ts');
    if (this.#isDisposed) {
      throw new AzureCredentialsError('cancelled', 'The extension is shutting down.');
    }
    const service = createTokenService(this.#deps);
    this.#service = service;
    this.#earlyChanges.dispose();
    this.#changes.attach(service.onDidChangeAccounts);
    this.#activities.attach(service.onDidRecordActivity);
    this.#coldActivities.attach(service.onDidRecordColdActivity);
    return service;
  }

  /** Accounts changed before anybody asked for them: as with those that are loaded, told when they are in memory. */
  async #tellEarlyChange(): Promise<void> {
    await this.getAccounts().catch(() => undefined);
    this.#changes.fire();
  }
}
