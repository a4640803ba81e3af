import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';

export interface SignInSignal {
  /** Aborts with an AzureCredentialsError as its reason. */
  readonly signal: AbortSignal;
  /** Ends the sign-in because it cannot succeed. */
  fail(error: AzureCredentialsError): void;
  release(): void;
}

/** A person who walked away must not leave a listener open for ever. */
const longestSignInMs = 15 * 60_000;

/** One signal for everything that ends a sign-in early: cancel, time, and a failure found out on the side. */
export function createSignInSignal(signals: readonly (AbortSignal | undefined)[]): SignInSignal {
  const controller = new AbortController();
  const cancel = (): void => controller.abort(new AzureCredentialsError('cancelled', 'The sign-in was cancelled.'));
  const timer = setTimeout(() => controller.abort(timedOutError()), longestSignInMs);
  timer.unref();
  const listened = signals.filter((signal) => signal !== undefined);
  for (const signal of listened) {
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) {
      cancel();
    }
  }
  return {
    signal: controller.signal,
    fail: (error) => controller.abort(error),
    release: () => {
      clearTimeout(timer);
      for (const signal of listened) {
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}

function timedOutError(): AzureCredentialsError {
  return new AzureCredentialsError('timed_out', phrase`The sign-in was not finished within 15 minutes.`, {
    advice: phrase`Run “Azure Credentials: Sign In” again. If the browser showed an error, it says what is wrong.`,
  });
}
