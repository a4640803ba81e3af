import type { Clock } from '../tokens/ports.ts';
import type { ResolvedRequest } from '../tokens/tokenRequest.ts';
import type { TokenAnswer } from './tokenAnswer.ts';

/** How long after a sign-in its access token waits for the request that the sign-in was made for. */
const lifetimeMs = 60_000;

interface HandedOn {
  readonly answer: TokenAnswer;
  readonly scopes: readonly string[];
  readonly claims: string | undefined;
  readonly until: number;
}

/**
 * The access token that came with a sign-in, for the one request that usually follows: it saves a round trip. Given out
 * once, in memory only.
 */
export class HandedOnToken {
  readonly #clock: Clock;
  #token: HandedOn | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(
    answer: TokenAnswer,
    { scopes, claims }: { readonly scopes: readonly string[]; readonly claims?: string },
  ): void {
    const until = this.#clock.monotonic() + lifetimeMs;
    this.#token = scopes.length === 0 ? undefined : { answer, scopes, claims, until };
  }

  /** The token, if it is what is asked for: the same account, tenant, scopes and claims. */
  take(request: ResolvedRequest): TokenAnswer | undefined {
    const token = this.#token;
    if (token === undefined || token.until < this.#clock.monotonic()) {
      this.#token = undefined;
      return undefined;
    }
    const isFresh = !request.forceRefresh || request.claims !== undefined;
    const isMeant =
      isFresh &&
      token.claims === request.claims &&
      token.answer.account?.id === request.account.id &&
      token.answer.tenantId === request.tenantId &&
      token.scopes.toSorted().join(' ') === request.scopes.toSorted().join(' ');
    if (!isMeant) {
      return undefined;
    }
    this.#token = undefined;
    return token.answer;
  }

  drop(): void {
    this.#token = undefined;
  }
}
