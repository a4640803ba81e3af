import type { Account } from './account.ts';
import { AzureCredentialsError, isAzureCredentialsError } from './errors.ts';
import { phrase } from './phrase.ts';

/** The error for a request of an account that was signed out meanwhile. */
export function signedOutError(): AzureCredentialsError {
  return new AzureCredentialsError('not_signed_in', phrase`The account was signed out.`, {
    advice: phrase`Sign in again.`,
  });
}

/** The error when the person signed in as somebody else than the request is for. */
export function wrongAccount(account: Account, wanted: string): AzureCredentialsError {
  return new AzureCredentialsError(
    'interaction_required',
    phrase`The sign-in was made as ${account.username}, but this needs the account ${wanted}.`,
    { advice: phrase`Try again and choose ${wanted} in the browser.` },
  );
}

/** True when `wanted`, an account id or a user name, means this account. */
export function isNamed(account: Account, wanted: string): boolean {
  return account.id === wanted || account.username.toLowerCase() === wanted.toLowerCase();
}

/** True for errors that a sign-in can mend. */
export function needsPerson(error: unknown): error is AzureCredentialsError {
  return (
    isAzureCredentialsError(error) &&
    (error.code === 'not_signed_in' || error.code === 'interaction_required' || error.code === 'consent_required')
  );
}
