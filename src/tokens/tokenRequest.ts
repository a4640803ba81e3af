import type { Account } from './account.ts';

/** What a consumer asks for. Exactly one of `resource` and `scopes` names the target. */
export interface TokenRequest {
  /** A URI (`https://storage.azure.com`, with or without slash or `/.default`), an application id (GUID), or `api://…`. */
  readonly resource?: string;
  /** Full scopes, all of one resource. */
  readonly scopes?: readonly string[];
  /** Account id or user name; the default account when absent. */
  readonly account?: string;
  /** Tenant id (GUID) or verified domain; the account's home tenant (or the configured one) when absent. */
  readonly tenantId?: string;
  /** A claims challenge: raw JSON, its base64 or base64url form, or a whole `WWW-Authenticate` header. */
  readonly claims?: string;
  /** Go to Entra even if a token is cached, and replace the cached one. */
  readonly forceRefresh?: boolean;
  /** May a browser open for this request? Default: no. At most one interactive attempt is made. */
  readonly interactive?: boolean;
  /** Gives up waiting; a flight that others share goes on. */
  readonly signal?: AbortSignal;
}

/** A request with nothing left to guess: what a {@link TokenSource} is asked for. */
export interface ResolvedRequest {
  /** Canonical resource: URI as Entra wants it (a trailing slash that matters is kept) without `/.default`, or a GUID. */
  readonly resource: string;
  /** Scopes to send, without the OpenID ones: usually `[resource + '/.default']`. */
  readonly scopes: readonly string[];
  readonly account: Account;
  /** Tenant to ask: a GUID or a verified domain. */
  readonly tenantId: string;
  /** Claims as JSON text. */
  readonly claims?: string;
  readonly forceRefresh: boolean;
  readonly signal?: AbortSignal;
}
