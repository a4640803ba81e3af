import type { CloudName } from '../../tokens/cloud.ts';
import type { CatalogueEntry } from '../../tokens/resourceCatalogue.ts';
import { resourceCatalogue } from '../../tokens/resourceCatalogue.ts';
import { findHostRule, findServiceHost } from '../../tokens/resourceHosts.ts';
import { findByApplicationId, findByUri, findNamedEntry, nameEntry, namesOf } from '../../tokens/resources.ts';
import { graphPermissions } from './graphPermissions.ts';

/** Who decides, apart from the token, whether a request is let through. */
export type Decider = 'azureRoles' | 'organization' | 'workspace' | 'api';

/** What a request needs, as far as its address tells. */
export interface NeededAccess {
  /** Method and address without query and fragment, in which secrets may stand. */
  readonly request: string;
  /** Service, when it is a known one. */
  readonly service?: string;
  /** Every `aud` that the service takes: lower case, without a slash at the end. */
  readonly audiences: readonly string[];
  /** Resource to ask a token for; absent when the address does not tell it. */
  readonly resource?: string;
  /** Any one of these permissions (`scp` or `roles`) is enough, the least first. Empty: not known. */
  readonly permissions: readonly string[];
  readonly decider: Decider;
}

/** Services whose one scope says nothing: what may be done is decided by a role on the Azure resource itself. */
const readerScopes: Readonly<Record<string, string>> = { loganalytics: 'Data.Read', applicationinsights: 'Data.Read' };

/**
 * Finds out what a request needs that was answered 403.
 *
 * @param text an address, with its method before it or not (`GET https://…`), a resource, or the name of an API
 * @returns undefined when the text is none of these
 */
export function neededAccess(text: string, cloud: CloudName): NeededAccess | undefined {
  const [, method = 'GET', target = ''] = /^\s*(?:(GET|PUT|POST|PATCH|DELETE|HEAD)\s+)?(\S.*?)\s*$/i.exec(text) ?? [];
  if (target === '') {
    return undefined;
  }
  const url = readAddress(target);
  const entry = url === undefined ? named(target) : serviceOf(url);
  if (entry !== undefined) {
    const shown = url === undefined ? entry.name : `${method.toUpperCase()} ${shownAddress(url)}`;
    return ofService(entry, { shown, method: method.toUpperCase(), url }, cloud);
  }
  return url === undefined ? undefined : ofOwnApi(url, method.toUpperCase());
}

function readAddress(target: string): URL | undefined {
  const isAddress = /^(?:https?|api):\/\//i.test(target);
  return isAddress && URL.canParse(target) ? new URL(target) : undefined;
}

function shownAddress({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function named(target: string): CatalogueEntry | undefined {
  return findByApplicationId(target) ?? findByUri(`https://${target}`)?.entry ?? findNamedEntry(target);
}

/** A service by its own host, by that of one account of it, or by the resource with its path. */
function serviceOf(url: URL): CatalogueEntry | undefined {
  const host = url.hostname.toLowerCase();
  const id = findServiceHost(host) ?? findHostRule(host)?.entryId ?? extraHosts[host];
  const byHost = resourceCatalogue.find((entry) => entry.id === id);
  return byHost ?? findByUri(shownAddress(url))?.entry ?? findByUri(`https://${host}`)?.entry;
}

/** Where the requests of a service go, when that is neither its resource nor the address of one account. */
const extraHosts: Readonly<Record<string, string>> = { 'api.powerbi.com': 'powerbi' };

interface Request {
  readonly shown: string;
  readonly method: string;
  readonly url: URL | undefined;
}

function ofService(entry: CatalogueEntry, { shown, method, url }: Request, cloud: CloudName): NeededAccess {
  const uris = entry.resources[namesOf(cloud)] ?? Object.values(entry.resources).flat();
  const own = url !== undefined && findHostRule(url.hostname.toLowerCase())?.isResource ? [url.origin] : [];
  const resource = nameEntry(entry, cloud)?.resource;
  return {
    request: shown,
    service: entry.name,
    audiences: [...uris, ...own, ...(entry.applicationId === undefined ? [] : [entry.applicationId])].map(comparable),
    ...(resource !== undefined && { resource }),
    ...ruleOf(entry.id, method, url?.pathname ?? ''),
  };
}

function ruleOf(id: string, method: string, path: string): Pick<NeededAccess, 'permissions' | 'decider'> {
  switch (id) {
    case 'graph':
      return { permissions: graphPermissions(method, path), decider: 'api' };
    case 'devops':
      return { permissions: ['user_impersonation'], decider: 'organization' };
    case 'powerbi':
    case 'fabric':
      return { permissions: [], decider: 'workspace' };
    case 'aks':
      return { permissions: [], decider: 'azureRoles' };
    default:
      return { permissions: [readerScopes[id] ?? 'user_impersonation'], decider: 'azureRoles' };
  }
}

/** Somebody's own API: its tokens are usually for its host, but its documentation knows better. */
function ofOwnApi(url: URL, method: string): NeededAccess {
  const resource = url.protocol === 'api:' ? shownAddress(url) : undefined;
  return {
    request: resource ?? `${method} ${shownAddress(url)}`,
    audiences: resource === undefined ? [] : [comparable(resource)],
    ...(resource !== undefined && { resource }),
    permissions: [],
    decider: 'api',
  };
}

/** Audiences are compared without case and without the slash at their end. */
export function comparable(audience: string): string {
  return audience.trim().toLowerCase().replace(/\/+$/, '');
}
