/**
 * The API of the extension "Azure Delegated Credentials" (`delegated-credentials.azure-delegated-credentials`)
 * for other extensions. This file stands alone: copy it into your extension. `docs/api.md` has samples.
 *
 * All times are milliseconds since the epoch. All objects are read-only and frozen.
 */
import type { Event, Extension } from 'vscode';

/** What `vscode.extensions.getExtension('delegated-credentials.azure-delegated-credentials')` exports. */
export interface AzureCredentialsExports {
  /**
   * Gives the API, at once and without any input or output: tokens and accounts are read when first asked for.
   *
   * @param version The version of the API that you were built against.
   * @param consumer Your own extension: `context.extension`. Access is allowed, listed and revoked under its name.
   * @throws RangeError for a version that this extension does not have; the message lists those it has.
   * @throws TypeError when `consumer` is not an installed extension.
   */
  getAPI(version: 1, consumer: Extension<unknown>): AzureCredentialsApi;
}

/** Version 1. Members may be added to it; none is removed or changed. */
export interface AzureCredentialsApi {
  /**
   * Gets an access token for one resource. Tokens are kept in memory and renewed ahead of their end, so ask again
   * each time you need one instead of keeping it.
   *
   * Nothing is shown unless `interactive` is true. The first time that your extension asks for a resource as an
   * account the person must allow it, once; so a first request that is not interactive rejects with `access_denied`.
   *
   * @param request A resource (`https://storage.azure.com`, an application id, `api://…`), or a request in full.
   * @throws AzureCredentialsError with any {@link ErrorCode} but `caller_rejected` and `unsupported_remote`.
   * @throws TypeError when the request is malformed.
   */
  getToken(request: string | TokenRequest): Promise<AccessToken>;

  /**
   * Makes a credential for the Azure SDKs: assignable to `TokenCredential` of `@azure/core-auth`.
   * Making it asks for nothing; each call of its `getToken` behaves as {@link AzureCredentialsApi.getToken}.
   */
  getCredential(options?: CredentialOptions): TokenCredential;

  /**
   * The accounts signed in, the default one first. Empty until they were read, which {@link ready} tells.
   * Accounts carry no secret, and seeing them needs no permission.
   */
  readonly accounts: readonly Account[];

  /** Resolves when {@link accounts} has been read for the first time. Never rejects: what fails shows in `getToken`. */
  readonly ready: Promise<void>;

  /** Fires when an account was signed in or out, in this window or another, or when the default one changed. */
  readonly onDidChangeAccounts: Event<readonly Account[]>;

  /**
   * Signs a person in, in the browser. Always shows something, so call it only when the person has acted.
   * It allows nothing by itself: tokens for your extension are allowed one resource at a time.
   *
   * @throws AzureCredentialsError `cancelled`, `timed_out`, `blocked_by_policy`, `consent_required`, `network`,
   * `throttled`, `identity_provider`, `configuration`, `storage`
   */
  signIn(options?: SignInOptions): Promise<Account>;

  /**
   * Signs out one account, or all, everywhere in the editor: also for git, terminals and other extensions.
   * The person is asked to confirm.
   *
   * @param account An account, its id or its user name.
   * @throws AzureCredentialsError `cancelled` when the person says no, `not_signed_in` for an unknown account, `storage`
   */
  signOut(account?: Account | string): Promise<void>;

  /** Tells this extension's errors from others, also after they crossed a process boundary as plain errors. */
  isAzureCredentialsError(error: unknown): error is AzureCredentialsError;
}

/** A request for a token: it names a resource, or the scopes of one resource, and not both. */
export type TokenRequest = ResourceTokenRequest | ScopesTokenRequest;

/** A request for everything that was consented to on one resource. */
export interface ResourceTokenRequest extends TokenRequestOptions {
  /** A URI (`https://storage.azure.com`, with or without a slash or `/.default`), an application id, or `api://…`. */
  readonly resource: string;
  readonly scopes?: undefined;
}

/** A request for certain scopes. */
export interface ScopesTokenRequest extends TokenRequestOptions {
  /** Full scopes (`https://graph.microsoft.com/User.Read`), at least one, all of one resource. */
  readonly scopes: readonly string[];
  readonly resource?: undefined;
}

/** What goes with either kind of request. */
export interface TokenRequestOptions {
  /** An account, its id or its user name. Default: the account the person chose as default. */
  readonly account?: Account | string | undefined;
  /** Tenant id (GUID) or verified domain. Default: the configured tenant, or the account's home tenant. */
  readonly tenantId?: string | undefined;
  /** A claims challenge: JSON, its base64 or base64url form, or a whole `WWW-Authenticate` header. */
  readonly claims?: string | undefined;
  /** Gets a new token from Entra even if one is in memory, for example after a role was activated. Default: false. */
  readonly forceRefresh?: boolean | undefined;
  /**
   * May the person be asked: to allow your extension, to sign in, to satisfy a claims challenge? Default: false.
   * At most one browser sign-in is made. Set it only when the person has just acted.
   */
  readonly interactive?: boolean | undefined;
  /** Gives up waiting: the promise rejects with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** An access token for one resource; assignable to `AccessToken` of `@azure/core-auth`. Never write it anywhere. */
export interface AccessToken {
  /** The token itself: opaque to everyone but the resource. */
  readonly token: string;
  /** When it ends: milliseconds since the epoch. At least five minutes ahead, clocks permitting. */
  readonly expiresOnTimestamp: number;
  /** When to ask again ahead of its end, where Entra said so: milliseconds since the epoch. */
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

/** Someone, or some service, that tokens can be had for. */
export interface Account {
  /** Stable and unique: `<object id>.<home tenant id>` of a person, the application id of a service account. */
  readonly id: string;
  /** Sign-in name, for people to read; not unique over time. */
  readonly username: string;
  /** Display name; equal to `username` when there is none. */
  readonly name: string;
  /** Home tenant: a GUID. */
  readonly tenantId: string;
  /** A person, or an application that acts as itself. */
  readonly kind: 'user' | 'service';
}

/** How a credential chooses what a request does not say. */
export interface CredentialOptions {
  /** An account, its id or its user name. Default: the account the person chose as default. */
  readonly account?: Account | string | undefined;
  /** Tenant for requests that name none. */
  readonly tenantId?: string | undefined;
  /** As in {@link TokenRequestOptions}, for every request of this credential. Default: false. */
  readonly interactive?: boolean | undefined;
}

/** A credential for the Azure SDKs; assignable to `TokenCredential` of `@azure/core-auth`. */
export interface TokenCredential {
  /**
   * @param scopes One scope or several, all of one resource.
   * @throws AzureCredentialsError as {@link AzureCredentialsApi.getToken}
   */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken>;
}

/** The options of an Azure SDK's request that make a difference here; others are accepted and ignored. */
export interface GetTokenOptions {
  readonly tenantId?: string | undefined;
  /** A claims challenge, as in {@link TokenRequestOptions}. */
  readonly claims?: string | undefined;
  /** Accepted; whether tokens take part in continuous access evaluation is up to the application signed in with. */
  readonly enableCae?: boolean | undefined;
  readonly abortSignal?: AbortSignalLike | undefined;
}

/** What is used of an `AbortSignal`, so that also the look-alikes of Azure SDKs fit. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** How to sign in. */
export interface SignInOptions {
  /** Scopes of one resource to consent to during the sign-in, so that no second one is needed. */
  readonly scopes?: readonly string[] | undefined;
  /** Tenant id (GUID) or verified domain. Default: the configured tenant. */
  readonly tenantId?: string | undefined;
  /** User name to fill in. */
  readonly loginHint?: string | undefined;
  /** Claims (JSON) that the sign-in must satisfy. */
  readonly claims?: string | undefined;
  /** Gives the sign-in up: the promise rejects with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** The one error that this API rejects with, misuse aside. Never holds a token or another secret. */
export interface AzureCredentialsError extends Error {
  readonly name: 'AzureCredentialsError';
  readonly code: ErrorCode;
  /** Who must act and what to do, as a sentence to show; carries Entra's trace id where there is one. */
  readonly advice?: string;
  /** Claims (JSON) that an interactive request must satisfy first. */
  readonly claims?: string;
  /** Entra's AADSTS number, for people to look up; not a stable contract. */
  readonly aadsts?: number;
  /** Entra's trace id, for an administrator to look up. */
  readonly traceId?: string;
  /** With `throttled`: when to try again, in milliseconds since the epoch. */
  readonly retryAfterTimestamp?: number;
}

/**
 * Why a request failed, by what someone has to do about it. New codes may be added, so keep a default branch.
 *
 * - `not_signed_in`: nobody is signed in, or not the account asked for. Ask again with `interactive`, or call `signIn`.
 * - `interaction_required`: Entra wants the person (session ended, multi-factor). Ask again with `interactive`.
 * - `consent_required`: the application lacks a permission that the person or an administrator must grant.
 * - `blocked_by_policy`: an administrator's policy refuses. Asking again does not help.
 * - `cancelled`: the person or your signal gave up. Show nothing.
 * - `timed_out`: nobody finished the sign-in in time.
 * - `access_denied`: your extension may not have this token: denied, or not yet allowed and not `interactive`.
 * - `caller_rejected`: a program could not prove who it is (local token endpoint only).
 * - `resource_invalid`: the resource or scopes are malformed, of another cloud, or unknown to the tenant.
 * - `unsupported_remote`: not an Azure Repos remote (git only).
 * - `throttled`: too many requests; wait until `retryAfterTimestamp`.
 * - `network`: Entra could not be reached.
 * - `identity_provider`: Entra answered with an error of its own.
 * - `configuration`: a setting of this extension, or the application's registration, must be changed.
 * - `storage`: the editor's secret storage failed.
 */
export type ErrorCode =
  | 'not_signed_in'
  | 'interaction_required'
  | 'consent_required'
  | 'blocked_by_policy'
  | 'cancelled'
  | 'timed_out'
  | 'access_denied'
  | 'caller_rejected'
  | 'resource_invalid'
  | 'unsupported_remote'
  | 'throttled'
  | 'network'
  | 'identity_provider'
  | 'configuration'
  | 'storage';
