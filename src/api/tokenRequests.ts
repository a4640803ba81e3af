import type { TokenRequest } from '../tokens/tokenRequest.ts';
import type * as api from './azureCredentials.d.ts';

/**
 * Turns what another extension passed into a request for the token service. Extensions may be plain JavaScript, so
 * nothing is taken from the types.
 *
 * @throws TypeError that names the member at fault.
 */
export function toTokenRequest(request: string | api.TokenRequest): TokenRequest {
  if (typeof request === 'string') {
    return { resource: nonEmptyText('request', request) };
  }
  if (typeof request !== 'object' || request === null) {
    throw new TypeError('A request must be a resource (a string) or an object with "resource" or "scopes".');
  }
  return { ...target(request), ...options(request) };
}

function target({ resource, scopes }: api.TokenRequest): Pick<TokenRequest, 'resource' | 'scopes'> {
  if ((resource === undefined) === (scopes === undefined)) {
    throw new TypeError('A request must have exactly one of "resource" and "scopes".');
  }
  return scopes === undefined
    ? { resource: nonEmptyText('resource', resource) }
    : { scopes: textList('scopes', scopes) };
}

function options(request: api.TokenRequestOptions): TokenRequest {
  const { account, tenantId, claims, forceRefresh, interactive, signal } = request;
  return {
    ...(account === undefined ? {} : { account: toAccountName(account) }),
    ...(tenantId === undefined ? {} : { tenantId: nonEmptyText('tenantId', tenantId) }),
    ...(claims === undefined ? {} : { claims: nonEmptyText('claims', claims) }),
    ...(forceRefresh === undefined ? {} : { forceRefresh: forceRefresh === true }),
    ...(interactive === undefined ? {} : { interactive: interactive === true }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** @returns the id of an account, or the name that stands for one. @throws TypeError */
export function toAccountName(account: api.Account | string): string {
  return nonEmptyText('account', typeof account === 'object' && account !== null ? account.id : account);
}

/** @throws TypeError unless it is a list with at least one text, and only such */
export function textList(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new TypeError(`"${name}" must be a list of strings with at least one entry.`);
  }
  return value.map((text) => nonEmptyText(name, text));
}

/** @throws TypeError unless it is a string with something in it */
export function nonEmptyText(name: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new TypeError(`"${name}" must be a string that is not empty.`);
  }
  return value;
}
