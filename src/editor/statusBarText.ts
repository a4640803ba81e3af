import * as vscode from 'vscode';
import type { Account } from '../tokens/account.ts';
import type { CloudName } from '../tokens/cloud.ts';
import { isAzureCredentialsError } from '../tokens/errors.ts';
import { resourceName } from '../tokens/resources.ts';
import { describeError } from './errorMessages.ts';
import { gitAudiences } from './gitAudiences.ts';
import type { StatusBarDeps } from './statusBar.ts';
import { type AccountHealth, accountHealth } from './view/health.ts';
import { accountNodeId, minutesLeft } from './view/model.ts';
import { groupNames, healthText, leftText } from './view/nodeText.ts';

type Status = Pick<vscode.StatusBarItem, 'text' | 'tooltip' | 'command' | 'accessibilityInformation'>;

/** More tokens than this are counted in the hover, not listed. */
const maximumListed = 8;

/** Longer names are cut in the middle: a status bar has little room. */
const maximumName = 32;

/** Commands that links of the hover may run. */
const linked = {
  signIn: 'azureCredentials.signIn',
  getAccessToken: 'azureCredentials.getAccessToken',
  switchAccount: 'azureCredentials.switchAccount',
  connect: 'azureCredentials.terminal.connect',
  view: 'azureCredentials.view.focus',
  log: 'azureCredentials.showLog',
  trust: 'workbench.trust.manage',
  settings: 'azureCredentials.openSettings',
} as const;

/** What the status bar says now. */
export function describeStatus(deps: StatusBarDeps): Status {
  const { accounts = [], error } = deps.state.current() ?? {};
  const [account] = accounts;
  if (account !== undefined) {
    return signedInStatus(deps, account);
  }
  const isNotSet = isAzureCredentialsError(error) && error.code === 'configuration';
  const text = error === undefined || isNotSet ? vscode.l10n.t('Sign in to Azure') : vscode.l10n.t('Azure Credentials');
  return {
    text: `${error === undefined ? '$(key)' : '$(warning)'} ${text}`,
    tooltip: signedOutHover(deps, error),
    command: error === undefined ? linked.signIn : linked.view,
    accessibilityInformation: { label: text, role: 'button' },
  };
}

function signedInStatus(deps: StatusBarDeps, account: Account): Status {
  const health = accountHealth(deps.tokens.activity(), account.id, deps.state.changedTime);
  const state = healthText(health);
  const again = { command: 'azureCredentials.view.signInAgain', title: '', arguments: [accountNodeId(account)] };
  return {
    text: `${healthIcon(health)} ${cut(account.username)}`,
    tooltip: signedInHover(deps, account, health),
    command: health === 'signInNeeded' ? again : linked.view,
    accessibilityInformation: {
      label: [vscode.l10n.t('Azure Credentials: signed in as {0}', account.username), state].filter(Boolean).join(', '),
      role: 'button',
    },
  };
}

function healthIcon(health: AccountHealth): string {
  switch (health) {
    case 'ok':
      return '$(key)';
    case 'offline':
      return '$(debug-disconnect)';
    default:
      return '$(warning)';
  }
}

function cut(name: string): string {
  const half = maximumName / 2;
  return name.length > maximumName ? `${name.slice(0, half)}…${name.slice(1 - half)}` : name;
}

function newHover(): vscode.MarkdownString {
  const hover = new vscode.MarkdownString('', true);
  hover.isTrusted = { enabledCommands: Object.values(linked) };
  return hover;
}

function addLine(hover: vscode.MarkdownString, icon: string, text: string): void {
  hover.appendMarkdown(`$(${icon}) ${plain(text)}  \n`);
}

/** Escapes everything that Markdown could take for more than text; `appendText` leaves addresses, which become links. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

function addLinks(hover: vscode.MarkdownString, links: readonly (readonly [title: string, command: string])[]): void {
  hover.appendMarkdown('\n\n---\n\n');
  hover.appendMarkdown(links.map(([title, command]) => `[${title}](command:${command})`).join(' | '));
}

function signedOutHover({ settings }: StatusBarDeps, error: unknown): vscode.MarkdownString {
  const hover = newHover();
  if (error === undefined) {
    addLine(hover, 'account', vscode.l10n.t('Nobody is signed in to Azure.'));
    addLine(hover, 'cloud', cloudText(settings.current().cloud));
    addLinks(hover, [[vscode.l10n.t('Sign In'), linked.signIn], ...commonLinks()]);
  } else {
    addLine(hover, 'warning', describeError(error));
    addLinks(hover, [[vscode.l10n.t('Open Settings'), linked.settings], ...commonLinks()]);
  }
  return hover;
}

function commonLinks(): readonly (readonly [string, string])[] {
  return [
    [vscode.l10n.t('Show View'), linked.view],
    [vscode.l10n.t('Show Log'), linked.log],
  ];
}

function signedInHover(deps: StatusBarDeps, account: Account, health: AccountHealth): vscode.MarkdownString {
  const hover = newHover();
  const others = (deps.state.current()?.accounts.length ?? 1) - 1;
  const state = healthText(health);
  addLine(
    hover,
    'account',
    others === 0 ? account.username : vscode.l10n.t('{0} (default account; {1} more)', account.username, others),
  );
  if (state !== undefined) {
    addLine(hover, health === 'offline' ? 'debug-disconnect' : 'warning', state);
  }
  addLine(hover, 'organization', vscode.l10n.t('Tenant {0}', tenantText(deps, account)));
  addLine(hover, 'cloud', cloudText(deps.settings.current().cloud));
  addTokens(hover, deps);
  addLine(hover, 'source-control', gitText());
  addLine(hover, 'terminal', terminalText(deps));
  addLinks(hover, [
    ...(health === 'signInNeeded' ? [[vscode.l10n.t('Sign In'), linked.signIn] as const] : []),
    [vscode.l10n.t('Get Access Token'), linked.getAccessToken],
    [vscode.l10n.t('Switch Account'), linked.switchAccount],
    vscode.workspace.isTrusted
      ? [vscode.l10n.t('Connect Terminals'), linked.connect]
      : [vscode.l10n.t('Manage Workspace Trust'), linked.trust],
    ...commonLinks(),
  ]);
  return hover;
}

function addTokens(hover: vscode.MarkdownString, { tokens, state }: StatusBarDeps): void {
  const isOneAccount = state.current()?.accounts.length === 1;
  const cached = tokens.cachedTokens();
  if (cached.length === 0) {
    addLine(hover, 'key', vscode.l10n.t('No tokens in memory'));
    return;
  }
  addLine(hover, 'key', vscode.l10n.t('Tokens in memory: {0}', cached.length));
  hover.appendMarkdown('\n');
  const now = Date.now();
  for (const { resource, expiresOnTimestamp, account } of cached.slice(0, maximumListed)) {
    const left = leftText(minutesLeft(expiresOnTimestamp, now));
    const name = resourceName(resource);
    const text = isOneAccount
      ? vscode.l10n.t('{0}: {1} left', name, left)
      : vscode.l10n.t('{0} as {1}: {2} left', name, account.username, left);
    hover.appendMarkdown(`- ${plain(text)}\n`);
  }
  hover.appendMarkdown('\n');
}

function tenantText({ settings }: StatusBarDeps, account: Account): string {
  const { tenantId } = settings.current();
  const isOne = !['organizations', 'common', 'consumers'].includes(tenantId.toLowerCase());
  return isOne ? tenantId : account.tenantId;
}

function cloudText(cloud: CloudName): string {
  switch (cloud) {
    case 'public':
      return vscode.l10n.t('Azure (public cloud)');
    case 'usGovernment':
      return vscode.l10n.t('Azure Government (United States)');
    case 'china':
      return vscode.l10n.t('Azure in China (21Vianet)');
    case 'custom':
      return vscode.l10n.t('Custom cloud');
  }
}

function gitText(): string {
  if (!vscode.workspace.isTrusted) {
    return vscode.l10n.t('Git: not in Restricted Mode');
  }
  const audiences = gitAudiences();
  if (audiences.size === 0) {
    return vscode.l10n.t('Git: turned off in the settings');
  }
  return audiences.has('terminal')
    ? vscode.l10n.t('Git: connected to Azure DevOps, also in terminals')
    : vscode.l10n.t('Git: connected to Azure DevOps, in the editor only');
}

function terminalText({ terminals }: StatusBarDeps): string {
  if (!vscode.workspace.isTrusted) {
    return vscode.l10n.t('Terminals: not in Restricted Mode');
  }
  const { groups } = terminals.settings.current();
  return groups.length === 0
    ? vscode.l10n.t('Terminals: not connected')
    : vscode.l10n.t('Terminals: connected for {0}', groups.map(groupNames).join(', '));
}
