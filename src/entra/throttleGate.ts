import type { Clock } from '../tokens/ports.ts';

/** Longest time that an answer may lock requests out. */
const longestWaitMs = 3_600_000;

/**
 * Remembers when Entra wants to be asked again, so that a storm of callers costs one refused request and not one each.
 * Times are kept on the monotonic clock: a wall clock that is set forward does not open the gate, nor one set back hold it.
 */
export class ThrottleGate {
  readonly #clock: Clock;
  readonly #openAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds to wait before the next request, 0 when it may go now. */
  waitMs(key: string): number {
    return Math.max(0, (this.#openAt.get(key) ?? 0) - this.#clock.monotonic());
  }

  close(key: string, waitMs: number): void {
    const openAt = this.#clock.monotonic() + Math.min(Math.max(waitMs, 0), longestWaitMs);
    this.#openAt.set(key, Math.max(openAt, this.#openAt.get(key) ?? 0));
  }
}

/**
 * Reads a `Retry-After` header: seconds or an HTTP date.
 * @returns milliseconds from `now`; `undefined` when the header is absent or means nothing.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) {
    return Math.min(Number(text) * 1000, longestWaitMs);
  }
  const date = /^[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), longestWaitMs);
}
