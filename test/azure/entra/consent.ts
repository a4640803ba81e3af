import type { Application, Resource, Tenant, User } from '../data.ts';
import type { AzureState } from '../state.ts';
import { EntraError } from './errors.ts';
import type { ParsedScope, ResourceScopes } from './scopes.ts';

const graphId = '00000003-0000-0000-c000-000000000000';

/** An application that asks for something in the name of a user of a tenant. */
export interface Delegation {
  readonly application: Application;
  readonly tenant: Tenant;
  readonly user: User;
}

/** Something the user has not consented to yet. */
export interface MissingConsent {
  readonly resource: Resource;
  readonly scopes: readonly string[];
}

/** The delegated scopes of a resource that the application may use in the user's name. */
export function grantedScopes(state: AzureState, delegation: Delegation, resource: Resource): string[] {
  const { application, tenant, user } = delegation;
  const stored = state.entra.consents.filter(
    (consent) =>
      consent.client === application.clientId &&
      consent.tenantId === tenant.id &&
      consent.resource === resource.appId &&
      (consent.user === undefined || consent.user === user.username),
  );
  return [...new Set([...byAdministrator(state, delegation, resource), ...stored.flatMap(({ scopes }) => scopes)])];
}

function byAdministrator(state: AzureState, delegation: Delegation, resource: Resource): readonly string[] {
  const { application, tenant, user } = delegation;
  const question = { user: user.username, client: application.clientId, resource: resource.appId };
  if (state.policies.covers(state.policies.consentWithheld, question)) {
    return [];
  }
  if (application.firstParty) {
    return resource.permissions;
  }
  if (!application.adminConsentIn.includes(tenant.domain)) {
    return [];
  }
  const named = application.permissions[resource.name] ?? [];
  return resource.appId === graphId ? [...named, 'openid', 'profile', 'email', 'offline_access'] : named;
}

/**
 * What the user still has to consent to.
 *
 * `.default` means the permissions of the registration, or whatever was consented to before (entra-docs
 * `scopes-oidc.md`).
 *
 * @throws EntraError 500011 unknown resource; 650053 unknown permission; 650057 a resource the registration lacks.
 */
export function missingConsent(state: AzureState, delegation: Delegation, scope: ParsedScope): MissingConsent[] {
  const missing = scope.resources.map((asked) => missingOf(state, delegation, asked));
  const graph = state.data.resources.find(({ appId }) => appId === graphId);
  if (graph) {
    const granted = grantedScopes(state, delegation, graph);
    missing.push({ resource: graph, scopes: scope.openid.filter((name) => !granted.includes(name)) });
  }
  return missing.filter(({ scopes }) => scopes.length > 0);
}

/** The resource that was asked for. @throws EntraError 500011 when the tenant does not know it. */
export function requireResource(asked: ResourceScopes, tenant: Tenant): Resource {
  if (!asked.resource) {
    throw new EntraError(500011, { resource: asked.identifier, tenant: tenant.name });
  }
  return asked.resource;
}

function missingOf(state: AzureState, delegation: Delegation, asked: ResourceScopes): MissingConsent {
  const { application, tenant } = delegation;
  const resource = requireResource(asked, tenant);
  const granted = grantedScopes(state, delegation, resource);
  if (!asked.names.includes('.default')) {
    const unknown = asked.names.find((name) => !resource.permissions.includes(name));
    if (unknown !== undefined) {
      throw new EntraError(650053, { app: application.name, scope: unknown, resource: resource.name });
    }
    return { resource, scopes: asked.names.filter((name) => !granted.includes(name)) };
  }
  const registered = application.firstParty ? resource.permissions : application.permissions[resource.name];
  if (granted.length === 0 && !registered) {
    throw new EntraError(650057, {
      client: application.clientId,
      app: application.name,
      resource: asked.identifier,
      resourceId: resource.appId,
    });
  }
  return { resource, scopes: granted.length === 0 ? (registered ?? []) : [] };
}

/**
 * What the consent page asks for and what accepting it grants: with `.default` all permissions of the registration,
 * whichever resource was named (entra-docs `scopes-oidc.md`, "The .default scope").
 */
export function offeredConsent(state: AzureState, delegation: Delegation, scope: ParsedScope): MissingConsent[] {
  const missing = missingConsent(state, delegation, scope);
  const byDefault = scope.resources.some(({ names }) => names.includes('.default'));
  if (!byDefault || delegation.application.firstParty) {
    return missing;
  }
  const registered = state.data.resources.map((resource) => ({
    resource,
    scopes: delegation.application.permissions[resource.name] ?? [],
  }));
  const missingOpenid = missing.filter(({ resource }) => resource.appId === graphId);
  return [...registered, ...missingOpenid].filter(({ scopes }) => scopes.length > 0);
}

/** Records the user's consent to everything that was offered. */
export function recordConsent(state: AzureState, delegation: Delegation, scope: ParsedScope): void {
  const { application, tenant, user } = delegation;
  for (const { resource, scopes } of offeredConsent(state, delegation, scope)) {
    state.entra.consents.push({
      client: application.clientId,
      tenantId: tenant.id,
      user: user.username,
      resource: resource.appId,
      scopes,
    });
  }
}
