import type { AccessToken } from './accessToken.ts';
import type { Account } from './account.ts';
import type { AccountList, AccountSnapshot } from './accountList.ts';
import type { ActivityEntry } from './activity.ts';
import type { ActivityRecord } from './activityRecord.ts';
import { normaliseClaims } from './claims.ts';
import { isAzureCredentialsError } from './errors.ts';
import { abortable, cancelledError } from './flight.ts';
import type { InteractiveSignIn, SignedIn } from './interactiveSignIn.ts';
import type { Target } from './normaliseTarget.ts';
import type { AuthorizeOptions, SignInOptions } from './ports.ts';
import type { Requester } from './requester.ts';
import { namedTenant, type RequestPlan, RequestPlanner, resolvedRequest, TargetMemo } from './requestPlan.ts';
import { isNamed, needsPerson, signedOutError, wrongAccount } from './signInErrors.ts';
import type { CacheEntry, TokenCache } from './tokenCache.ts';
import type { TokenFetcher } from './tokenFetcher.ts';
import type { ResolvedRequest, TokenRequest } from './tokenRequest.ts';
import type { TokenServiceDeps } from './tokenService.ts';
import { unexpectedError } from './unexpectedError.ts';

export interface RequestAnswererDeps extends TokenServiceDeps {
  readonly accounts: AccountList;
  readonly cache: TokenCache;
  readonly fetcher: TokenFetcher;
  readonly interactiveSignIn: InteractiveSignIn;
  readonly activity: ActivityRecord;
  /** True while an account is being signed out: nothing is given out for it any more. */
  readonly isLeaving: (accountId: string) => boolean;
}

/** One request on its way. */
interface Call {
  readonly request: TokenRequest;
  readonly requester: Requester;
  /** Monotonic milliseconds. */
  readonly started: number;
  /** Absent until the resource is known to be one. */
  target: Target | undefined;
  /** Absent until the account is known, too. */
  plan: RequestPlan | undefined;
  /** The person was asked to sign in for it: that happens once. */
  wasInteractive: boolean;
}

const withoutPerson: AuthorizeOptions = { interactive: false };
const withPerson: AuthorizeOptions = { interactive: true };

/** Takes one request from account choice over policy, cache and source to its token and its place in the activity record. */
export class RequestAnswerer {
  readonly #deps: RequestAnswererDeps;
  readonly #targets = new TargetMemo();
  readonly #planner = new RequestPlanner();

  constructor(deps: RequestAnswererDeps) {
    this.#deps = deps;
  }

  /** See `TokenService.getToken`. */
  answer(request: TokenRequest, requester: Requester): Promise<AccessToken> {
    const started = this.#deps.clock.monotonic();
    return this.#answer({ request, requester, started, target: undefined, plan: undefined, wasInteractive: false });
  }

  /** Makes no promise of its own when the token is in memory and the policy answers at once: that is the common case. */
  #answer(call: Call): Promise<AccessToken> {
    try {
      throwIfAborted(call.request.signal);
      const accounts = this.#deps.accounts.current;
      if (accounts === undefined) {
        return this.#answerWhenLoaded(call);
      }
      const plan = this.#plan(call, accounts);
      const entry = this.#deps.cache.get(plan.slot.key);
      const verdict = this.#authorize(call, plan, entry);
      if (verdict !== undefined) {
        return this.#answerWhenAuthorized(call, plan, verdict);
      }
      return this.#servedPromise(call, entry) ?? this.#obtain(call, plan);
    } catch (error) {
      const { plan, target } = call;
      if (plan === undefined && target !== undefined && needsPerson(error) && mayAskPerson(call)) {
        return this.#answerAfterSignIn(call, target);
      }
      return Promise.reject(this.#failed(call, error));
    }
  }

  async #answerWhenLoaded(call: Call): Promise<AccessToken> {
    try {
      await abortable(this.#deps.accounts.load(), call.request.signal);
    } catch (error) {
      const isUnreadable = isAzureCredentialsError(error) && error.code === 'storage';
      if (isUnreadable && mayAskPerson(call)) {
        return this.#answerInMemory(call);
      }
      throw this.#failed(call, error);
    }
    return this.#answer(call);
  }

  /** Nobody can tell who is signed in; a sign-in now is good for this window, whatever is the matter with the store. */
  #answerInMemory(call: Call): Promise<AccessToken> {
    try {
      call.target = this.#targets.get(call.request, this.#deps.cloud());
    } catch (error) {
      return Promise.reject(this.#failed(call, error));
    }
    return this.#answerAfterSignIn(call, call.target);
  }

  async #answerWhenAuthorized(call: Call, plan: RequestPlan, verdict: Promise<void>): Promise<AccessToken> {
    try {
      await abortable(verdict, call.request.signal);
      // The person may have been asked, which takes a while: the account can be gone.
      const accounts = await this.#deps.accounts.load();
      this.#checkPresent(accounts.choose(plan.account.id, undefined));
    } catch (error) {
      throw this.#failed(call, error);
    }
    return this.#servedPromise(call, this.#deps.cache.get(plan.slot.key)) ?? this.#obtain(call, plan);
  }

  /** The account is not signed in: signs the person in first, then goes on with the account they chose. */
  async #answerAfterSignIn(call: Call, target: Target): Promise<AccessToken> {
    const { request } = call;
    let plan: RequestPlan;
    try {
      const account = await this.#signInFirst(call, target);
      if (request.account !== undefined && !isNamed(account, request.account)) {
        throw wrongAccount(account, request.account);
      }
      plan = this.#planFor(call, target, account);
      await abortable(Promise.resolve(this.#authorize(call, plan, undefined)), request.signal);
    } catch (error) {
      throw this.#failed(call, error);
    }
    return this.#obtain(call, plan);
  }

  async #signInFirst(call: Call, target: Target): Promise<Account> {
    const { account: wanted, tenantId, claims } = call.request;
    const tenant = namedTenant(tenantId);
    const challenge = claims === undefined ? undefined : normaliseClaims(claims);
    const options: SignInOptions = {
      scopes: target.scopes,
      ...(tenant === undefined ? {} : { tenantId: tenant }),
      ...(wanted?.includes('@') ? { loginHint: wanted } : {}),
      ...(challenge === undefined ? {} : { claims: challenge }),
    };
    const key = ['', wanted ?? '', tenant ?? '', challenge ?? ''].join('\n');
    const { account } = await this.#askPerson(call, { key, targetKey: target.key, options });
    return account;
  }

  #plan(call: Call, accounts: AccountSnapshot): RequestPlan {
    const { preference, cloud } = this.#deps;
    // A resource that cannot be meant is told first, also to one who is not signed in.
    call.target = this.#targets.get(call.request, cloud());
    const account = accounts.choose(call.request.account, preference.defaultAccountId());
    return this.#planFor(call, call.target, account);
  }

  #planFor(call: Call, target: Target, account: Account): RequestPlan {
    this.#checkPresent(account);
    const defaultTenantId = this.#deps.preference.defaultTenantId();
    call.plan = this.#planner.plan(call.request, { target, account, defaultTenantId });
    return call.plan;
  }

  #checkPresent(account: Account): void {
    if (this.#deps.isLeaving(account.id)) {
      throw signedOutError();
    }
  }

  #authorize(call: Call, plan: RequestPlan, entry: CacheEntry | undefined): void | Promise<void> {
    const { signal } = call.request;
    const interactive = call.request.interactive === true;
    const usual = interactive ? withPerson : withoutPerson;
    const options = signal === undefined ? usual : { interactive, signal };
    const resolved = entry?.request.account === plan.account ? entry.request : this.#resolved(call, plan);
    return this.#deps.policy.authorize(call.requester, resolved, options);
  }

  #resolved(call: Call, plan: RequestPlan): ResolvedRequest {
    return resolvedRequest(plan, call.request.forceRefresh === true);
  }

  #servedPromise(call: Call, entry: CacheEntry | undefined): Promise<AccessToken> | undefined {
    if (entry === undefined || call.request.forceRefresh === true) {
      return undefined;
    }
    const { cache, clock, fetcher } = this.#deps;
    const now = clock.now();
    const monotonic = clock.monotonic();
    if (!cache.isServed(entry, now, monotonic)) {
      return undefined;
    }
    if (cache.isDueForRenewal(entry, now, monotonic)) {
      fetcher.renew(entry);
    }
    this.#record(call, 'granted', monotonic);
    return entry.promise;
  }

  async #obtain(call: Call, plan: RequestPlan): Promise<AccessToken> {
    try {
      const token = await this.#fetchWithPerson(call, plan);
      this.#record(call, 'granted');
      return token;
    } catch (error) {
      throw this.#failed(call, error);
    }
  }

  async #fetchWithPerson(call: Call, plan: RequestPlan): Promise<AccessToken> {
    this.#refuseFormerTokens(plan);
    try {
      return await this.#fetch(call, plan);
    } catch (error) {
      const isLeaving = this.#deps.isLeaving(plan.account.id);
      if (isLeaving || !needsPerson(error) || !mayAskPerson(call)) {
        throw error;
      }
      await this.#signInAgain(call, plan, error.claims ?? plan.claims);
      return this.#fetch(call, plan);
    }
  }

  #fetch(call: Call, plan: RequestPlan): Promise<AccessToken> {
    return this.#deps.fetcher.fetch(plan.slot, this.#resolved(call, plan), call.request.signal);
  }

  /** A claims challenge says that the resource refuses the tokens that this account has for it. */
  #refuseFormerTokens({ claims, account, target, slot }: RequestPlan): void {
    if (claims === undefined) {
      return;
    }
    const { cache, fetcher } = this.#deps;
    cache.drop({ accountId: account.id, resource: target.resource });
    fetcher.detach(
      ({ key }, { account: flying, resource }) =>
        key !== slot.key && flying.id === account.id && resource === target.resource,
    );
  }

  async #signInAgain(call: Call, plan: RequestPlan, claims: string | undefined): Promise<void> {
    const { account, target, tenantId, slot } = plan;
    const key = `${slot.plainKey}\n${claims ?? ''}`;
    const options = { scopes: target.scopes, tenantId, loginHint: account.username };
    const wanted = { key, targetKey: target.key, options: claims === undefined ? options : { ...options, claims } };
    const signedIn = await this.#askPerson(call, wanted);
    if (signedIn.account.id !== account.id) {
      throw wrongAccount(signedIn.account, account.username);
    }
  }

  async #askPerson(
    call: Call,
    wanted: { readonly key: string; readonly targetKey: string; readonly options: SignInOptions },
  ): Promise<SignedIn> {
    const signedIn = await this.#deps.interactiveSignIn.run({ ...wanted, signal: call.request.signal });
    // A sign-in that another request started did not ask for this one's scopes; it may still need its own.
    call.wasInteractive = signedIn.targetKey === wanted.targetKey;
    return signedIn;
  }

  #failed(call: Call, error: unknown): Error {
    const isMisuse = error instanceof TypeError && call.plan === undefined;
    const known = isMisuse ? error : unexpectedError(error, this.#deps.log);
    this.#record(call, isAzureCredentialsError(known) ? known.code : 'resource_invalid');
    return known;
  }

  /** @param servedAt monotonic milliseconds, when the token came from memory */
  #record({ plan, target, requester, started }: Call, outcome: ActivityEntry['outcome'], servedAt?: number): void {
    const { clock, activity } = this.#deps;
    const entry = {
      time: clock.now(),
      requester,
      resource: target?.resource ?? '',
      outcome,
      fromCache: servedAt !== undefined,
      milliseconds: (servedAt ?? clock.monotonic()) - started,
    };
    activity.add(plan === undefined ? entry : { ...entry, accountId: plan.account.id, tenantId: plan.tenantId });
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw cancelledError();
  }
}

function mayAskPerson({ request, wasInteractive }: Call): boolean {
  return request.interactive === true && !wasInteractive;
}
