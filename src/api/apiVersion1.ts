import type { Account } from '../tokens/account.ts';
import { AzureCredentialsError, isAzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import type { SignInOptions } from '../tokens/ports.ts';
import type { Requester } from '../tokens/requester.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import type { AccountList } from './accountList.ts';
import type * as api from './azureCredentials.d.ts';
import { createTokenCredential } from './tokenCredential.ts';
import { nonEmptyText, textList, toAccountName, toTokenRequest } from './tokenRequests.ts';

export interface ApiVersion1Deps {
  readonly tokens: TokenService;
  readonly accountList: AccountList;
  /** Asks the person whether an extension may sign out this account, or all. */
  readonly confirmSignOut: (requester: Requester, account: Account | undefined) => Promise<boolean>;
}

/** Makes version 1 of the API for one extension. Contract: `azureCredentials.d.ts`. */
export function createApiVersion1(deps: ApiVersion1Deps, requester: Requester): api.AzureCredentialsApi {
  const { tokens, accountList } = deps;
  const getToken = async (request: string | api.TokenRequest): Promise<api.AccessToken> =>
    frozenToken(await tokens.getToken(toTokenRequest(request), requester));
  return Object.freeze({
    getToken,
    getCredential: (options?: api.CredentialOptions) => createTokenCredential(getToken, options),
    get accounts() {
      return accountList.accounts;
    },
    ready: accountList.ready,
    onDidChangeAccounts: toEditorEvent(accountList),
    signIn: async (options?: api.SignInOptions) => {
      const account = await tokens.signIn(options && toSignInOptions(options));
      await accountList.refresh();
      return Object.freeze({ ...account });
    },
    signOut: (account?: api.Account | string) => signOut(deps, requester, account),
    isAzureCredentialsError,
  });
}

/** A copy: what one extension does with its token must not reach the others. */
function frozenToken(token: api.AccessToken): api.AccessToken {
  return Object.freeze({
    ...token,
    scopes: Object.freeze([...token.scopes]),
    account: Object.freeze({ ...token.account }),
  });
}

function toEditorEvent({ onDidChange }: AccountList): api.AzureCredentialsApi['onDidChangeAccounts'] {
  return (listener, thisArgs, disposables) => {
    const subscription = onDidChange((accounts) => listener.call(thisArgs, accounts));
    disposables?.push(subscription);
    return subscription;
  };
}

function toSignInOptions({ scopes, tenantId, loginHint, claims, signal }: api.SignInOptions): SignInOptions {
  return {
    ...(scopes === undefined ? {} : { scopes: textList('scopes', scopes) }),
    ...(tenantId === undefined ? {} : { tenantId: nonEmptyText('tenantId', tenantId) }),
    ...(loginHint === undefined ? {} : { loginHint: nonEmptyText('loginHint', loginHint) }),
    ...(claims === undefined ? {} : { claims: nonEmptyText('claims', claims) }),
    ...(signal === undefined ? {} : { signal }),
  };
}

async function signOut(
  { tokens, accountList, confirmSignOut }: ApiVersion1Deps,
  requester: Requester,
  wanted: api.Account | string | undefined,
): Promise<void> {
  const account = wanted === undefined ? undefined : await findAccount(tokens, toAccountName(wanted));
  if (!(await confirmSignOut(requester, account))) {
    throw new AzureCredentialsError('cancelled', 'The sign-out was not confirmed.');
  }
  await tokens.signOut(account);
  await accountList.refresh();
}

async function findAccount(tokens: TokenService, name: string): Promise<Account> {
  const accounts = await tokens.getAccounts();
  const lowerCase = name.toLowerCase();
  const found =
    accounts.find(({ id }) => id === name) ?? accounts.find(({ username }) => username.toLowerCase() === lowerCase);
  if (found === undefined) {
    throw new AzureCredentialsError('not_signed_in', phrase`The account ${name} is not signed in.`);
  }
  return found;
}
