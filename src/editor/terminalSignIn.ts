import * as vscode from 'vscode';
import type { ProgramRequest } from '../endpoint/dialect.ts';
import { type AzureCredentialsError, isAzureCredentialsError } from '../tokens/errors.ts';
import type { Requester } from '../tokens/requester.ts';
import { resourceName } from '../tokens/resources.ts';
import type { TokenRequest } from '../tokens/tokenRequest.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { showError } from './errorMessages.ts';

export interface TerminalSignInDeps {
  readonly tokens: Pick<TokenService, 'getToken'>;
  readonly log: vscode.LogOutputChannel;
}

/** Tells the person that a program could not be served. */
export type OfferSignIn = (error: unknown, request: ProgramRequest, requester: Requester) => void;

/**
 * Offers to sign in when a program failed because the person has to do something: the program itself must not open a browser.
 * One offer at a time for each resource, since programs try again by themselves.
 */
export function createOfferSignIn(deps: TerminalSignInDeps): OfferSignIn {
  const offered = new Set<string>();
  return (error, request, requester) => {
    const key = request.resource ?? request.scopes?.join(' ') ?? '';
    if (!isAzureCredentialsError(error) || !needsPerson(error) || offered.has(key)) {
      return;
    }
    offered.add(key);
    void offer(deps, { error, request, requester }).finally(() => offered.delete(key));
  };
}

function needsPerson({ code }: AzureCredentialsError): boolean {
  return code === 'not_signed_in' || code === 'interaction_required' || code === 'consent_required';
}

interface Failed {
  readonly error: AzureCredentialsError;
  readonly request: ProgramRequest;
  readonly requester: Requester;
}

async function offer(deps: TerminalSignInDeps, { error, request, requester }: Failed): Promise<void> {
  const signIn = vscode.l10n.t('Sign In');
  const resource = resourceName(request.resource ?? request.scopes?.[0] ?? '').replace(/[[\]]/g, '');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'A program in a terminal ({0}) needs you to sign in before it can use {1}. Run it again afterwards.',
      requester.label,
      resource,
    ),
    signIn,
  );
  if (answer !== signIn) {
    return;
  }
  try {
    const person: Requester = { kind: 'person', id: 'azureCredentials.terminal.signIn', label: signIn };
    const token = await deps.tokens.getToken(interactiveRequest(request, error.claims), person);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Signed in to Azure as {0}. Run the program again.', token.account.username),
    );
  } catch (failure) {
    await showError(failure, deps.log);
  }
}

/** The program's request, made once more with the person. Claims that Entra asked for win over those of the program. */
function interactiveRequest(request: ProgramRequest, asked: string | undefined): TokenRequest {
  const { resource, scopes, tenantId } = request;
  const claims = asked ?? request.claims;
  return {
    ...(resource === undefined ? {} : { resource }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(claims === undefined ? {} : { claims }),
    interactive: true,
  };
}
