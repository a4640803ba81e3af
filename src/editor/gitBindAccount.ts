import * as vscode from 'vscode';
import type { BindingScope } from '../git/accountBindings.ts';
import { isOrganizationName } from '../git/azureReposRemote.ts';
import type { Account } from '../tokens/account.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { openOrganizations } from './gitOrganizations.ts';
import type { GitSession } from './gitSession.ts';

export interface BindAccountDeps {
  readonly tokens: TokenService;
  readonly session: Pick<GitSession, 'bindings' | 'git'>;
}

/** Asks which account an organization's repositories are used with, and remembers it. */
export async function bindAccount(deps: BindAccountDeps, args: unknown): Promise<void> {
  const given = (args as { organization?: unknown } | undefined)?.organization;
  const organization = typeof given === 'string' && isOrganizationName(given) ? given : await chooseOrganization(deps);
  const choice = organization && (await chooseAccount(deps, organization));
  const scope = choice && (await chooseScope());
  if (!organization || !choice || !scope) {
    return;
  }
  const { bindings } = deps.session;
  const { account } = choice;
  await bindings.bind(organization, account && { accountId: account.id, username: account.username }, scope);
  if (scope === 'everywhere') {
    // The choice just made would have no effect here otherwise.
    await bindings.bind(organization, undefined, 'workspace');
  }
  void vscode.window.showInformationMessage(
    account
      ? vscode.l10n.t('Git now uses {0} for {1}.', account.username, organization)
      : vscode.l10n.t('Git now chooses the account for {0} by its tenant.', organization),
  );
}

async function chooseOrganization({ session }: BindAccountDeps): Promise<string | undefined> {
  const title = vscode.l10n.t('Bind an Azure DevOps organization to an account');
  const known = openOrganizations(session.git);
  if (known.length > 0) {
    const other = vscode.l10n.t('$(edit) Another organization…');
    const picked = await vscode.window.showQuickPick([...known, other], {
      title,
      placeHolder: vscode.l10n.t('Organization'),
    });
    if (picked !== other) {
      return picked;
    }
  }
  const name = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Name of the organization, as in https://dev.azure.com/name'),
    validateInput: (text) =>
      isOrganizationName(text.trim())
        ? undefined
        : vscode.l10n.t('The name of an organization has letters, digits and hyphens only.'),
  });
  return name?.trim().toLowerCase();
}

async function chooseAccount(
  { tokens, session }: BindAccountDeps,
  organization: string,
): Promise<{ readonly account: Account | undefined } | undefined> {
  const bound = session.bindings.find(organization)?.accountId;
  const accounts = await tokens.getAccounts();
  const items = [
    ...accounts.map((account) => ({
      label: account.username,
      description: account.id === bound ? vscode.l10n.t('{0} (current)', account.name) : account.name,
      choose: async () => account as Account | undefined,
    })),
    {
      label: vscode.l10n.t('$(add) Sign in to another account…'),
      description: '',
      choose: async () => (await tokens.signIn()) as Account | undefined,
    },
    {
      label: vscode.l10n.t('$(discard) No binding'),
      description: vscode.l10n.t('the account is chosen by the organization’s tenant'),
      choose: async () => undefined,
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Account for {0}', organization),
    placeHolder: vscode.l10n.t('Account that git uses for this organization'),
    matchOnDescription: true,
  });
  return picked && { account: await picked.choose() };
}

async function chooseScope(): Promise<BindingScope | undefined> {
  if (vscode.workspace.workspaceFolders === undefined) {
    return 'everywhere';
  }
  const items: (vscode.QuickPickItem & { readonly scope: BindingScope })[] = [
    { label: vscode.l10n.t('For everywhere'), scope: 'everywhere' },
    { label: vscode.l10n.t('For this workspace'), scope: 'workspace' },
  ];
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Where to use this account') }))?.scope;
}
