import * as vscode from 'vscode';
import type { Account } from '../tokens/account.ts';
import type { Requester } from '../tokens/requester.ts';

/** Looks up an extension that asks for the API. @returns its id and name as installed; `undefined` when it is not */
export function findExtension(id: string): { readonly id: string; readonly displayName: string } | undefined {
  const extension = vscode.extensions.getExtension(id);
  const { displayName, name } = (extension?.packageJSON ?? {}) as { displayName?: unknown; name?: unknown };
  return extension && { id: extension.id, displayName: String(displayName ?? name ?? extension.id) };
}

/** Asks whether an extension may sign out one account, or all: it concerns everyone else too. */
export async function confirmSignOut(requester: Requester, account: Account | undefined): Promise<boolean> {
  const signOut = vscode.l10n.t('Sign Out');
  const message =
    account === undefined
      ? vscode.l10n.t('The extension "{0}" wants to sign out all Azure accounts.', requester.label)
      : vscode.l10n.t('The extension "{0}" wants to sign out {1}.', requester.label, account.username);
  const detail = vscode.l10n.t('Git, terminals and other extensions lose the account too.');
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, signOut)) === signOut;
}
