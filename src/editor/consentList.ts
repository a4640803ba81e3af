import * as vscode from 'vscode';
import type { ActivityEntry } from '../tokens/activity.ts';
import { resourceName } from '../tokens/resources.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { type AccessDecision, type AccessDecisions, allResources, sameResource } from './consentDecisions.ts';

export interface AccessListDeps {
  readonly decisions: AccessDecisions;
  readonly tokens: TokenService;
}

/** What one line of the list is about: a decision, or a request that waits for one (`allowed` is then absent). */
interface Access {
  readonly extensionId: string;
  readonly label: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly resource: string;
  readonly allowed?: boolean;
}

type AccessItem = vscode.QuickPickItem & { readonly access?: Access };

/** Shows which extensions may have which tokens, and what they asked for in vain, until the person is done with it. */
export async function showAccessList(deps: AccessListDeps): Promise<void> {
  for (;;) {
    const items = await listItems(deps);
    if (items.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No extension has asked for a token yet.'));
      return;
    }
    const chosen = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Access of Extensions'),
      placeHolder: vscode.l10n.t('Choose what to change'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (chosen?.access === undefined || !(await changeAccess(deps, chosen.access))) {
      return;
    }
  }
}

async function listItems({ decisions, tokens }: AccessListDeps): Promise<readonly AccessItem[]> {
  const activity = tokens.activity().filter(({ requester }) => requester.kind === 'extension');
  const decided = decisions
    .list()
    .flatMap(({ extensionId, label, decisions: all }) => [
      { label, kind: vscode.QuickPickItemKind.Separator },
      ...all.map((decision) =>
        toItem({ extensionId, label, ...decision }, describeUse(extensionId, decision, activity)),
      ),
    ]);
  const waiting = await listWaiting({ decisions, tokens }, activity);
  return waiting.length === 0
    ? decided
    : [
        ...decided,
        { label: vscode.l10n.t('Asked, not decided'), kind: vscode.QuickPickItemKind.Separator },
        ...waiting,
      ];
}

/** Requests that were refused because nothing was decided: an extension may not ask the person out of the blue. */
async function listWaiting({ decisions, tokens }: AccessListDeps, activity: readonly ActivityEntry[]) {
  const names = new Map((await tokens.getAccounts().catch(() => [])).map(({ id, username }) => [id, username]));
  const waiting = new Map<string, AccessItem>();
  for (const { requester, resource, accountId, outcome } of activity) {
    const accountName = names.get(accountId ?? '');
    if (outcome !== 'access_denied' || accountId === undefined || accountName === undefined) {
      continue;
    }
    if (decisions.find(requester.id, { accountId, resource }) === undefined) {
      const access = { extensionId: requester.id, label: requester.label, accountId, accountName, resource };
      waiting.set(JSON.stringify([requester.id, accountId, sameResource(resource)]), toItem(access, requester.label));
    }
  }
  return [...waiting.values()];
}

function toItem(access: Access, detail: string): AccessItem {
  const icon = access.allowed === undefined ? 'question' : access.allowed ? 'check' : 'circle-slash';
  return { access, label: `$(${icon}) ${nameOf(access)}`, description: access.accountName, detail };
}

function nameOf({ resource }: Pick<AccessDecision, 'resource'>): string {
  return resource === allResources ? vscode.l10n.t('All resources') : resourceName(resource);
}

function describeUse(extensionId: string, decision: AccessDecision, activity: readonly ActivityEntry[]): string {
  if (!decision.allowed) {
    return vscode.l10n.t('Denied');
  }
  const lastUse = activity
    .filter(
      ({ requester, accountId, outcome }) =>
        requester.id === extensionId && accountId === decision.accountId && outcome === 'granted',
    )
    .filter(({ resource }) => [allResources, sameResource(resource)].includes(decision.resource))
    .reduce((latest, { time }) => Math.max(latest, time), 0);
  return lastUse === 0
    ? vscode.l10n.t('Allowed, not used since the editor started')
    : vscode.l10n.t(
        'Allowed, last used {0}',
        new Date(lastUse).toLocaleString(vscode.env.language, { timeStyle: 'short', dateStyle: 'short' }),
      );
}

/** @returns false when the person left it as it was */
async function changeAccess({ decisions }: AccessListDeps, access: Access): Promise<boolean> {
  const { extensionId, label } = access;
  const decide = (allowed: boolean) => () =>
    decisions.save({ extensionId, label }, { ...access, allowed, time: Date.now() });
  const changes = [
    ...(access.allowed === true ? [] : [{ label: vscode.l10n.t('Allow'), apply: decide(true) }]),
    ...(access.allowed === false ? [] : [{ label: vscode.l10n.t('Deny'), apply: decide(false) }]),
    ...(access.allowed === undefined
      ? []
      : [
          { label: vscode.l10n.t('Ask Again Next Time'), apply: () => decisions.forget(extensionId, access) },
          { label: vscode.l10n.t('Forget Everything About {0}', label), apply: () => decisions.forget(extensionId) },
        ]),
  ];
  const chosen = await vscode.window.showQuickPick(changes, {
    title: vscode.l10n.t('{0}: {1} as {2}', label, nameOf(access), access.accountName),
    placeHolder: vscode.l10n.t('Tokens that were handed out stay good until they expire'),
  });
  await chosen?.apply();
  return chosen !== undefined;
}
