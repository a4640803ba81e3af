import * as vscode from 'vscode';
import type { Account } from '../tokens/account.ts';
import { readSourceSettings } from './sourceSettings.ts';
import { usesEditorAccount } from './usesEditorAccount.ts';

/**
 * Accounts that git can be served with.
 *
 * Of the editor's own accounts only those that the person lets this extension use: an account that is there for something
 * else (settings sync) must not put git's own helpers out of work. Asks nothing and shows nothing.
 */
export async function accountsForGit(accounts: readonly Account[]): Promise<readonly Account[]> {
  const settings = readSourceSettings();
  if (!usesEditorAccount(settings)) {
    return accounts;
  }
  const provider = settings.cloud === 'public' ? 'microsoft' : 'microsoft-sovereign-cloud';
  const allowed = await Promise.all(accounts.map((account) => isAllowed(provider, account)));
  return accounts.filter((_, index) => allowed[index]);
}

async function isAllowed(provider: string, { id, username }: Account): Promise<boolean> {
  const account = { id, label: username };
  const session = vscode.authentication.getSession(provider, ['openid', 'profile'], { silent: true, account });
  return session.then(
    (found) => found !== undefined,
    () => false,
  );
}
