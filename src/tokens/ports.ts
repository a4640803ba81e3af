import type { AccessToken } from './accessToken.ts';
import type { Account } from './account.ts';
import type { Text } from './phrase.ts';
import type { Requester } from './requester.ts';
import type { ResolvedRequest } from './tokenRequest.ts';

/** What `tokens/` and the rooms around it need from the outside. Shapes follow VS Code's, so that its objects fit. */
export interface Disposable {
  dispose(): unknown;
}

export type Event<T> = (listener: (event: T) => unknown) => Disposable;

export interface Clock {
  /** Wall clock: milliseconds since the epoch. Can jump. */
  now(): number;
  /** Milliseconds since some fixed point. Never goes back; may stand still while the machine sleeps. */
  monotonic(): number;
}

/** A subset of `vscode.LogOutputChannel`. Nothing secret is ever passed to it. */
export interface Log {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A subset of `vscode.SecretStorage`: shared by all windows of a person, slow (5 to 30 ms), and able to throw. */
export interface SecretStore {
  keys(): PromiseLike<string[]>;
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
  readonly onDidChange: Event<{ readonly key: string }>;
}

/** How the person takes part in a sign-in. Implemented by the editor; every method rejects with `cancelled` on cancel. */
export interface SignInPrompt {
  /** Opens an address in the person's browser. False when that was refused; the address can still be copied. */
  openBrowser(url: string): Promise<boolean>;
  /**
   * Shows that a browser sign-in is under way and offers to paste the address the browser ended at.
   * Resolves with the pasted text. The signal aborts when the sign-in ends some other way; then the promise may stay pending.
   */
  waitForPaste(options: { readonly url: string; readonly signal: AbortSignal }): Promise<string>;
  /** Tells that a pasted address was not usable, and why, so that the person can paste again. */
  rejectPaste(reason: Text): void;
  /** Shows a device code, copies it, opens the page, counts down. Pending until the signal aborts; rejects on cancel. */
  showDeviceCode(options: DeviceCodeOptions): Promise<never>;
  /**
   * Does a part of the sign-in in which the person has nothing to do, and shows it once it takes long.
   * The signal given to the work aborts on cancel, with a `cancelled` error as its reason.
   */
  showWork<T>(stage: SignInStage, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** `preparing`: before the browser opens. `finishing`: after it has answered. */
export type SignInStage = 'preparing' | 'finishing';

export interface DeviceCodeOptions {
  readonly userCode: string;
  readonly verificationUri: string;
  /** Milliseconds since the epoch. */
  readonly expiresOnTimestamp: number;
  readonly signal: AbortSignal;
}

export interface SignInOptions {
  /** Scopes to consent to during the sign-in; only OpenID's own when absent. */
  readonly scopes?: readonly string[];
  /** Tenant id or verified domain; the configured tenant when absent. */
  readonly tenantId?: string;
  /** User name to fill in. */
  readonly loginHint?: string;
  /** Claims (JSON) the new tokens must satisfy. */
  readonly claims?: string;
  readonly signal?: AbortSignal;
}

/** Where tokens come from: Entra, or the editor's own Microsoft account. */
export interface TokenSource extends Disposable {
  getAccounts(): Promise<readonly Account[]>;
  readonly onDidChangeAccounts: Event<void>;
  /**
   * Gets a token without the person.
   * @throws AzureCredentialsError `not_signed_in`, `interaction_required` (with `claims`), `consent_required`,
   * `blocked_by_policy`, `resource_invalid`, `throttled`, `network`, `identity_provider`, `configuration`, `storage`, `cancelled`
   */
  acquireToken(request: ResolvedRequest): Promise<AccessToken>;
  /** Signs a person in. @throws AzureCredentialsError as above, and `cancelled`, `timed_out` */
  signIn(options: SignInOptions): Promise<Account>;
  /** Forgets the account and its refresh token. Wins over any refresh in flight. */
  signOut(account: Account): Promise<void>;
}

/** Which account and tenant are meant when a request names none. */
export interface AccountPreference {
  /** Id of the account for this workspace, or for everywhere. */
  defaultAccountId(): string | undefined;
  /** Tenant configured for the application when it is a single tenant; otherwise the account's home tenant is used. */
  defaultTenantId(): string | undefined;
}

/** May this requester have this resource as this account? */
export interface AccessPolicy {
  /**
   * Returns at once (no promise) when the answer is known, so that a warm token stays cheap.
   * @throws AzureCredentialsError `access_denied`
   */
  authorize(requester: Requester, request: ResolvedRequest, options: AuthorizeOptions): void | Promise<void>;
}

export interface AuthorizeOptions {
  /** May the person be asked? */
  readonly interactive: boolean;
  readonly signal?: AbortSignal;
}
