import { readFileSync } from 'node:fs';

/** Microsoft's separate clouds: each has its own sign-in hosts, tenants and resource names. */
export type Cloud = 'public' | 'usGovernment' | 'china';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly cloud: Cloud;
}

export interface User {
  readonly username: string;
  readonly name: string;
  /** Domain of the home tenant. */
  readonly tenant: string;
  /** Object id in the home tenant. */
  readonly id: string;
  readonly groups: readonly string[];
  /** Template ids of active directory roles (claim `wids`). */
  readonly directoryRoles: readonly string[];
  readonly guestIn?: readonly { readonly tenant: string; readonly id: string }[];
  /** Names of resources whose tokens need multifactor authentication for this user. */
  readonly multifactorFor?: readonly string[];
}

export interface Application {
  readonly clientId: string;
  readonly name: string;
  /** Domain of the tenant that owns the registration; `null` for Microsoft's own. */
  readonly tenant: string | null;
  readonly clouds: readonly Cloud[];
  readonly multiTenant: boolean;
  /** Microsoft's own applications are pre-authorized for every permission. */
  readonly firstParty?: boolean;
  readonly redirectUris: { readonly publicClient: readonly string[]; readonly web: readonly string[] };
  readonly allowPublicClientFlows: boolean;
  readonly secrets: readonly { readonly id: string; readonly value: string; readonly expired?: boolean }[];
  /** API permissions of the registration: resource name → delegated scopes. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
  /** Domains of tenants whose administrator consented for everyone. */
  readonly adminConsentIn: readonly string[];
}

export interface ServicePrincipal {
  readonly clientId: string;
  readonly tenant: string;
  readonly id: string;
  /** Application roles by resource name. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

export interface Resource {
  readonly name: string;
  readonly appId: string;
  /** Identifier URIs per cloud; `*` stands for one label. */
  readonly uris: Readonly<Record<Cloud, readonly string[]>>;
  readonly tokenVersion: 1 | 2;
  readonly permissions: readonly string[];
  readonly roles?: readonly string[];
  /** Takes part in continuous access evaluation, so that capable clients get long-lived tokens. */
  readonly continuousAccess?: boolean;
}

interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
}

export interface StorageAccount {
  readonly name: string;
  readonly tenant: string;
  readonly containers: readonly { readonly name: string; readonly blobs: Readonly<Record<string, string>> }[];
}

/** Everything the local Azure knows at start: the shape of `data.json`. */
export interface AzureData {
  readonly tenants: readonly Tenant[];
  readonly users: readonly User[];
  readonly applications: readonly Application[];
  readonly servicePrincipals: readonly ServicePrincipal[];
  readonly resources: readonly Resource[];
  readonly subscriptions: readonly Subscription[];
  readonly storageAccounts: readonly StorageAccount[];
}

/** The data file used when no other is named. */
const sampleDataFile = new URL('./data.json', import.meta.url);

/** Reads a data file. @throws Error that names the file when it cannot be read or is no JSON. */
export function loadData(file: string | URL = sampleDataFile): AzureData {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as AzureData;
  } catch (cause) {
    throw new Error(`The data file ${String(file)} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** Finds a tenant of a cloud by id or domain. */
export function findTenant(data: AzureData, cloud: Cloud, idOrDomain: string): Tenant | undefined {
  const key = idOrDomain.toLowerCase();
  return data.tenants.find((tenant) => tenant.cloud === cloud && (tenant.id === key || tenant.domain === key));
}

/** The home tenant of a user. */
export function homeTenant(data: AzureData, user: User): Tenant {
  const tenant = data.tenants.find(({ domain }) => domain === user.tenant);
  if (!tenant) {
    throw new TypeError(`The data file has no tenant ${user.tenant} for ${user.username}.`);
  }
  return tenant;
}

/** Finds a user by user name, whatever its case. */
export function findUser(data: AzureData, username: string): User | undefined {
  const key = username.toLowerCase();
  return data.users.find((user) => user.username === key);
}

/** The user's object id in a tenant, as a member or a guest; `undefined` when the tenant does not know the user. */
export function objectIdIn(tenant: Tenant, user: User): string | undefined {
  return user.tenant === tenant.domain ? user.id : user.guestIn?.find((guest) => guest.tenant === tenant.domain)?.id;
}

/** Finds the resource that an identifier (URI, `*` patterns included, or application id) names in a cloud. */
export function findResource(data: AzureData, cloud: Cloud, identifier: string): Resource | undefined {
  const key = withoutSlash(identifier.toLowerCase());
  return data.resources.find(
    (resource) =>
      resource.appId === key || resource.uris[cloud].some((uri) => matchesUri(withoutSlash(uri.toLowerCase()), key)),
  );
}

function matchesUri(pattern: string, uri: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) {
    return pattern === uri;
  }
  const label = uri.slice(before.length, uri.length - after.length);
  return uri.startsWith(before) && uri.endsWith(after) && /^[a-z0-9.-]+$/.test(label);
}

function withoutSlash(uri: string): string {
  return uri.endsWith('/') ? uri.slice(0, -1) : uri;
}
