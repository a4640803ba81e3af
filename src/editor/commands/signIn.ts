import * as vscode from 'vscode';
import type { SignInOptions } from '../../tokens/ports.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import { tellServiceAccount } from './serviceAccount.ts';

/** What a caller of the command may ask for. */
export interface SignInArguments {
  /** Tenant id or verified domain. */
  readonly tenant?: string;
  /** User name to fill in. */
  readonly loginHint?: string;
  /** Claims challenge: JSON. */
  readonly claims?: string;
}

/** Signs a person in and says who it was. Returns the user name to a caller of the command. */
export async function signIn(deps: { readonly tokens: TokenService }, args: SignInArguments = {}): Promise<string> {
  const account = await deps.tokens.signIn(toOptions(args));
  if (account.kind === 'service') {
    void tellServiceAccount(account);
  } else {
    void vscode.window.showInformationMessage(vscode.l10n.t('Signed in to Azure as {0}.', account.username));
  }
  return account.username;
}

function toOptions({ tenant, loginHint, claims }: SignInArguments): SignInOptions {
  return {
    ...(tenant === undefined ? {} : { tenantId: tenant }),
    ...(loginHint === undefined ? {} : { loginHint }),
    ...(claims === undefined ? {} : { claims }),
  };
}
