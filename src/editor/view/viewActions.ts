import * as vscode from 'vscode';
import type { Requester } from '../../tokens/requester.ts';
import { resourceName } from '../../tokens/resources.ts';
import type { CachedTokenInfo } from '../../tokens/tokenService.ts';
import { accountNodeId, type NodeSubject, type ViewNode } from './model.ts';
import type { ViewDeps } from './registerView.ts';

/** What can be done with a line of the view; each is a command after `azureCredentials.view.`. */
export type ViewAction =
  | 'getToken'
  | 'copyToken'
  | 'refreshToken'
  | 'inspectToken'
  | 'makeDefault'
  | 'signOut'
  | 'bindAccount'
  | 'revoke';

/** Does what the person chose for a line. A line that does not have the action, or is gone, is left alone. */
export async function runViewAction(deps: ViewDeps, action: ViewAction, node: ViewNode | undefined): Promise<void> {
  const subject = node?.subject;
  if (subject?.kind === 'token') {
    await runTokenAction(deps, action, subject.token);
  } else if (subject?.kind === 'account' || subject?.kind === 'noTokens') {
    await runAccountAction(deps, action, subject.account);
  } else if (subject?.kind === 'organization' && action === 'bindAccount') {
    const { organization } = subject;
    await vscode.commands.executeCommand('azureCredentials.git.bindAccount', { organization });
  } else if (subject !== undefined && action === 'revoke') {
    await revoke(deps, subject);
  }
}

async function runTokenAction(deps: ViewDeps, action: ViewAction, token: CachedTokenInfo): Promise<void> {
  const { getTokenForPerson, tellCopied } = await import('../commands/getAccessToken.ts');
  const request = { ...token.request, account: token.account.id };
  switch (action) {
    case 'copyToken': {
      const copied = await getTokenForPerson(deps.tokens, request, requesterOf(action));
      await vscode.env.clipboard.writeText(copied.token);
      void tellCopied(copied);
      break;
    }
    case 'refreshToken':
      await getTokenForPerson(deps.tokens, { ...request, forceRefresh: true }, requesterOf(action));
      vscode.window.setStatusBarMessage(
        vscode.l10n.t('$(refresh) The token for {0} is new', resourceName(token.resource)),
        5000,
      );
      break;
    case 'inspectToken':
      await vscode.commands.executeCommand('azureCredentials.inspectToken', request);
      break;
    default:
  }
}

async function runAccountAction(
  deps: ViewDeps,
  action: ViewAction,
  account: CachedTokenInfo['account'],
): Promise<void> {
  if (action === 'getToken') {
    await (await import('../commands/getAccessToken.ts')).getAccessToken(deps, { account: account.id });
  } else if (action === 'signOut') {
    await (await import('../commands/signOut.ts')).signOut(deps, account.id);
  } else if (action === 'makeDefault') {
    await (await import('../commands/switchAccount.ts')).switchAccount(deps, account);
  }
}

/** Signs an account in again, with its name filled in. @param id id of the account's line */
export async function signInAgain({ state, tokens }: ViewDeps, id: unknown): Promise<void> {
  const account = (await state.ready()).accounts.find((one) => accountNodeId(one) === id);
  if (account !== undefined) {
    await (await import('../commands/signIn.ts')).signIn({ tokens }, { loginHint: account.username });
  }
}

/** Takes back what was allowed, so that the next request asks again. What was handed out stays good until it ends. */
async function revoke({ decisions, terminals }: ViewDeps, subject: NodeSubject): Promise<void> {
  switch (subject.kind) {
    case 'extension':
      await decisions.forget(subject.extensionId);
      break;
    case 'decision':
      await decisions.forget(subject.extensionId, subject.decision);
      break;
    case 'grant':
      await terminals.grants.remove(subject.key);
      break;
    default:
  }
}

function requesterOf(action: ViewAction): Requester {
  return { kind: 'person', id: `azureCredentials.view.${action}`, label: vscode.l10n.t('View') };
}
