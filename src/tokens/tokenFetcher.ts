import type { AccessToken } from './accessToken.ts';
import { AzureCredentialsError, isAzureCredentialsError } from './errors.ts';
import { Flight } from './flight.ts';
import { phrase } from './phrase.ts';
import type { Log, TokenSource } from './ports.ts';
import type { CacheEntry, CacheSlot, TokenCache } from './tokenCache.ts';
import type { ResolvedRequest } from './tokenRequest.ts';
import { unexpectedError } from './unexpectedError.ts';

export interface TokenFetcherDeps {
  readonly source: TokenSource;
  readonly cache: TokenCache;
  readonly log: Log;
}

interface TokenFlight {
  readonly slot: CacheSlot;
  readonly request: ResolvedRequest;
  readonly flight: Flight<AccessToken>;
  /** False once a sign-out, a clearing or a newer request came between: then its token is not kept. */
  mayFill: boolean;
}

/** Asks the source for tokens: one flight for each distinct request, all of them side by side. */
export class TokenFetcher {
  readonly #deps: TokenFetcherDeps;
  readonly #flights = new Map<string, TokenFlight>();

  constructor(deps: TokenFetcherDeps) {
    this.#deps = deps;
  }

  /**
   * Joins the flight for this request, or starts one.
   * @throws AzureCredentialsError of the source, or `cancelled` when the signal aborts
   */
  fetch(slot: CacheSlot, request: ResolvedRequest, signal?: AbortSignal): Promise<AccessToken> {
    const isForced = request.forceRefresh || this.#deps.cache.mustRenew(slot.key);
    return this.#join(slot, isForced ? { ...request, forceRefresh: true } : request).flight.wait(signal);
  }

  /** Renews a token ahead of its end. Failures are quiet: the token at hand is good for a while yet. */
  renew(entry: CacheEntry): void {
    const { cache, log } = this.#deps;
    cache.postpone(entry);
    const { flight } = this.#join(entry.slot, { ...entry.request, forceRefresh: true });
    // A wait without a signal keeps the flight going when every caller gives up.
    flight.wait().catch((error: unknown) => {
      const known = isAzureCredentialsError(error) ? error : undefined;
      cache.notBefore(entry, known?.retryAfterTimestamp ?? 0);
      log.debug(`A token for ${entry.request.resource} was not renewed ahead of its end: ${known?.code}`);
    });
  }

  /** Lets flights go on for those who wait, but keeps nothing of what they bring, and lets nobody join them. */
  detach(isMeant: (slot: CacheSlot, request: ResolvedRequest) => boolean): void {
    for (const [key, flying] of this.#flights) {
      if (isMeant(flying.slot, flying.request)) {
        flying.mayFill = false;
        this.#flights.delete(key);
      }
    }
  }

  /** Ends flights for everyone who waits. */
  fail(isMeant: (request: ResolvedRequest) => boolean, error: AzureCredentialsError): void {
    for (const flying of [...this.#flights.values()].filter(({ request }) => isMeant(request))) {
      this.detach((_slot, request) => request === flying.request);
      flying.flight.fail(error);
    }
  }

  #join(slot: CacheSlot, request: ResolvedRequest): TokenFlight {
    const forcedKey = `${slot.key}\nforced`;
    const running = this.#flights.get(forcedKey) ?? (request.forceRefresh ? undefined : this.#flights.get(slot.key));
    if (running !== undefined) {
      return running;
    }
    if (request.forceRefresh) {
      // What an older flight brings may be older than what this one brings.
      this.detach(({ key }) => key === slot.key);
    }
    return this.#start(request.forceRefresh ? forcedKey : slot.key, slot, request);
  }

  #start(key: string, slot: CacheSlot, request: ResolvedRequest): TokenFlight {
    const land = (): void => {
      if (this.#flights.get(key) === flying) {
        this.#flights.delete(key);
      }
    };
    const work = async (signal: AbortSignal): Promise<AccessToken> => {
      try {
        const token = await this.#acquire({ ...request, signal });
        this.#deps.log.debug(`A new token for ${request.resource}, of tenant ${token.tenantId}.`);
        this.#keep(flying, token);
        return token;
      } finally {
        land();
      }
    };
    const flying: TokenFlight = { slot, request, mayFill: true, flight: new Flight(work, land) };
    this.#flights.set(key, flying);
    return flying;
  }

  async #acquire(request: ResolvedRequest): Promise<AccessToken> {
    // The flight is entered in the list first, also when the source answers or fails at once.
    await Promise.resolve();
    const token = await this.#deps.source.acquireToken(request).catch((error: unknown) => {
      throw unexpectedError(error, this.#deps.log);
    });
    if (token.account.id !== request.account.id) {
      throw new AzureCredentialsError(
        'identity_provider',
        phrase`The token that came back belongs to another account.`,
        {
          advice: phrase`Sign out and sign in again.`,
        },
      );
    }
    // Many consumers get the same object.
    return Object.freeze({ ...token });
  }

  #keep(flying: TokenFlight, token: AccessToken): void {
    const { cache } = this.#deps;
    const { slot, request } = flying;
    const former = cache.get(slot.key);
    if (cache.isOver(token) || (former?.token.token === token.token && cache.hasEnded(former))) {
      throw new AzureCredentialsError('identity_provider', phrase`The token that came back has ended already.`, {
        advice: phrase`Check the date and time of this machine, then sign in again.`,
      });
    }
    if (!flying.mayFill) {
      return;
    }
    if (slot.key !== slot.plainKey) {
      // A request without claims that is under way brings a token that does not satisfy the challenge.
      this.detach(({ key }) => key === slot.plainKey);
    }
    cache.put(slot, request, token);
  }
}
