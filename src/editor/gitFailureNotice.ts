import * as vscode from 'vscode';
import type { GitFailure } from '../git/answerRequest.ts';
import type { AzureCredentialsError } from '../tokens/errors.ts';
import { describeError, isCancellation } from './errorMessages.ts';

const mendedBySignIn = new Set(['not_signed_in', 'interaction_required', 'consent_required']);

/** Tells the person why git got no token, with the button that mends it. The same reason is shown once at a time. */
export function createGitFailureNotice(log: vscode.LogOutputChannel): (failure: GitFailure) => void {
  const shown = new Set<string>();
  return ({ error, facts, caller }) => {
    if (isCancellation(error)) {
      return;
    }
    log.warn(
      `git (${caller}) got no token for ${facts.organization ?? 'Azure DevOps'}: ${error.code}: ${error.message}`,
    );
    const key = `${error.code} ${facts.organization}`;
    // A terminal says it itself; what git does in the background is nobody's business until it is asked for.
    if (caller !== 'person' || shown.has(key)) {
      return;
    }
    shown.add(key);
    showFailure(error, facts).then(
      () => shown.delete(key),
      () => shown.delete(key),
    );
  };
}

async function showFailure(error: AzureCredentialsError, facts: GitFailure['facts']): Promise<void> {
  const signIn = vscode.l10n.t('Sign In');
  const diagnose = vscode.l10n.t('Diagnose');
  const message = vscode.l10n.t(
    'Git cannot get into {0}: {1}',
    facts.organization ?? 'Azure DevOps',
    describeError(error),
  );
  const buttons = mendedBySignIn.has(error.code) ? [signIn, diagnose] : [diagnose];
  const chosen = await vscode.window.showErrorMessage(message, ...buttons);
  if (chosen === diagnose) {
    await vscode.commands.executeCommand('azureCredentials.git.diagnose');
  } else if (chosen === signIn) {
    await vscode.commands.executeCommand('azureCredentials.signIn', signInArguments(error, facts));
  }
}

/** What is needed in the organization's tenant is asked for there; a first sign-in goes where the settings say. */
export function signInArguments(error: AzureCredentialsError, facts: GitFailure['facts']): object {
  const { account, tenant } = facts;
  return {
    ...(account && { loginHint: account.username }),
    ...(error.claims !== undefined && { claims: error.claims }),
    ...(error.code !== 'not_signed_in' && tenant !== undefined && tenant !== 'personal' && { tenant }),
  };
}
