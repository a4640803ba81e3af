import * as vscode from 'vscode';
import type { AccessToken } from '../../tokens/accessToken.ts';
import { isAzureCredentialsError } from '../../tokens/errors.ts';
import type { Requester } from '../../tokens/requester.ts';
import { resourceName } from '../../tokens/resources.ts';
import type { TokenRequest } from '../../tokens/tokenRequest.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import { withDelayedProgress } from '../delayedProgress.ts';
import { pickResource } from '../resourcePick.ts';
import { readSourceSettings } from '../sourceSettings.ts';

/** What a task, a launch configuration or another extension may pass: then nothing is asked and nothing is copied. */
export interface GetAccessTokenArguments {
  /** A URI, an application id, or a name such as `storage`. */
  readonly resource?: string;
  /** Account id or user name. */
  readonly account?: string;
  /** Tenant id or verified domain. */
  readonly tenant?: string;
}

const needsPerson = new Set(['not_signed_in', 'interaction_required', 'consent_required']);

/**
 * Gets a token for the resource that the person picks, copies it, and returns it to a caller of the command.
 *
 * @returns `undefined` when the person picks nothing.
 */
export async function getAccessToken(
  deps: { readonly tokens: TokenService },
  args: GetAccessTokenArguments = {},
): Promise<string | undefined> {
  const cloud = readSourceSettings().cloud;
  const resource = args.resource ?? (await pickResource(cloud));
  if (resource === undefined) {
    return undefined;
  }
  const request: TokenRequest = {
    resource,
    ...(args.account === undefined ? {} : { account: args.account }),
    ...(args.tenant === undefined ? {} : { tenantId: args.tenant }),
  };
  const token = await getTokenForPerson(deps.tokens, request, commandPalette());
  if (args.resource === undefined) {
    await vscode.env.clipboard.writeText(token.token);
    void tellCopied(token);
  } else {
    vscode.window.setStatusBarMessage(
      vscode.l10n.t('$(key) Token for {0} handed out', resourceName(token.resource)),
      5000,
    );
  }
  return token.token;
}

function commandPalette(): Requester {
  return { kind: 'person', id: 'azureCredentials.getAccessToken', label: vscode.l10n.t('Command palette') };
}

/** Tries without the person first, under a progress of its own; a sign-in that follows shows its own. */
export async function getTokenForPerson(
  tokens: TokenService,
  request: TokenRequest,
  requester: Requester,
): Promise<AccessToken> {
  const title = vscode.l10n.t('Getting a token for {0}', resourceName(request.resource ?? request.scopes?.[0] ?? ''));
  try {
    return await withDelayedProgress(title, (signal) => tokens.getToken({ ...request, signal }, requester));
  } catch (error) {
    if (isAzureCredentialsError(error) && needsPerson.has(error.code)) {
      const claims = error.claims === undefined ? {} : { claims: error.claims };
      return await tokens.getToken({ ...request, ...claims, interactive: true }, requester);
    }
    throw error;
  }
}

/** Names resource, account and expiry; never the token. The clipboard can be emptied again. */
export async function tellCopied(token: AccessToken): Promise<void> {
  const clear = vscode.l10n.t('Clear Clipboard');
  const copied = vscode.l10n.t(
    'The token for {0} is in the clipboard. Account: {1}.',
    resourceName(token.resource),
    token.account.username,
  );
  const answer = await vscode.window.showInformationMessage(`${copied} ${expiryText(token)}`, clear);
  if (answer === clear && (await vscode.env.clipboard.readText()) === token.token) {
    await vscode.env.clipboard.writeText('');
  }
}

/** A token of continuous access evaluation lives for a day or more: then the day is named too. */
function expiryText({ expiresOnTimestamp }: AccessToken): string {
  const minutes = Math.max(0, Math.round((expiresOnTimestamp - Date.now()) / 60_000));
  const expiry = new Date(expiresOnTimestamp);
  if (minutes < 180) {
    const time = expiry.toLocaleTimeString(vscode.env.language, { timeStyle: 'short' });
    return vscode.l10n.t('It expires at {0} (in {1} minutes).', time, minutes);
  }
  const time = expiry.toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
  return vscode.l10n.t('It expires on {0} (in {1} hours).', time, Math.round(minutes / 60));
}
