import type { AccessToken } from './accessToken.ts';
import type { Account } from './account.ts';
import { type AzureCredentialsError, isAzureCredentialsError } from './errors.ts';
import { tokenClaims } from './tokenClaims.ts';

/** What somebody may do by a token, as far as the token says so. */
const permissionClaims = ['roles', 'groups', 'wids', 'scp'] as const;
type PermissionClaim = (typeof permissionClaims)[number];

/** What came and went in one claim. `scp` is compared scope by scope; the other values are role names or object ids. */
export interface PermissionChange {
  readonly claim: PermissionClaim;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** One token after a refresh. Never holds the token. */
export interface RefreshedToken {
  readonly resource: string;
  readonly account: Account;
  readonly tenantId: string;
  /**
   * `refreshed`: compared, see `changes` (empty: nothing changed). `opaque`: refreshed, but the resource's tokens cannot be read.
   * `failed`: see `error`; the token from before stays in use.
   */
  readonly outcome: 'refreshed' | 'opaque' | 'failed';
  readonly changes: readonly PermissionChange[];
  readonly error?: AzureCredentialsError;
}

export interface RefreshOptions {
  readonly signal?: AbortSignal;
  /** Told after each token. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Enough to be quick, few enough not to be throttled. */
const sideBySide = 8;

/**
 * Renews tokens and tells what changed in each, so that a role that was just activated (or has just ended) is in use and seen.
 * @param renew gets a new token in place of the given one
 * @throws AzureCredentialsError `cancelled`; other failures are told token by token
 */
export async function refreshTokens(
  tokens: readonly AccessToken[],
  renew: (token: AccessToken) => Promise<AccessToken>,
  options: RefreshOptions = {},
): Promise<readonly RefreshedToken[]> {
  const results: RefreshedToken[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (next < tokens.length) {
      const index = next++;
      const token = tokens[index];
      if (token !== undefined) {
        results[index] = await refreshOne(token, renew);
        done += 1;
        options.onProgress?.({ done, total: tokens.length });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, tokens.length) }, worker));
  return results;
}

async function refreshOne(
  before: AccessToken,
  renew: (token: AccessToken) => Promise<AccessToken>,
): Promise<RefreshedToken> {
  const about = { resource: before.resource, account: before.account, tenantId: before.tenantId };
  try {
    const changes = comparePermissions(before.token, (await renew(before)).token);
    return { ...about, outcome: changes === undefined ? 'opaque' : 'refreshed', changes: changes ?? [] };
  } catch (error) {
    if (!isAzureCredentialsError(error) || error.code === 'cancelled') {
      throw error;
    }
    return { ...about, outcome: 'failed', changes: [], error };
  }
}

/** What differs between two tokens for the same resource; undefined when one of them cannot be read. */
export function comparePermissions(before: string, after: string): readonly PermissionChange[] | undefined {
  const old = tokenClaims(before);
  const now = tokenClaims(after);
  if (old === undefined || now === undefined) {
    return undefined;
  }
  return permissionClaims.flatMap((claim) => {
    const had = permissions(old[claim]);
    const has = permissions(now[claim]);
    const added = [...has].filter((value) => !had.has(value)).sort();
    const removed = [...had].filter((value) => !has.has(value)).sort();
    return added.length + removed.length === 0 ? [] : [{ claim, added, removed }];
  });
}

/** A claim's values: `scp` is one text with spaces, the others are lists. */
function permissions(value: unknown): ReadonlySet<string> {
  const values: unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return new Set(values.filter((one): one is string => typeof one === 'string' && one !== ''));
}
