import type { Account } from './account.ts';

/** An access token for one resource, for one account, in one tenant. Never written anywhere: see the invariants. */
export interface AccessToken {
  /** The token itself: opaque to everyone but the resource. */
  readonly token: string;
  /** When it ends: milliseconds since the epoch. */
  readonly expiresOnTimestamp: number;
  /** When to renew it ahead of its end (Entra's `refresh_in`): milliseconds since the epoch. */
  readonly refreshAfterTimestamp?: number;
  readonly tokenType: 'Bearer';
  /** The resource as it was resolved: a URI without `/.default`, or an application id. */
  readonly resource: string;
  /** The scopes that Entra granted. */
  readonly scopes: readonly string[];
  /** Tenant that issued it: a GUID. */
  readonly tenantId: string;
  readonly account: Account;
}
