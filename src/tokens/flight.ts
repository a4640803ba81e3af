import { AzureCredentialsError } from './errors.ts';

/**
 * Work that several callers wait for together.
 *
 * A caller's signal ends that caller's wait alone; when the last one has given up, the work itself is told to stop.
 */
export class Flight<T> {
  readonly #controller = new AbortController();
  readonly #promise: Promise<T>;
  readonly #onAbandoned: () => void;
  #reject: (error: unknown) => void = () => undefined;
  #waiting = 0;

  /**
   * @param work starts at once; its signal aborts when nobody waits any more, or by {@link Flight.fail}
   * @param onAbandoned told when the last caller gave up, so that no new one joins
   */
  constructor(work: (signal: AbortSignal) => Promise<T>, onAbandoned: () => void) {
    this.#onAbandoned = onAbandoned;
    this.#promise = new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      work(this.#controller.signal).then(resolve, reject);
    });
    // Whoever waits hears of a failure; work that nobody waits for (a background refresh) fails quietly.
    this.#promise.catch(() => undefined);
  }

  /** Waits for the work, at most until the signal aborts. @throws AzureCredentialsError `cancelled`, or the work's own error */
  wait(signal?: AbortSignal): Promise<T> {
    this.#waiting += 1;
    return signal === undefined ? this.#promise : abortable(this.#promise, signal, () => this.#leave());
  }

  /** Ends it for everyone who waits, and stops the work. Without effect once it has ended. */
  fail(error: AzureCredentialsError): void {
    this.#reject(error);
    this.#controller.abort(error);
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) {
      this.#onAbandoned();
      this.#controller.abort(cancelledError());
    }
  }
}

/** The error of a caller who gave up. Neither shown nor logged as an error. */
export function cancelledError(): AzureCredentialsError {
  return new AzureCredentialsError('cancelled', 'The request was cancelled.');
}

/**
 * Waits for a promise, at most until the signal aborts.
 * @param onGiveUp told when the signal came first
 * @throws AzureCredentialsError `cancelled`
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined, onGiveUp?: () => void): Promise<T> {
  if (signal === undefined) {
    return promise;
  }
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => {
      reject(cancelledError());
      onGiveUp?.();
    };
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
