import type { Account } from '../tokens/account.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import type { AccountBindings } from './accountBindings.ts';
import type { OrganizationTenant } from './organizationTenant.ts';

export interface AccountChoiceDeps {
  readonly bindings: AccountBindings;
  /** The workspace's own default account, if one was chosen for it. */
  readonly workspaceAccountId: () => string | undefined;
}

/** Why an account was chosen; for traces and diagnosis. */
export type AccountReason = 'address' | 'binding' | 'workspace' | 'tenant' | 'default';

export interface AccountChoice {
  readonly account: Account;
  readonly reason: AccountReason;
}

/**
 * Chooses the account for an organization: the person named in the address, else the organization's binding, else the
 * workspace's account, else one whose home tenant is the organization's, else the default (the first).
 *
 * @throws AzureCredentialsError `not_signed_in` when nobody is, or when the bound account is not: another account in its
 * place would fail at best and act as the wrong person at worst.
 */
export function chooseAccount(
  request: {
    readonly accounts: readonly Account[];
    readonly organization?: string | undefined;
    readonly tenant: OrganizationTenant;
    readonly user?: string | undefined;
  },
  deps: AccountChoiceDeps,
): AccountChoice {
  const { accounts, organization, tenant } = request;
  const user = request.user?.toLowerCase();
  const named = user && accounts.find(({ username }) => username.toLowerCase() === user);
  if (named) {
    return { account: named, reason: 'address' };
  }
  const bound = organization === undefined ? undefined : boundAccount(accounts, organization, deps.bindings);
  if (bound) {
    return { account: bound, reason: 'binding' };
  }
  const workspaceId = deps.workspaceAccountId();
  const ofWorkspace = accounts.find(({ id }) => id === workspaceId);
  if (ofWorkspace) {
    return { account: ofWorkspace, reason: 'workspace' };
  }
  const fitting = accounts.find(({ tenantId }) => tenantId.toLowerCase() === tenant);
  const account = fitting ?? accounts[0];
  if (!account) {
    throw new AzureCredentialsError('not_signed_in', phrase`You are not signed in.`);
  }
  return { account, reason: fitting ? 'tenant' : 'default' };
}

function boundAccount(
  accounts: readonly Account[],
  organization: string,
  bindings: AccountBindings,
): Account | undefined {
  const binding = bindings.find(organization);
  if (!binding) {
    return;
  }
  const account = accounts.find(({ id }) => id === binding.accountId);
  if (!account) {
    throw new AzureCredentialsError(
      'not_signed_in',
      phrase`The organization ${organization} is bound to ${binding.username}, who is not signed in.`,
      { advice: phrase`Run "Azure Credentials: Sign In" in VS Code as ${binding.username}, or bind another account.` },
    );
  }
  return account;
}
