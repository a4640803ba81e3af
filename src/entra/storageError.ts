import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';

/** The error for the editor's secret storage, when it throws. What was thrown is kept by its name only: it could hold a secret. */
export function storageError(what: 'read' | 'write', thrown: unknown): AzureCredentialsError {
  const cause = { name: thrown instanceof Error ? thrown.name : typeof thrown };
  return what === 'read'
    ? new AzureCredentialsError('storage', phrase`The editor’s secret storage cannot be read.`, {
        advice: phrase`Unlock or install a keyring (on Linux: gnome-keyring or KWallet), then try again. Or run “Azure Credentials: Sign In”: you are then signed in until this window closes.`,
        cause,
      })
    : new AzureCredentialsError('storage', phrase`The editor’s secret storage cannot be written.`, {
        advice: phrase`You stay signed in until this window closes. To stay signed in after that, unlock or install a keyring (on Linux: gnome-keyring or KWallet) and restart the editor.`,
        cause,
      });
}
