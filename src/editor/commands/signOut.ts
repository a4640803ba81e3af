import * as vscode from 'vscode';
import type { Account } from '../../tokens/account.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import { serviceAccountOf, tellServiceAccount } from './serviceAccount.ts';

/**
 * Signs one account out, or all of them, after asking: what is forgotten cannot be brought back without signing in.
 * @param accountId the account; the person chooses when absent
 */
export async function signOut(deps: { readonly tokens: TokenService }, accountId?: string): Promise<void> {
  const all = await deps.tokens.getAccounts();
  const accounts = accountId === undefined ? all : all.filter(({ id }) => id === accountId);
  if (accounts.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('You are not signed in to Azure.'));
    return;
  }
  const service = serviceAccountOf(accounts);
  if (service !== undefined) {
    void tellServiceAccount(service);
    return;
  }
  const chosen = await choose(accounts);
  if (chosen === undefined || !(await confirm(chosen))) {
    return;
  }
  for (const account of chosen) {
    await deps.tokens.signOut(account);
  }
  void vscode.window.showInformationMessage(vscode.l10n.t('Signed out of Azure: {0}.', names(chosen)));
}

async function choose(accounts: readonly Account[]): Promise<readonly Account[] | undefined> {
  if (accounts.length === 1) {
    return accounts;
  }
  const items = [
    ...accounts.map((account) => ({ label: account.username, description: account.name, accounts: [account] })),
    { label: vscode.l10n.t('All accounts'), description: '', accounts: [...accounts] },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Sign out of Azure') });
  return picked?.accounts;
}

async function confirm(accounts: readonly Account[]): Promise<boolean> {
  const action = vscode.l10n.t('Sign Out');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Sign out {0}?', names(accounts)),
    {
      modal: true,
      detail:
        accounts.length === 1
          ? vscode.l10n.t(
              'Extensions, git and programs in terminals get no more tokens for this account until you sign in again.',
            )
          : vscode.l10n.t(
              'Extensions, git and programs in terminals get no more tokens for these accounts until you sign in again.',
            ),
    },
    action,
  );
  return answer === action;
}

function names(accounts: readonly Account[]): string {
  return accounts.map((account) => account.username).join(', ');
}
