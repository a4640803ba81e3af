import * as vscode from 'vscode';
import type { DialectGroup } from '../../endpoint/dialectGroups.ts';
import type { ErrorCode } from '../../tokens/errors.ts';
import { resourceName } from '../../tokens/resources.ts';
import type { CachedTokenInfo } from '../../tokens/tokenService.ts';
import type { AccountHealth } from './health.ts';
import type { NodeSubject } from './model.ts';

/** What a line of the view says. */
export interface NodeText {
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string | vscode.MarkdownString;
  readonly icon: vscode.ThemeIcon;
  /** For screen readers, where label and description would not do. */
  readonly spoken?: string;
}

type Of<Kind extends NodeSubject['kind']> = NodeSubject & { readonly kind: Kind };

/** Tokens with less left than this many minutes are marked: a long job would outlive them. */
const shortMinutes = 10;

export function accountText({ account, isDefault, health }: Of<'account'>): NodeText {
  const state = healthText(health);
  const role = isDefault ? vscode.l10n.t('default') : undefined;
  const name = account.name === account.username ? undefined : account.name;
  return {
    label: account.username,
    description: [health === 'offline' ? vscode.l10n.t('offline') : state, role, name].filter(Boolean).join(' · '),
    tooltip: [account.name, account.username, state, vscode.l10n.t('Home tenant: {0}', account.tenantId)]
      .filter(Boolean)
      .join('\n'),
    icon: healthIcon(health) ?? new vscode.ThemeIcon(account.kind === 'service' ? 'server-process' : 'account'),
  };
}

/** What is the matter with an account; nothing when it is well. */
export function healthText(health: AccountHealth): string | undefined {
  switch (health) {
    case 'signInNeeded':
      return vscode.l10n.t('sign in again');
    case 'offline':
      return vscode.l10n.t('Entra cannot be reached');
    case 'blocked':
      return vscode.l10n.t('blocked by a policy');
    case 'ok':
      return;
  }
}

function healthIcon(health: AccountHealth): vscode.ThemeIcon | undefined {
  switch (health) {
    case 'signInNeeded':
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    case 'offline':
      return new vscode.ThemeIcon('debug-disconnect');
    case 'blocked':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
    case 'ok':
      return;
  }
}

export function tokenText({ token, minutesLeft }: Of<'token'>): NodeText {
  const scopes = scopeNames(token);
  const name = resourceName(token.resource);
  const color = minutesLeft < shortMinutes ? new vscode.ThemeColor('list.warningForeground') : undefined;
  return {
    label: name,
    description: [leftText(minutesLeft), scopes.join(' ')].filter(Boolean).join(' · '),
    tooltip: tokenTooltip(token, scopes),
    icon: new vscode.ThemeIcon('key', color),
    spoken: vscode.l10n.t(
      'Token for {0}, {1} left, scopes: {2}',
      name,
      spokenLeft(minutesLeft),
      scopes.join(', ') || vscode.l10n.t('not known'),
    ),
  };
}

/** Scopes by their own names, without the resource, which the line says already. */
function scopeNames({ scopes }: CachedTokenInfo): readonly string[] {
  const names = scopes.map((scope) => scope.slice(scope.lastIndexOf('/') + 1));
  return [...new Set(names)].filter((name) => !['.default', 'openid', 'profile', 'email', ''].includes(name));
}

function tokenTooltip(token: CachedTokenInfo, scopes: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const line = (name: string, value: string) => {
    text.appendMarkdown('- ').appendText(`${name}: ${value}`).appendMarkdown('\n');
  };
  line(vscode.l10n.t('Resource'), token.resource);
  line(vscode.l10n.t('Scopes'), scopes.join(' ') || vscode.l10n.t('not known'));
  line(vscode.l10n.t('Account'), token.account.username);
  line(vscode.l10n.t('Tenant'), token.tenantId);
  line(vscode.l10n.t('Expires at'), timeText(token.expiresOnTimestamp));
  return text;
}

export function organizationText({ organization, username, reason, missing, tenant }: Of<'organization'>): NodeText {
  if (username === undefined) {
    return {
      label: organization,
      description: missing ? vscode.l10n.t('bound to {0}, who is signed out', missing) : '',
      icon: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
    };
  }
  return {
    label: organization,
    description: username,
    tooltip: [reasonText(organization, username, reason), tenant && vscode.l10n.t('Tenant: {0}', tenant)]
      .filter(Boolean)
      .join('\n'),
    icon: new vscode.ThemeIcon(reason === 'binding' ? 'link' : 'organization'),
  };
}

function reasonText(organization: string, username: string, reason: Of<'organization'>['reason']): string {
  switch (reason) {
    case 'binding':
      return vscode.l10n.t('{0} is bound to {1}.', organization, username);
    case 'workspace':
      return vscode.l10n.t('Git uses {1} for {0}: the account of this workspace.', organization, username);
    case 'tenant':
      return vscode.l10n.t('Git uses {1} for {0}: its tenant is the organization’s.', organization, username);
    default:
      return vscode.l10n.t('Git uses {1} for {0}: the default account.', organization, username);
  }
}

export function activityText({ requester, resource, outcome, count, lastTime }: Of<'activity'>): NodeText {
  const name = resource === '' ? vscode.l10n.t('unknown resource') : resourceName(resource);
  const isGranted = outcome === 'granted';
  const times = count === 1 ? undefined : vscode.l10n.t('{0} times', count);
  return {
    label: name,
    description: [timeText(lastTime), isGranted ? undefined : outcomeText(outcome), requester, times]
      .filter(Boolean)
      .join(' · '),
    icon: isGranted
      ? new vscode.ThemeIcon('check')
      : new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
    spoken: vscode.l10n.t(
      '{0} asked for {1} at {2}: {3}',
      requester,
      name,
      timeText(lastTime),
      isGranted ? vscode.l10n.t('granted') : outcomeText(outcome),
    ),
  };
}

function outcomeText(outcome: ErrorCode | 'granted'): string {
  switch (outcome) {
    case 'not_signed_in':
    case 'interaction_required':
      return vscode.l10n.t('sign-in needed');
    case 'consent_required':
      return vscode.l10n.t('consent needed');
    case 'blocked_by_policy':
      return vscode.l10n.t('blocked by a policy');
    case 'access_denied':
    case 'caller_rejected':
      return vscode.l10n.t('denied');
    case 'cancelled':
      return vscode.l10n.t('cancelled');
    case 'network':
    case 'timed_out':
      return vscode.l10n.t('Entra could not be reached');
    case 'throttled':
      return vscode.l10n.t('throttled');
    case 'resource_invalid':
      return vscode.l10n.t('no such resource');
    default:
      return vscode.l10n.t('failed');
  }
}

/** A group of programs in few words. */
export function groupNames(group: DialectGroup): string {
  switch (group) {
    case 'azureSdk':
      return vscode.l10n.t('Azure SDKs, az');
    case 'azd':
      return 'azd';
    case 'positWorkbench':
      return vscode.l10n.t('Posit Workbench');
  }
}

/** What is left of a token's time. A token of continuous access evaluation lives for a day. */
export function leftText(minutes: number): string {
  return minutes < 120 ? vscode.l10n.t('{0} min', minutes) : vscode.l10n.t('{0} h', Math.floor(minutes / 60));
}

function spokenLeft(minutes: number): string {
  return minutes < 120 ? vscode.l10n.t('{0} minutes', minutes) : vscode.l10n.t('{0} hours', Math.floor(minutes / 60));
}

/** Time of day, as the person's language writes it. @param timestamp milliseconds since the epoch */
function timeText(timestamp: number): string {
  return new Date(timestamp).toLocaleTimeString(vscode.env.language, { timeStyle: 'short' });
}
