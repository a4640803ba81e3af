import { parseWwwAuthenticate, tenantOfChallenges } from '../tokens/wwwAuthenticate.ts';

/**
 * The tenant that an organization of Azure DevOps trusts: an id (or a domain); `personal` for an organization of
 * Microsoft accounts; undefined when the server does not say.
 */
export type OrganizationTenant = string | 'personal' | undefined;

export interface OrganizationTenantDeps {
  readonly fetch: typeof fetch;
  /** Where answers are remembered: shared by all windows, so that one discovery serves them all. */
  readonly memory: TenantMemory;
  /** Milliseconds until a discovery that does not answer is given up. */
  readonly timeout?: number;
}

/** A subset of `vscode.Memento`. */
interface TenantMemory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** Finds the tenants of organizations and remembers them. */
export interface OrganizationTenants {
  /** Asks the server unless the answer is remembered. Never throws: without an answer the account's own tenant is used. */
  find(organization: string, signal?: AbortSignal): Promise<OrganizationTenant>;
  /** Keeps what a server said in a challenge. */
  remember(organization: string, tenant: string): Promise<void>;
  /** A server refused a token: the organization may have moved to another tenant. */
  forget(organization: string): Promise<void>;
}

/** Stands for the tenant of an organization that Microsoft accounts back. */
export const zeroGuid = '00000000-0000-0000-0000-000000000000';
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One discovery of an organization at a time; all who ask meanwhile share its answer. */
export function createOrganizationTenants(deps: OrganizationTenantDeps): OrganizationTenants {
  const { memory } = deps;
  const flights = new Map<string, Promise<OrganizationTenant>>();
  const key = (organization: string): string => `git.tenant.${organization}`;
  const ask = async (organization: string): Promise<OrganizationTenant> => {
    const tenant = await askServer(deps, organization);
    if (tenant !== undefined) {
      await keep(memory, key(organization), tenant);
    }
    return tenant;
  };
  return {
    async find(organization) {
      const known = memory.get<string>(key(organization));
      if (known !== undefined) {
        return known;
      }
      const flight = flights.get(organization) ?? ask(organization).finally(() => flights.delete(organization));
      flights.set(organization, flight);
      return flight;
    },
    async remember(organization, tenant) {
      if (memory.get<string>(key(organization)) !== tenant) {
        await keep(memory, key(organization), tenant);
      }
    },
    async forget(organization) {
      flights.delete(organization);
      await keep(memory, key(organization), undefined);
    },
  };
}

/** What cannot be kept, on a full disk for one, is asked for again. */
async function keep(memory: TenantMemory, key: string, value: OrganizationTenant): Promise<void> {
  try {
    await memory.update(key, value);
  } catch {
    // The answer at hand is as good.
  }
}

/** Azure DevOps names the tenant also to those it does not know; the status of its answer means nothing here. */
async function askServer(deps: OrganizationTenantDeps, organization: string): Promise<OrganizationTenant> {
  try {
    const response = await deps.fetch(`https://dev.azure.com/${organization}`, {
      method: 'HEAD',
      redirect: 'manual',
      credentials: 'omit',
      signal: AbortSignal.timeout(deps.timeout ?? 10_000),
    });
    return tenantOfHeaders(response.headers);
  } catch {
    return;
  }
}

/** `WWW-Authenticate: Bearer authorization_uri=…` first, then `X-VSS-ResourceTenant`, where zeros mean Microsoft accounts. */
function tenantOfHeaders(headers: Headers): OrganizationTenant {
  const challenged = tenantOfChallenges(parseWwwAuthenticate(headers.get('www-authenticate') ?? ''));
  if (challenged !== undefined && challenged !== zeroGuid) {
    return challenged;
  }
  const tenants = (headers.get('x-vss-resourcetenant') ?? '')
    .split(',')
    .map((text) => text.trim().toLowerCase())
    .filter((text) => guid.test(text));
  const tenant = tenants.find((id) => id !== zeroGuid);
  return tenant ?? (tenants.length > 0 ? 'personal' : undefined);
}
