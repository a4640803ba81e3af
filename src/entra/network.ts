import { setTimeout as sleep } from 'node:timers/promises';
import { AzureCredentialsError } from '../tokens/errors.ts';
import type { Clock, Log } from '../tokens/ports.ts';
import { isConnectionFailure, networkError, notEntraError, outageError, throttledError } from './networkErrors.ts';
import { readJsonAnswer } from './readJsonAnswer.ts';
import { retryAfterMs, ThrottleGate } from './throttleGate.ts';

export interface EntraRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Who must wait together when Entra says so: authority and client. Absent: goes whatever Entra said before. */
  readonly throttleKey?: string;
  /** False for what works only once (an authorization code, a device code): such a request is never sent twice. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
}

/** A JSON answer of any status below 500 but 429. */
export interface EntraAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface NetworkDeps {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  /** Longest time for one attempt, the body included, in milliseconds. */
  readonly deadlineMs?: number;
  /** Upper end of the first pause before another attempt, in milliseconds; each further one is four times that. */
  readonly firstPauseMs?: number;
}

const attempts = 3;
/** How long to wait when Entra refuses for now without saying how long. */
const defaultWaitMs = 60_000;
/** Entra stops a client that repeats itself (AADSTS50196) for some minutes. */
const loopLockoutMs = 120_000;

/**
 * The way to Entra's endpoints: what MSAL's own client lacks is here: a deadline, retries of what is safe to repeat,
 * `Retry-After` remembered for everyone, cancellation, and answers that are not Entra's told as such.
 */
export class EntraNetwork {
  readonly #deps: NetworkDeps;
  readonly #gate: ThrottleGate;

  constructor(deps: NetworkDeps) {
    this.#deps = deps;
    this.#gate = new ThrottleGate(deps.clock);
  }

  /**
   * Sends a request, again where that is safe.
   *
   * @throws AzureCredentialsError `network`, `throttled` (with `retryAfterTimestamp`), `identity_provider` (Entra is out of
   * order), `cancelled`. Errors that Entra gives as JSON with a 4xx status are answers.
   */
  async send(request: EntraRequest): Promise<EntraAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      this.#checkGate(request);
      const outcome = await this.#attempt(request);
      if ('answer' in outcome) {
        return outcome.answer;
      }
      if (!outcome.repeat || !request.repeatable || attempt === attempts) {
        throw outcome.error;
      }
      await this.#pause(attempt, request.signal);
    }
  }

  #checkGate({ throttleKey }: EntraRequest): void {
    const waitMs = throttleKey === undefined ? 0 : this.#gate.waitMs(throttleKey);
    if (waitMs > 0) {
      throw throttledError(this.#deps.clock.now() + waitMs);
    }
  }

  async #attempt(request: EntraRequest): Promise<Outcome> {
    if (request.signal?.aborted) {
      throw cancelledError();
    }
    const deadline = AbortSignal.timeout(this.#deps.deadlineMs ?? 30_000);
    const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
    try {
      const response = await this.#deps.fetch(request.url, {
        method: request.method,
        headers: { accept: 'application/json', ...request.headers },
        body: request.body ?? null,
        // A redirect would carry the refresh token to a host that did not issue it.
        redirect: 'manual',
        cache: 'no-store',
        signal,
      });
      return await this.#judge(request, response);
    } catch (error) {
      if (request.signal?.aborted) {
        throw cancelledError();
      }
      return { error: networkError(error, request.url), repeat: !deadline.aborted && isConnectionFailure(error) };
    }
  }

  async #judge(request: EntraRequest, response: Response): Promise<Outcome> {
    const { status } = response;
    const waitMs = this.#askedToWait(response);
    const body = await readJsonAnswer(response);
    this.#deps.log.trace(`${request.method} ${request.url.split('?', 1)[0]} answered ${status}`);
    if (waitMs !== undefined || isLoopLockout(body)) {
      const lockoutMs = waitMs ?? loopLockoutMs;
      if (request.throttleKey !== undefined) {
        this.#gate.close(request.throttleKey, lockoutMs);
      }
      return { error: throttledError(this.#deps.clock.now() + lockoutMs, body), repeat: false };
    }
    if (status >= 500) {
      return { error: outageError(status, body), repeat: true };
    }
    if (body === undefined || status < 200 || (status >= 300 && status < 400)) {
      return { error: notEntraError(status, request.url), repeat: false };
    }
    return { answer: { status, headers: response.headers, body } };
  }

  /** How long the answer asks everyone to stay away, in milliseconds. */
  #askedToWait({ status, ok, headers }: Response): number | undefined {
    if (ok) {
      return undefined;
    }
    // A date is by the clock of who gave the answer, which may differ from this machine's.
    const date = Date.parse(headers.get('date') ?? '');
    const asked = retryAfterMs(headers.get('retry-after'), Number.isNaN(date) ? this.#deps.clock.now() : date);
    return status === 429 ? (asked ?? defaultWaitMs) : asked;
  }

  async #pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    const longest = (this.#deps.firstPauseMs ?? 300) * 4 ** (attempt - 1);
    try {
      await sleep(longest * (0.5 + Math.random() / 2), undefined, signal ? { signal } : {});
    } catch {
      throw cancelledError();
    }
  }
}

type Outcome = { readonly answer: EntraAnswer } | { readonly error: AzureCredentialsError; readonly repeat: boolean };

function isLoopLockout(body: Readonly<Record<string, unknown>> | undefined): boolean {
  const codes = body?.['error_codes'];
  return Array.isArray(codes) && codes.includes(50196);
}

/** The error of a request whose signal was aborted. */
export function cancelledError(): AzureCredentialsError {
  return new AzureCredentialsError('cancelled', 'The request was cancelled.');
}
