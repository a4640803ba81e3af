import * as vscode from 'vscode';
import type { GitFailure } from '../git/answerRequest.ts';
import type { GitCredentials } from '../git/gitCredentials.ts';
import type { GitCredentialsProvider } from './gitExtension.ts';

export interface GitProviderDeps {
  readonly credentials: GitCredentials;
  readonly onFailure: (failure: GitFailure) => void;
}

/**
 * The documented way of giving the Git extension credentials. It is reached only where the helper is not: with a git that
 * takes no configuration from its environment (before 2.31), and for addresses without a user name.
 */
export function createGitProvider({ credentials, onFailure }: GitProviderDeps): GitCredentialsProvider {
  return {
    getCredentials: async (host) => {
      const requester = { kind: 'git', id: 'provider', label: vscode.l10n.t('Git extension') } as const;
      const outcome = await credentials.get(queryOf(host), requester);
      if (outcome.kind === 'failed') {
        // The Git extension asks only for a person: its own background fetches do not get this far.
        onFailure({ error: outcome.error, facts: outcome.facts, caller: 'person' });
      }
      return outcome.kind === 'token' ? { username: 'azure-delegated', password: outcome.token.token } : undefined;
    },
  };
}

/** `authority` keeps what an address has before and after the host, so that a look-alike is seen as one. */
function queryOf(host: vscode.Uri): { protocol: string; host: string; path?: string } {
  const path = host.path.replace(/^\//, '');
  return { protocol: host.scheme, host: host.authority, ...(path && { path }) };
}
