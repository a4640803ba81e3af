import type { AccessToken } from './accessToken.ts';
import type { Clock } from './ports.ts';
import type { ResolvedRequest } from './tokenRequest.ts';

const minute = 60_000;
/** A token with less than this left is not given out any more: its consumer may still be using it a while later. */
const margin = 5 * minute;
const firstRetry = 30_000;
const longestRetry = 5 * minute;

/** What a token is kept under. */
export interface CacheSlot {
  /** Account, tenant, scopes and claims. */
  readonly key: string;
  /** The same without claims. */
  readonly plainKey: string;
}

interface EntryTimes {
  /** Not served from here on: wall clock and monotonic milliseconds. Whichever comes first counts. */
  readonly servedUntil: number;
  readonly servedUntilMonotonic: number;
  readonly endsMonotonic: number;
  /** Renewed in the background from here on, in the same two clocks. */
  readonly renewFrom: number;
  readonly renewFromMonotonic: number;
}

/** A token in memory, with everything that decides how long it is served. */
export interface CacheEntry extends EntryTimes {
  readonly slot: CacheSlot;
  readonly request: ResolvedRequest;
  readonly token: AccessToken;
  /** Resolved with the token: shared, so that a warm request makes no promise of its own. */
  readonly promise: Promise<AccessToken>;
  /** Background renewals that failed in a row, and when the next may be tried (monotonic milliseconds). */
  failures: number;
  retryFrom: number;
  lastUse: number;
}

/** Which tokens are meant; what is absent matches all. */
export interface CacheFilter {
  readonly accountId?: string;
  readonly resource?: string;
  readonly token?: string;
}

/**
 * Access tokens in memory: the least recently used go first when there are too many.
 *
 * Two clocks are watched, because the wall clock can be set and the monotonic one may stand still while the machine sleeps:
 * a token is served only while neither says that it may have ended.
 */
export class TokenCache {
  readonly #entries = new Map<string, CacheEntry>();
  /** Slots whose token was dropped: the source may have it in a cache of its own, so it must be asked for a new one. */
  readonly #dropped = new Set<string>();
  readonly #clock: Clock;
  readonly #capacity: number;
  #uses = 0;

  constructor(clock: Clock, capacity = 10_000) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  get(key: string): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  /** May this token be given out? Marks it as used. */
  isServed(entry: CacheEntry, now: number, monotonic: number): boolean {
    entry.lastUse = ++this.#uses;
    return now < entry.servedUntil && monotonic < entry.servedUntilMonotonic;
  }

  /** Has a token ended for certain, by either clock? */
  hasEnded(entry: CacheEntry): boolean {
    return this.#clock.now() >= entry.token.expiresOnTimestamp || this.#clock.monotonic() >= entry.endsMonotonic;
  }

  /** Has a token that just came ended already, by the wall clock? */
  isOver(token: AccessToken): boolean {
    return token.expiresOnTimestamp <= this.#clock.now();
  }

  /** Is it time to renew it in the background? */
  isDueForRenewal(entry: CacheEntry, now: number, monotonic: number): boolean {
    return (now >= entry.renewFrom || monotonic >= entry.renewFromMonotonic) && monotonic >= entry.retryFrom;
  }

  /** Must the source go to Entra, past any cache of its own? */
  mustRenew(key: string): boolean {
    return this.#entries.has(key) || this.#dropped.has(key);
  }

  /** Keeps a token, also for requests without claims: a token that satisfies a challenge replaces the one that did not. */
  put(slot: CacheSlot, request: ResolvedRequest, token: AccessToken): void {
    this.#set(slot, request, token);
    if (slot.key !== slot.plainKey) {
      this.#set({ key: slot.plainKey, plainKey: slot.plainKey }, withoutClaims(request), token);
    }
    this.#trim();
  }

  /**
   * Notes that a background renewal is under way or did not help: the next one waits 30 s, then twice as long each time, up
   * to five minutes.
   */
  postpone(entry: CacheEntry): void {
    entry.retryFrom = this.#clock.monotonic() + Math.min(firstRetry * 2 ** entry.failures, longestRetry);
    entry.failures += 1;
  }

  /** Postpones the next background renewal further, to a moment that Entra named. @param timestamp milliseconds since the epoch */
  notBefore(entry: CacheEntry, timestamp: number): void {
    entry.retryFrom = Math.max(entry.retryFrom, this.#clock.monotonic() + timestamp - this.#clock.now());
  }

  /** Forgets tokens. @returns the slots that lost one */
  drop(filter: CacheFilter): readonly CacheSlot[] {
    const gone: CacheSlot[] = [];
    for (const [key, entry] of this.#entries) {
      if (matches(entry, filter)) {
        this.#entries.delete(key);
        this.#markDropped(key);
        gone.push(entry.slot);
      }
    }
    return gone;
  }

  /** Tokens that are still served, each once, the most recently used first. */
  served(): readonly CacheEntry[] {
    const now = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    return [...this.#entries.values()]
      .filter(({ slot }) => slot.key === slot.plainKey)
      .filter(({ servedUntil, servedUntilMonotonic }) => now < servedUntil && monotonic < servedUntilMonotonic)
      .sort((a, b) => b.lastUse - a.lastUse);
  }

  /** Accounts that have tokens here. */
  accountIds(): ReadonlySet<string> {
    return new Set([...this.#entries.values()].map(({ request }) => request.account.id));
  }

  clear(): void {
    this.#entries.clear();
    this.#dropped.clear();
  }

  #set(slot: CacheSlot, request: ResolvedRequest, token: AccessToken): void {
    const former = this.#entries.get(slot.key);
    const isSame = former?.token.token === token.token;
    const entry: CacheEntry = {
      slot,
      request: { ...request, forceRefresh: false },
      token,
      promise: Promise.resolve(token),
      // What the monotonic clock knows of the age of a token still holds when the source gives the same one again.
      ...(isSame ? timesOf(former) : this.#timesFromNow(token)),
      failures: isSame ? former.failures : 0,
      retryFrom: 0,
      lastUse: ++this.#uses,
    };
    if (isSame) {
      this.postpone(entry);
    }
    this.#dropped.delete(slot.key);
    this.#entries.set(slot.key, entry);
  }

  #timesFromNow(token: AccessToken): EntryTimes {
    const now = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    const life = token.expiresOnTimestamp - now;
    const served = life - margin;
    // 80 % of its life, but early enough that one who asks regularly never waits, also when that life is short.
    const untilRenewal = 0.8 * life < served ? 0.8 * life : 0.8 * served;
    const renewIn = Math.min(untilRenewal, (token.refreshAfterTimestamp ?? Number.POSITIVE_INFINITY) - now);
    return {
      servedUntil: now + served,
      servedUntilMonotonic: monotonic + served,
      endsMonotonic: monotonic + life,
      renewFrom: now + renewIn,
      renewFromMonotonic: monotonic + renewIn,
    };
  }

  #markDropped(key: string): void {
    if (this.#dropped.size >= this.#capacity) {
      this.#dropped.clear();
    }
    this.#dropped.add(key);
  }

  /** Drops a hundredth at once, so that a full cache is not sorted for each new token. */
  #trim(): void {
    if (this.#entries.size <= this.#capacity) {
      return;
    }
    const oldest = [...this.#entries].sort(([, a], [, b]) => a.lastUse - b.lastUse);
    const surplus = this.#entries.size - this.#capacity + Math.floor(this.#capacity / 100);
    for (const [key] of oldest.slice(0, surplus)) {
      this.#entries.delete(key);
    }
  }
}

function matches(entry: CacheEntry, filter: CacheFilter): boolean {
  return (
    (filter.accountId === undefined || filter.accountId === entry.request.account.id) &&
    (filter.resource === undefined || filter.resource === entry.request.resource) &&
    (filter.token === undefined || filter.token === entry.token.token)
  );
}

function timesOf(entry: CacheEntry): EntryTimes {
  const { servedUntil, servedUntilMonotonic, endsMonotonic, renewFrom, renewFromMonotonic } = entry;
  return { servedUntil, servedUntilMonotonic, endsMonotonic, renewFrom, renewFromMonotonic };
}

function withoutClaims(request: ResolvedRequest): ResolvedRequest {
  const { resource, scopes, account, tenantId } = request;
  return { resource, scopes, account, tenantId, forceRefresh: false };
}
