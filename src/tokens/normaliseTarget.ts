import { canonicalResource } from './canonicalResource.ts';
import type { CloudName } from './cloud.ts';
import type { AzureCredentialsError } from './errors.ts';
import { phrase } from './phrase.ts';
import { resourceCatalogue } from './resourceCatalogue.ts';
import { findById, namesOf } from './resources.ts';
import { invalidResource, isGuid, quote } from './resourceText.ts';

/** What a request is for, in the one form that Entra and the cache know. */
export interface Target {
  /** URI as Entra wants it, without `/.default`, or an application id in lower case. */
  readonly resource: string;
  /** Scopes to send, without OpenID's own. Never empty. */
  readonly scopes: readonly string[];
  /** Equal for equal targets, whatever they were written as. */
  readonly key: string;
}

/** More than Entra itself accepts in one request of ours; only a mistake is longer. */
const maximumScopes = 50;
const openIdScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];

/**
 * Brings a resource or scopes into canonical form.
 *
 * The scope of a resource is the resource, a slash and `.default`; so a resource that itself ends in a slash has two
 * (Microsoft identity platform, "trailing slash and .default").
 *
 * @throws TypeError unless exactly one of `resource` and `scopes` is given
 * @throws AzureCredentialsError `resource_invalid`
 */
export function normaliseTarget(
  target: { readonly resource?: string | undefined; readonly scopes?: readonly string[] | undefined },
  cloud: CloudName,
): Target {
  const { resource, scopes } = target;
  if ((resource === undefined) === (scopes === undefined)) {
    throw new TypeError('A token request names exactly one of "resource" and "scopes".');
  }
  if (resource !== undefined) {
    if (typeof resource !== 'string') {
      throw new TypeError('"resource" is a string.');
    }
    return wholeResource(canonicalResource(resource.trim().replace(/\/\.default$/i, ''), cloud));
  }
  return fromScopes(scopes ?? [], cloud);
}

function wholeResource(resource: string): Target {
  const scope = `${resource}/.default`;
  return { resource, scopes: [scope], key: scope };
}

function fromScopes(given: readonly string[], cloud: CloudName): Target {
  if (!Array.isArray(given) || given.some((scope) => typeof scope !== 'string')) {
    throw new TypeError('"scopes" is an array of strings.');
  }
  if (given.length > maximumScopes) {
    throw invalidResource(
      phrase`${given.length} scopes are too many.`,
      phrase`Ask for at most ${maximumScopes} scopes at once.`,
    );
  }
  const wanted = given
    .flatMap((scope) => scope.trim().split(/\s+/))
    .filter((scope) => scope !== '' && !openIdScopes.includes(scope.toLowerCase()));
  if (wanted.length === 0) {
    throw invalidResource(
      phrase`The scopes name no resource.`,
      phrase`Name a scope of one resource, such as https://storage.azure.com/.default; openid, profile, email and offline_access are added by themselves.`,
    );
  }
  const parts = wanted.map((scope) => splitScope(scope, cloud));
  return oneResource(parts);
}

interface ScopeParts {
  readonly resource: string;
  readonly name: string;
}

function oneResource(parts: readonly ScopeParts[]): Target {
  const resources = [...new Set(parts.map(({ resource }) => resource))];
  const [resource = ''] = resources;
  if (resources.length > 1) {
    throw invalidResource(
      phrase`The scopes belong to ${resources.length} resources: ${resources.map(quote).join(', ')}.`,
      phrase`An access token is for one resource. Make one request for each resource.`,
    );
  }
  const names = [...new Set(parts.map(({ name }) => name))];
  if (names.includes('.default')) {
    if (names.length > 1) {
      throw invalidResource(
        phrase`".default" cannot be combined with other scopes of ${quote(resource)}.`,
        phrase`Ask either for .default (everything that was consented to) or for single scopes.`,
      );
    }
    return wholeResource(resource);
  }
  const scopes = names.map((name) => `${resource}/${name}`);
  return { resource, scopes, key: scopes.toSorted().join(' ') };
}

function splitScope(scope: string, cloud: CloudName): ScopeParts {
  if (isGuid(scope)) {
    throw notAScope(scope);
  }
  if (/^[a-z][\w.-]*$/i.test(scope)) {
    // A bare name is a scope of Microsoft Graph: Entra's own rule.
    const graph = findById('graph')?.resources[namesOf(cloud)]?.[0] ?? '';
    return { resource: graph, name: scope };
  }
  const slash = scope.lastIndexOf('/');
  const name = scope.slice(slash + 1);
  const resource = scope.slice(0, Math.max(slash, 0));
  if (/^(?:https?|api):\/?$/i.test(resource) || name === '' || slash < 0 || isKnownResource(scope, cloud)) {
    throw notAScope(scope);
  }
  if (!/^[\w.:-]+$/.test(name)) {
    throw invalidResource(
      phrase`${quote(scope)} is not a scope: its name ${quote(name)} has characters that no scope has.`,
      phrase`A scope is a resource, a slash and a name, such as https://graph.microsoft.com/User.Read.`,
    );
  }
  return { resource: canonicalResource(resource, cloud), name: /^\.default$/i.test(name) ? '.default' : name };
}

/** True for a resource with a path, which looks like a scope. */
function isKnownResource(text: string, cloud: CloudName): boolean {
  return resourceCatalogue.some((entry) => entry.resources[namesOf(cloud)]?.includes(text.toLowerCase()));
}

function notAScope(text: string): AzureCredentialsError {
  return invalidResource(
    phrase`${quote(text)} is not a scope.`,
    phrase`A scope is a resource, a slash and a name. For everything that was consented to, add /.default to the resource.`,
  );
}
