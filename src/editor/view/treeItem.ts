import * as vscode from 'vscode';
import { resourceName } from '../../tokens/resources.ts';
import { allResources } from '../consentDecisions.ts';
import type { NodeSubject, ViewNode } from './model.ts';
import { accountText, activityText, groupNames, type NodeText, organizationText, tokenText } from './nodeText.ts';

/** One line as the editor draws it, and as a screen reader says it. */
export function treeItem(node: ViewNode): vscode.TreeItem {
  const { label, description, tooltip, icon, spoken } = describe(node);
  const item = new vscode.TreeItem(label, collapsibleState(node));
  item.id = node.id;
  item.contextValue = contextValue(node.subject);
  item.iconPath = icon;
  item.accessibilityInformation = { label: spoken ?? [label, description].filter(Boolean).join(', ') };
  if (description !== undefined) {
    item.description = description;
  }
  item.tooltip = tooltip ?? [label, description].filter(Boolean).join('\n');
  return item;
}

/** What hangs below an account is what the view is for; the rest is opened by whoever wants it. */
function collapsibleState({ subject, children }: ViewNode): vscode.TreeItemCollapsibleState {
  if (children.length === 0) {
    return vscode.TreeItemCollapsibleState.None;
  }
  const isOpen = subject.kind === 'account' || subject.kind === 'tenant';
  return isOpen ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}

/** The name by which `when` clauses of package.json know a line. */
function contextValue(subject: NodeSubject): string {
  switch (subject.kind) {
    case 'section':
      return subject.section;
    case 'account':
      return [subject.isDefault ? 'defaultAccount' : 'account', subject.health].join('.');
    default:
      return subject.kind;
  }
}

function describe({ subject, children }: ViewNode): NodeText {
  switch (subject.kind) {
    case 'account':
      return accountText(subject);
    case 'noTokens':
      return { label: vscode.l10n.t('No tokens in memory'), icon: new vscode.ThemeIcon('info') };
    case 'tenant':
      return {
        label: subject.domain ?? subject.tenantId,
        description: subject.isHome ? vscode.l10n.t('home tenant') : vscode.l10n.t('guest tenant'),
        tooltip: subject.tenantId,
        icon: new vscode.ThemeIcon(subject.isHome ? 'home' : 'globe'),
      };
    case 'token':
      return tokenText(subject);
    case 'section':
      return sectionText(subject, children.length);
    case 'organization':
      return organizationText(subject);
    case 'extension':
      return { label: subject.label, description: subject.extensionId, icon: new vscode.ThemeIcon('extensions') };
    case 'decision':
      return decisionText(subject);
    case 'grant':
      return {
        label: resourceName(subject.resource),
        description: subject.username ?? vscode.l10n.t('signed out'),
        tooltip: vscode.l10n.t('Programs in terminals of this workspace may have tokens for {0}', subject.resource),
        icon: new vscode.ThemeIcon('pass'),
      };
    case 'activity':
      return activityText(subject);
  }
}

function sectionText({ section, groups }: NodeSubject & { kind: 'section' }, count: number): NodeText {
  switch (section) {
    case 'organizations':
      return { label: vscode.l10n.t('Azure DevOps Organizations'), icon: new vscode.ThemeIcon('azure-devops') };
    case 'extensions':
      return { label: vscode.l10n.t('Extensions with Access'), icon: new vscode.ThemeIcon('extensions') };
    case 'activity':
      return { label: vscode.l10n.t('Recent Activity'), icon: new vscode.ThemeIcon('history') };
    case 'terminals':
      return {
        label: vscode.l10n.t('Terminals'),
        description: groups?.length ? groups.map(groupNames).join(', ') : vscode.l10n.t('not connected'),
        tooltip:
          count === 0
            ? vscode.l10n.t('Programs in terminals of this workspace have been allowed nothing yet.')
            : vscode.l10n.t('What programs in terminals of this workspace may have'),
        icon: new vscode.ThemeIcon('terminal'),
      };
  }
}

function decisionText({ decision }: NodeSubject & { kind: 'decision' }): NodeText {
  const { resource, allowed, accountName, time } = decision;
  const name = resource === allResources ? vscode.l10n.t('All resources') : resourceName(resource);
  const date = new Date(time).toLocaleDateString(vscode.env.language, { dateStyle: 'medium' });
  return {
    label: name,
    description: allowed ? accountName : vscode.l10n.t('{0} · denied', accountName),
    tooltip: allowed
      ? vscode.l10n.t('You allowed tokens for {0} as {1} on {2}.', name, accountName, date)
      : vscode.l10n.t('You denied tokens for {0} as {1} on {2}.', name, accountName, date),
    icon: new vscode.ThemeIcon(allowed ? 'pass' : 'circle-slash'),
  };
}
