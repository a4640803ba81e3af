import * as vscode from 'vscode';
import type { Account } from '../../tokens/account.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import type { StoredAccountPreference } from '../accountPreference.ts';
import { serviceAccountOf, tellServiceAccount } from './serviceAccount.ts';

interface SwitchAccountDeps {
  readonly tokens: TokenService;
  readonly preference: StoredAccountPreference;
}

type Target = 'everywhere' | 'workspace';

/**
 * Chooses the account that is meant when a request names none, for everywhere or for this workspace.
 * @param given the account; the person chooses when absent
 */
export async function switchAccount(deps: SwitchAccountDeps, given?: Account): Promise<void> {
  const accounts = await deps.tokens.getAccounts();
  const service = serviceAccountOf(accounts);
  if (service !== undefined) {
    void tellServiceAccount(service);
    return;
  }
  const account = given ?? (await chooseAccount(deps, accounts));
  const target = account === undefined ? undefined : await chooseTarget();
  if (account === undefined || target === undefined) {
    return;
  }
  await deps.preference.setDefaultAccount(account.id, target);
  if (target === 'everywhere' && deps.preference.workspaceAccountId() !== undefined) {
    // The choice just made would have no effect here otherwise.
    await deps.preference.setDefaultAccount(undefined, 'workspace');
  }
  void vscode.window.showInformationMessage(
    target === 'workspace'
      ? vscode.l10n.t('This workspace now uses {0}.', account.username)
      : vscode.l10n.t('{0} is now the default account.', account.username),
  );
}

async function chooseAccount(
  { tokens, preference }: SwitchAccountDeps,
  accounts: readonly Account[],
): Promise<Account | undefined> {
  const current = preference.defaultAccountId() ?? accounts[0]?.id;
  const items = [
    ...accounts.map((account) => ({
      label: account.username,
      description: account.id === current ? vscode.l10n.t('{0} (current)', account.name) : account.name,
      account,
    })),
    { label: vscode.l10n.t('$(add) Sign in to another account…'), description: '', account: undefined },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Switch the Azure account'),
    placeHolder: vscode.l10n.t('Account to use when a request names none'),
    matchOnDescription: true,
  });
  return picked === undefined ? undefined : (picked.account ?? (await tokens.signIn()));
}

async function chooseTarget(): Promise<Target | undefined> {
  if (vscode.workspace.workspaceFolders === undefined) {
    return 'everywhere';
  }
  const items: (vscode.QuickPickItem & { readonly target: Target })[] = [
    { label: vscode.l10n.t('For this workspace'), target: 'workspace' },
    { label: vscode.l10n.t('For everywhere'), target: 'everywhere' },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Where to use this account') });
  return picked?.target;
}
