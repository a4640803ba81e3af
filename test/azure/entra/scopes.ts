import type { AzureData, Cloud, Resource } from '../data.ts';
import { findResource } from '../data.ts';
import { graphHost } from './clouds.ts';
import { EntraError } from './errors.ts';

const openidScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];

/** The scopes asked of one resource. */
export interface ResourceScopes {
  /** The resource as asked for: everything before the last slash, a trailing slash of its own included. */
  readonly identifier: string;
  readonly resource: Resource | undefined;
  readonly names: readonly string[];
  /** Asked for by bare names, which mean Microsoft Graph. */
  readonly bare: boolean;
}

/** A `scope` parameter, taken apart. */
export interface ParsedScope {
  readonly text: string;
  readonly openid: readonly string[];
  readonly resources: readonly ResourceScopes[];
}

/** Where scopes are understood: resource names follow the cloud. */
export interface ScopeContext {
  readonly data: AzureData;
  readonly cloud: Cloud;
}

/**
 * Takes a `scope` parameter apart.
 *
 * The resource is what stands before the last slash, so `https://management.azure.com//.default` names a resource that
 * ends in a slash (entra-docs `scopes-oidc.md`, "Trailing slash and /.default").
 *
 * @throws EntraError 70011 for a scope that is neither a name nor `resource/name`, and for `.default` among others.
 */
export function parseScope({ data, cloud }: ScopeContext, text: string): ParsedScope {
  const asked = text.split(/\s+/).filter(Boolean);
  const byIdentifier = new Map<string, { names: string[]; bare: boolean }>();
  for (const scope of asked.filter((name) => !openidScopes.includes(name))) {
    const { identifier, name, bare } = splitScope(scope, cloud);
    const entry = byIdentifier.get(identifier) ?? { names: [], bare };
    entry.names.push(name);
    byIdentifier.set(identifier, entry);
  }
  const resources = [...byIdentifier].map(([identifier, { names, bare }]) => {
    if (names.includes('.default') && names.length > 1) {
      throw new EntraError(70011, { scope: `${text}. .default scope can't be combined with resource-specific scopes` });
    }
    return { identifier, names, bare, resource: findResource(data, cloud, identifier) };
  });
  return { text, openid: openidScopes.filter((name) => asked.includes(name)), resources };
}

/** The first resource of a scope parameter; Microsoft Graph when it names none. */
export function firstResource(context: ScopeContext, scope: ParsedScope): ResourceScopes {
  const identifier = `https://${graphHost[context.cloud]}`;
  return (
    scope.resources[0] ?? {
      identifier,
      resource: findResource(context.data, context.cloud, identifier),
      names: [],
      bare: true,
    }
  );
}

function splitScope(scope: string, cloud: Cloud): { identifier: string; name: string; bare: boolean } {
  if (/^[\w.-]+$/.test(scope) && !isGuid(scope)) {
    return { identifier: `https://${graphHost[cloud]}`, name: scope, bare: true };
  }
  const slash = scope.lastIndexOf('/');
  const identifier = scope.slice(0, slash);
  const name = scope.slice(slash + 1);
  const isUri = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(identifier);
  if (name === '' || !(isUri || isGuid(identifier))) {
    throw new EntraError(70011, {
      scope: `${scope} is not valid. The scope format is invalid. Scope must be in a valid URI form <https://example/scope> or a valid Guid <guid/scope>; this`,
    });
  }
  return { identifier, name, bare: false };
}

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
