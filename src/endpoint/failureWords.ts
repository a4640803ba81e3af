import { AzureCredentialsError, type ErrorCode, isAzureCredentialsError } from '../tokens/errors.ts';
import type { ProgramFailure } from './dialect.ts';

/** What to do where the error itself does not say. Programs print this, far from the editor's buttons. */
const nextSteps: { readonly [code in ErrorCode]?: string } = {
  not_signed_in: 'Run "Azure Credentials: Sign In" in the editor, then run this program again.',
  interaction_required: 'Choose Sign In in the editor, then run this program again.',
  consent_required: 'Run "Azure Credentials: Sign In" in the editor to consent, or ask an administrator to.',
  blocked_by_policy: 'Ask an administrator of your organization.',
  timed_out: 'Run this program again.',
  access_denied: 'Allow it in the editor, then run this program again.',
  throttled: 'Wait a little, then run this program again.',
  network: 'Check the network connection of the editor, then run this program again.',
  configuration: 'Check the settings of Azure Credentials in the editor.',
  storage: 'Run "Azure Credentials: Show Log" in the editor to see more.',
};

/**
 * Puts an error into words for a program to print. Of an error that is not ours only the fact is told: its text could hold
 * anything.
 *
 * @param now milliseconds since the epoch
 */
export function describeFailure(error: unknown, now: number): ProgramFailure {
  if (!isAzureCredentialsError(error)) {
    const message = 'The editor could not get a token. Run "Azure Credentials: Show Log" there to see more.';
    return { code: 'identity_provider', message };
  }
  const { code, retryAfterTimestamp } = error;
  const message = oneLine(joinSteps(error.message, error.advice, nextSteps[code]));
  if (retryAfterTimestamp === undefined) {
    return { code, message };
  }
  return { code, message, retryAfter: Math.max(1, Math.ceil((retryAfterTimestamp - now) / 1000)) };
}

/** Advice names the next step already, except where a program must be told to try again. */
function joinSteps(message: string, advice: string | undefined, nextStep: string | undefined): string {
  const needsTheEditor = nextStep !== undefined && !/again/i.test(advice ?? '');
  return [message, advice, advice === undefined || needsTheEditor ? nextStep : undefined].filter(Boolean).join(' ');
}

/** Headers and terminals both want one line without control characters. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}

/** The error for a program that waited as long as any may. */
export function answerTimedOut(): AzureCredentialsError {
  return new AzureCredentialsError('timed_out', 'The editor took too long to get a token.');
}
