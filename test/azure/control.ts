import type {
  Fault,
  FaultEffect,
  FaultMatch,
  LocalAzureAddresses,
  PolicyTarget,
  ProxyFault,
  RequestFilter,
  RequestRecord,
  SignInChoice,
} from './controlTypes.ts';
import type { AzureData, User } from './data.ts';
import type { IssuedSecret } from './secrets.ts';

/** What a test can see and change of a running local Azure, from any process. */
export interface Control {
  /** The requests that match, oldest first (the last 20,000 are kept). */
  requests(filter?: RequestFilter): Promise<RequestRecord[]>;
  /** How many requests match. */
  count(filter?: RequestFilter): Promise<number>;
  /** Every secret that was issued or received since the start or the last `reset`: to look for where none may be. */
  secrets(): Promise<IssuedSecret[]>;
  /** Forgets the secrets seen so far: a run of many minutes needs the memory. */
  forgetSecrets(): Promise<void>;
  /** Forgets the requests seen so far. */
  clearRequests(): Promise<void>;

  /** Arranges a fault; returns its number. */
  addFault(fault: Fault): Promise<number>;
  /** Arranges an Entra error by its AADSTS number; once unless `times` says otherwise. */
  failWith(
    aadsts: number,
    match?: FaultMatch & { readonly times?: number } & Omit<Extract<FaultEffect, { kind: 'error' }>, 'kind' | 'aadsts'>,
  ): Promise<number>;
  /** Takes one fault back. */
  removeFault(id: number): Promise<void>;
  /** Takes all faults back, those of the proxy too. */
  clearFaults(): Promise<void>;
  /** Makes the proxy fail until `clearFaults` or `reset`. The control is reached all the same: it is not behind the proxy. */
  breakProxy(fault: ProxyFault): Promise<void>;

  /** The user's refresh tokens of today are as if unused for 90 days (AADSTS700082). */
  expireRefreshTokens(username: string): Promise<void>;
  /** The user's refresh tokens of today are revoked, as by a changed password (AADSTS50173). */
  revokeSessions(username: string): Promise<void>;
  /** Multifactor authentication is needed (AADSTS50076 with claims until the person did it). */
  requireMultifactor(target: PolicyTarget): Promise<void>;
  /** Conditional access blocks (AADSTS53003). */
  block(target: PolicyTarget): Promise<void>;
  /** Consent is taken back: of the administrator and of users (AADSTS65001 until someone consents). */
  withholdConsent(target: PolicyTarget): Promise<void>;
  /** Takes `requireMultifactor`, `block`, `withholdConsent`, rotation and lifetime back to the data file's state. */
  clearPolicies(): Promise<void>;
  /** Each refresh token may be used once only (AADSTS70000, `bad_token`, at the second use). */
  rotateStrictly(on: boolean): Promise<void>;
  /** The servers' clock differs from the machine's by this many milliseconds. */
  skewClock(milliseconds: number): Promise<void>;
  /** Life of new access tokens in seconds; `null` for Entra's own. */
  setAccessTokenLifetime(seconds: number | null): Promise<void>;
  /** Life of new device codes in seconds (900 unless changed). */
  setDeviceCodeLifetime(seconds: number): Promise<void>;
  /** Changes what Entra knows of a user: groups, directory roles, name, … */
  updateUser(username: string, changes: Partial<User>): Promise<void>;

  /**
   * Goes through the sign-in pages as a person would, over https and the proxy.
   *
   * @returns the address the browser was sent to at the end. An answer by form_post is given as the redirect URI with
   * the fields as its query.
   * @throws Error with the text of the page when the sign-in ended on an error page.
   */
  authorize(authorizeUrl: string, choice: SignInChoice): Promise<string>;
  /** Types a device code into the device page and signs in there. */
  approveDevice(userCode: string, username: string): Promise<void>;
  /** Types a device code into the device page and cancels. */
  declineDevice(userCode: string): Promise<void>;

  /** What the local Azure knows: tenants, users, applications, … */
  data(): Promise<AzureData>;
  /** The addresses, as `main.ts` prints them. */
  addresses(): Promise<LocalAzureAddresses>;
  /** Back to the state at start. Addresses, keys and stored blobs stay. */
  reset(): Promise<void>;
}

/** A control over `controlUrl`. */
export function connectControl(controlUrl: string): Control {
  const call = async (method: string, parameters: readonly unknown[]): Promise<unknown> => {
    const response = await fetch(new URL(`/${method}`, controlUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parameters),
    });
    const answer = (await response.json()) as { result?: unknown; error?: string };
    if (!response.ok) {
      throw new Error(answer.error ?? `The local Azure answered ${response.status} to ${method}.`);
    }
    return answer.result;
  };
  return new Proxy({} as Control, {
    // A promise is recognized by `then`: the control itself must not look like one.
    get: (_target, method) =>
      typeof method === 'symbol' || method === 'then'
        ? undefined
        : (...parameters: unknown[]) => call(method, parameters),
  });
}
