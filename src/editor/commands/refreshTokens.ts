import * as vscode from 'vscode';
import type { PermissionChange, RefreshedToken } from '../../tokens/refreshTokens.ts';
import type { Requester } from '../../tokens/requester.ts';
import { resourceName } from '../../tokens/resources.ts';
import type { RefreshableTokenService } from '../../tokens/tokenService.ts';
import { describeError } from '../errorMessages.ts';
import type { ShownDocuments } from '../shownDocuments.ts';

interface RefreshTokensDeps {
  readonly tokens: RefreshableTokenService;
  readonly documents: Pick<ShownDocuments, 'preview'>;
}

/**
 * Renews every token in memory and says which roles, groups and scopes came or went: for the moment after a role was
 * activated just in time.
 */
export async function refreshAllTokens(deps: RefreshTokensDeps): Promise<void> {
  if (deps.tokens.cachedTokens().length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There are no tokens in memory. The next ones will be new.'),
    );
    return;
  }
  const results = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Refreshing the Azure tokens'),
      cancellable: true,
    },
    async (progress, cancellation) => {
      const requester: Requester = {
        kind: 'person',
        id: 'azureCredentials.refreshTokens',
        label: vscode.l10n.t('Refresh All Tokens'),
      };
      const controller = new AbortController();
      cancellation.onCancellationRequested(() => controller.abort());
      return await deps.tokens.refreshTokens(requester, {
        signal: controller.signal,
        onProgress: ({ done, total }) => progress.report({ message: `${done}/${total}`, increment: 100 / total }),
      });
    },
  );
  await tell(results, deps);
}

async function tell(results: readonly RefreshedToken[], { documents }: RefreshTokensDeps): Promise<void> {
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  const changed = results.filter(({ changes }) => changes.length > 0);
  const renewed = results.length - failed;
  const count = renewed === 1 ? vscode.l10n.t('1 token is new.') : vscode.l10n.t('{0} tokens are new.', renewed);
  const what =
    changed.length === 0
      ? vscode.l10n.t('Roles, groups and scopes are the same as before.')
      : changed.map(changeLine).join(' ');
  const details = vscode.l10n.t('Show Details');
  const show = failed === 0 ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const failures = failed === 0 ? '' : ` ${vscode.l10n.t('{0} could not be renewed.', failed)}`;
  if ((await show(`${count} ${what}${failures}`, details)) === details) {
    await documents.preview(`${vscode.l10n.t('Refreshed tokens')}.md`, report(results));
  }
}

function changeLine({ resource, changes }: RefreshedToken): string {
  return `${resourceName(resource)}: ${changes.map(changeText).join('; ')}.`;
}

function changeText({ claim, added, removed }: PermissionChange): string {
  const parts = [...added.map((value) => `+${value}`), ...removed.map((value) => `−${value}`)];
  return `${claimTitle(claim)} ${parts.join(', ')}`;
}

function claimTitle(claim: PermissionChange['claim']): string {
  switch (claim) {
    case 'roles':
      return vscode.l10n.t('application roles');
    case 'groups':
      return vscode.l10n.t('groups');
    case 'wids':
      return vscode.l10n.t('directory roles');
    case 'scp':
      return vscode.l10n.t('scopes');
  }
}

/** A part for each resource, a line for each token of it. */
function report(results: readonly RefreshedToken[]): string {
  const byResource = Map.groupBy(results, ({ resource }) => resourceName(resource));
  const parts = [...byResource].map(([name, ofResource]) =>
    [`## ${name}`, '', ...ofResource.map((result) => `- ${reportLine(result)}`), ''].join('\n'),
  );
  return [`# ${vscode.l10n.t('Refreshed tokens')}`, '', ...parts].join('\n');
}

function reportLine(result: RefreshedToken): string {
  return vscode.l10n.t('{0}, tenant {1}: {2}', result.account.username, result.tenantId, outcomeText(result));
}

function outcomeText({ outcome, changes, error }: RefreshedToken): string {
  if (outcome === 'failed') {
    return describeError(error);
  }
  if (outcome === 'opaque') {
    return vscode.l10n.t('new; the tokens of this resource cannot be read');
  }
  return changes.length === 0 ? vscode.l10n.t('new; same permissions') : changes.map(changeText).join('; ');
}
