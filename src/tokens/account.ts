/** Someone (or some service) that tokens can be had for. Holds no secret. */
export interface Account {
  /** Stable and unique: MSAL's `homeAccountId` (`<object id>.<home tenant id>`), or the client id of a service account. */
  readonly id: string;
  /** Sign-in name as Entra gives it (`preferred_username`), for people to read; not unique over time. */
  readonly username: string;
  /** Display name; equal to `username` when Entra gave none. */
  readonly name: string;
  /** Home tenant: a GUID. */
  readonly tenantId: string;
  /** A person, or an application that acts as itself (client credentials). */
  readonly kind: 'user' | 'service';
}
