import * as vscode from 'vscode';
import { AzureCredentialsError } from '../tokens/errors.ts';
import type { AccessPolicy } from '../tokens/ports.ts';
import { resourceName } from '../tokens/resources.ts';
import { type AccessAnswer, type AccessQuestion, ConsentPolicy, type ConsentPolicyDeps } from './consentPolicy.ts';

/** The rule for requests of other extensions, which asks in a dialog. */
export function createConsentPolicy(deps: Pick<ConsentPolicyDeps, 'decisions' | 'clock'>): AccessPolicy {
  return new ConsentPolicy({ ...deps, ask: askForAccess, refuse });
}

/** Closing the dialog decides nothing: the extension gets no token, and the person is asked again next time. */
async function askForAccess({ requester, resource, account, tenantId }: AccessQuestion): Promise<AccessAnswer> {
  const answers: readonly (vscode.MessageItem & { readonly answer: Exclude<AccessAnswer, undefined> })[] = [
    { title: vscode.l10n.t('Allow'), answer: 'allow' },
    { title: vscode.l10n.t('Allow for all resources'), answer: 'allowAll' },
    { title: vscode.l10n.t('Deny'), answer: 'deny' },
  ];
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'The extension "{0}" wants to get tokens for {1} as {2}.',
      requester.label,
      resourceName(resource),
      account.username,
    ),
    {
      modal: true,
      detail: vscode.l10n.t(
        'A token lets the extension do there what you may do, until it expires. You are asked once; "Azure Credentials: Manage Access" changes your answer.\n\nExtension: {0}\nResource: {1}\nTenant: {2}',
        requester.id,
        resource,
        tenantId,
      ),
    },
    ...answers,
  );
  return chosen?.answer;
}

function refuse(
  { requester, resource, account }: AccessQuestion,
  reason: 'denied' | 'undecided',
): AzureCredentialsError {
  const subject = [requester.label, resourceName(resource), account.username] as const;
  return reason === 'denied'
    ? new AzureCredentialsError(
        'access_denied',
        vscode.l10n.t('You denied the extension "{0}" tokens for {1} as {2}.', ...subject),
        { advice: vscode.l10n.t('To change that, run "Azure Credentials: Manage Access".') },
      )
    : new AzureCredentialsError(
        'access_denied',
        vscode.l10n.t('You have not allowed the extension "{0}" to get tokens for {1} as {2}.', ...subject),
        {
          advice: vscode.l10n.t(
            'To allow it, run "Azure Credentials: Manage Access", or start again in the extension what needs Azure.',
          ),
        },
      );
}
