import type { AccountBindings } from '../../git/accountBindings.ts';
import { type AccountReason, chooseAccount } from '../../git/chooseAccount.ts';
import type { Account } from '../../tokens/account.ts';
import { isAzureCredentialsError } from '../../tokens/errors.ts';
import type { OrganizationUse } from './model.ts';

/** A subset of `vscode.Memento`. */
interface ReadableStore {
  keys(): readonly string[];
  get<T>(key: string): T | undefined;
}

/** How `git/accountBindings.ts` and `git/organizationTenant.ts` name what they keep. */
const keyPattern = /^git\.(?:account|tenant)\.(.+)$/;

export interface OrganizationSources {
  /** The stores of bindings and remembered tenants. */
  readonly stores: readonly ReadableStore[];
  readonly bindings: AccountBindings;
  readonly workspaceAccountId: () => string | undefined;
  readonly accounts: readonly Account[];
  /** Organizations of the repositories that are open. */
  readonly open: readonly string[];
}

/** Organizations that git met or that were bound, by name, each with the account that git uses it with now. */
export function knownOrganizations(sources: OrganizationSources): readonly OrganizationUse[] {
  const stored = sources.stores.flatMap((store) => store.keys().flatMap((key) => keyPattern.exec(key)?.[1] ?? []));
  return [...new Set([...stored, ...sources.open])].sort().map((organization) => useOf(organization, sources));
}

function useOf(organization: string, sources: OrganizationSources): OrganizationUse {
  const { stores, accounts, bindings, workspaceAccountId } = sources;
  const tenant = stores.map((store) => store.get<string>(`git.tenant.${organization}`)).find(Boolean);
  const about = { organization, ...(tenant !== undefined && { tenant }) };
  try {
    const chosen = chooseAccount({ accounts, organization, tenant }, { bindings, workspaceAccountId });
    const reason: AccountReason = chosen.reason;
    return { ...about, username: chosen.account.username, reason };
  } catch (error) {
    if (!isAzureCredentialsError(error)) {
      throw error;
    }
    const missing = bindings.find(organization)?.username;
    return { ...about, ...(missing !== undefined && { missing }) };
  }
}
