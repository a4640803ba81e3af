import { isAzureCredentialsError, textsOf } from '../../tokens/errors.ts';
import { phrase, type Text } from '../../tokens/phrase.ts';

/** `note`: a fact that is neither good nor bad. */
export type Level = 'pass' | 'warn' | 'fail' | 'note';

/** One line of the report. Holds no token and no secret. */
export interface Finding {
  readonly level: Level;
  /** What was looked at. */
  readonly subject: Text;
  readonly text: Text;
  /** Who must do what; only where something is not as it should be. */
  readonly next?: Text;
}

/** Looks at one thing. What it throws becomes a line of the report. */
export interface Check {
  readonly subject: Text;
  run(signal: AbortSignal): Promise<readonly Finding[]>;
}

export interface RunOptions {
  /** Gives the whole diagnosis up. */
  readonly signal: AbortSignal;
  /** Longest time for one check, in milliseconds. */
  readonly deadlineMs: number;
  readonly onDone?: (check: Check) => void;
}

/**
 * Runs checks side by side, each with a deadline of its own, so that one that hangs delays no other.
 *
 * @returns the findings in the order of the checks
 * @throws the signal's reason when it aborts
 */
export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<readonly Finding[]> {
  const all = Promise.all(
    checks.map(async (check) => {
      const findings = await runCheck(check, options);
      options.onDone?.(check);
      return findings;
    }),
  );
  all.catch(() => undefined);
  return (await orAbort(all, options.signal)).flat();
}

async function runCheck(check: Check, { signal, deadlineMs }: RunOptions): Promise<readonly Finding[]> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const both = AbortSignal.any([signal, deadline]);
  try {
    return await orAbort(check.run(both), both);
  } catch (error) {
    signal.throwIfAborted();
    return [deadline.aborted ? tooSlow(check, deadlineMs) : failedFinding(check.subject, error)];
  }
}

function tooSlow({ subject }: Check, deadlineMs: number): Finding {
  return {
    level: 'fail',
    subject,
    text: phrase`No answer within ${Math.round(deadlineMs / 1000)} seconds.`,
    next: phrase`Check the network and the proxy, and run the diagnosis again.`,
  };
}

/** The line for something that was thrown. Of an error that is not ours only its kind is told: its text could hold anything. */
export function failedFinding(subject: Text, error: unknown, level: Level = 'fail'): Finding {
  if (isAzureCredentialsError(error)) {
    const { message, advice } = textsOf(error);
    return { level, subject, text: message, ...(advice !== undefined && { next: advice }) };
  }
  const kind = error instanceof Error ? error.name : typeof error;
  return {
    level,
    subject,
    text: phrase`Unexpected error (${kind}).`,
    next: phrase`Report it with the log of the extension.`,
  };
}

/** Waits for work at most until a signal aborts, also when the work does not listen to it. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) {
      abort();
    }
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
