import * as vscode from 'vscode';
import type { Account } from '../../tokens/account.ts';

/** Says that nobody signs in or out where tokens are an application's own, and offers what ends that. */
export async function tellServiceAccount(account: Account): Promise<void> {
  const setSecret = vscode.l10n.t('Set Client Secret');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Tokens are for the service account {0}: nobody signs in or out. To end that, run "Set Client Secret" and leave it empty, or change "azureCredentials.authType".',
      account.username,
    ),
    setSecret,
  );
  if (answer === setSecret) {
    await vscode.commands.executeCommand('azureCredentials.setClientSecret');
  }
}

/** The service account, when the tokens are for one. */
export function serviceAccountOf(accounts: readonly Account[]): Account | undefined {
  return accounts.find(({ kind }) => kind === 'service');
}
