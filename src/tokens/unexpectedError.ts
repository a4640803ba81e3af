import { AzureCredentialsError, isAzureCredentialsError } from './errors.ts';
import { phrase } from './phrase.ts';
import type { Log } from './ports.ts';

/**
 * An error as it may leave this extension. What is not ours already is a defect of ours: it becomes an `identity_provider`
 * error that holds nothing of the original, whose text may quote a request. The log gets its kind and where it was thrown.
 */
export function unexpectedError(error: unknown, log: Log): AzureCredentialsError {
  if (isAzureCredentialsError(error)) {
    return error;
  }
  const kind = error instanceof Error ? error.name : typeof error;
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  log.error([`Unexpected error (${kind}) while a token was obtained.`, ...frames.slice(0, 8)].join('\n'));
  return new AzureCredentialsError(
    'identity_provider',
    phrase`The token could not be obtained: unexpected error (${kind}).`,
    {
      advice: phrase`Try again. If it happens again, report it with the log of this extension.`,
    },
  );
}
