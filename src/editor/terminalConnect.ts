import * as vscode from 'vscode';
import { type DialectGroup, dialectGroups, variableNames } from '../endpoint/dialectGroups.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import type { StoredGrants, TerminalAccess } from './terminalApproval.ts';
import { writeTerminalGroups } from './terminalSettings.ts';
import type { TerminalSettings } from './terminalSettingsFrom.ts';

export interface TerminalConnectDeps {
  readonly tokens: Pick<TokenService, 'getAccounts'>;
  readonly access: TerminalAccess;
}

interface GroupItem extends vscode.QuickPickItem {
  readonly group: DialectGroup;
}

/**
 * Lets the person choose which programs in terminals can ask for tokens, and shows what will be set and for whom: the names of
 * the variables, the account, and that it holds in every workspace that is trusted.
 */
export async function connectTerminals(deps: TerminalConnectDeps): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    await tellUntrusted();
    return;
  }
  const { settings, grants } = deps.access;
  const chosen = await pickGroups(settings.current(), await accountName(deps.tokens));
  if (chosen === undefined) {
    return;
  }
  await writeTerminalGroups(chosen);
  const turnedOff = chosen.filter((group) => !settings.current().groups.includes(group));
  if (turnedOff.length > 0) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('The settings of this workspace turn this off: {0}.', turnedOff.map(groupLabel).join(', ')),
    );
  }
  await tellDone(chosen, grants);
}

async function tellUntrusted(): Promise<void> {
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Terminals are given credentials only in a workspace that you trust.'),
    manage,
  );
  if (answer === manage) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
}

async function accountName(tokens: TerminalConnectDeps['tokens']): Promise<string> {
  const [account] = await tokens.getAccounts().catch(() => []);
  return account?.username ?? vscode.l10n.t('you, once you have signed in');
}

async function pickGroups(
  { groups, personalGroups }: TerminalSettings,
  account: string,
): Promise<readonly DialectGroup[] | undefined> {
  const items: GroupItem[] = dialectGroups.map((group) => {
    const isNarrowed = personalGroups.includes(group) && !groups.includes(group);
    return {
      group,
      label: groupLabel(group),
      description: isNarrowed ? vscode.l10n.t('turned off by this workspace') : '',
      detail: vscode.l10n.t('Sets {0}', variableNames[group].join(', ')),
      picked: personalGroups.includes(group),
    };
  });
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    title: vscode.l10n.t('Connect Terminals: Tokens as {0}', account),
    placeHolder: vscode.l10n.t('Choose the programs that can ask for tokens, in the terminals of workspaces you trust'),
  });
  return chosen?.map(({ group }) => group);
}

/** What a person calls a group of dialects. */
function groupLabel(group: DialectGroup): string {
  switch (group) {
    case 'azureSdk':
      return vscode.l10n.t('Azure SDKs, az and azcopy (managed identity)');
    case 'azd':
      return vscode.l10n.t('Azure Developer CLI (azd)');
    case 'positWorkbench':
      return vscode.l10n.t('Programs for Posit Workbench (Python and R)');
  }
}

async function tellDone(chosen: readonly DialectGroup[], grants: StoredGrants): Promise<void> {
  const open = vscode.l10n.t('Open Terminal');
  const forget = vscode.l10n.t('Ask Again');
  const message =
    chosen.length === 0
      ? vscode.l10n.t('Terminals are not connected any more. Programs in open terminals are refused.')
      : vscode.l10n.t('Terminals that you open from now on are connected.');
  const buttons = [...(chosen.length > 0 ? [open] : []), ...(grants.count > 0 ? [forget] : [])];
  const answer = await vscode.window.showInformationMessage(message, ...buttons);
  if (answer === open) {
    await vscode.commands.executeCommand('workbench.action.terminal.new');
  } else if (answer === forget) {
    await grants.clear();
  }
}
