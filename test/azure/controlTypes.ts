/** One request that reached the local Azure. Secrets are short hashes (`shortHash` of `control.ts`). */
export interface RequestRecord {
  /** Counts up from 1; pass the last one seen as `since` to get only what came after. */
  readonly number: number;
  /** When it came, milliseconds since the epoch by the machine's clock. */
  readonly time: number;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly userAgent?: string;
  readonly clientRequestId?: string;
  readonly authorization?: { readonly scheme: string; readonly hash: string };
  form?: Readonly<Record<string, string>>;
  grant?: string;
  client?: string;
  scope?: string;
  /** What the request was for: the identifier as asked, the resource's name and its application id. */
  resource?: readonly string[];
  user?: string;
  tenant?: string;
  /** HTTP status of the answer; absent while there is none (or the connection was cut). */
  status?: number;
  /** AADSTS number of an Entra error. */
  aadsts?: number;
  /** Kinds of the faults that were applied. */
  faults?: readonly string[];
  /** Bytes of the answer that left, as TLS took them; absent while it is being sent. */
  sent?: number;
  /** Short hash of the refresh token that was handed out. */
  issuedRefreshToken?: string;
}

/** Which requests are meant: all the given fields must agree. */
export interface RequestFilter {
  readonly method?: string;
  readonly host?: string;
  /** Part of the path. */
  readonly path?: string;
  readonly grant?: string;
  readonly client?: string;
  /** Identifier as asked, name or application id. */
  readonly resource?: string;
  readonly user?: string;
  readonly clientRequestId?: string;
  readonly status?: number;
  readonly aadsts?: number;
  /** Only entries with a greater number. */
  readonly since?: number;
}

/** What goes wrong. */
export type FaultEffect =
  /** An Entra error by its AADSTS number; the other fields replace those of the known error. */
  | {
      readonly kind: 'error';
      readonly aadsts: number;
      readonly error?: string;
      /** `null` leaves the suberror out, as older answers do. */
      readonly suberror?: string | null;
      readonly claims?: string;
      readonly status?: number;
    }
  /** Too many requests: `retryAfter` in seconds (absent: no header), as a date when `asDate`. Status 429 unless given. */
  | { readonly kind: 'throttle'; readonly retryAfter?: number; readonly asDate?: boolean; readonly status?: number }
  /** The request is held back, then answered as usual. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The request is handled at once, and answered so many milliseconds after it came: a server that is far away. */
  | { readonly kind: 'distant'; readonly milliseconds: number }
  /**
   * The connection is cut: before the request is handled, in the middle of the answer, or after the request was
   * handled but before any byte of the answer was sent.
   */
  | { readonly kind: 'cut'; readonly when: 'before' | 'middle' | 'after' }
  /** An HTML page instead of the answer (status 200 unless given), as a captive portal or a gateway sends. */
  | { readonly kind: 'html'; readonly status?: number }
  /** No body at all; status 503 unless given. */
  | { readonly kind: 'empty'; readonly status?: number }
  /** The request is handled, and half of the body is sent as if it were all. */
  | { readonly kind: 'truncate' }
  /** The request is handled, and its body is sent twice. */
  | { readonly kind: 'duplicate' }
  /** Good JSON of this many bytes, as fast as it is read. `RequestRecord.sent` tells how much was taken. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** JSON that begins with blanks, ten a second, and goes no further. */
  | { readonly kind: 'endless' }
  /** 401 with a claims challenge from a resource (Resource Manager, Graph, …): `claims` is raw JSON. */
  | { readonly kind: 'challenge'; readonly claims: string };

/** Which requests a fault meets: all the given fields must agree. */
export interface FaultMatch {
  readonly host?: string;
  /** Part of the path. */
  readonly path?: string;
  readonly method?: string;
  /** `refresh_token`, `authorization_code`, `client_credentials`, `device_code`. */
  readonly grant?: string;
  readonly resource?: string;
  readonly user?: string;
  readonly client?: string;
}

/** A fault a test arranges. */
export interface Fault extends FaultMatch {
  readonly effect: FaultEffect;
  /** How often it happens; for ever when absent. */
  readonly times?: number;
}

/**
 * How the proxy fails. Connections that are open are cut, so that it meets the next request.
 *
 * `down`: nobody listens at its address. `answers`: it answers every `CONNECT` with this status instead of a tunnel.
 * `untrusted`: it shows certificates of an authority that nobody knows.
 */
export type ProxyFault =
  | { readonly kind: 'down' }
  | { readonly kind: 'answers'; readonly status: 403 | 407 | 502 }
  | { readonly kind: 'untrusted' };

/** Whom or what a policy is about; an absent field means any. */
export interface PolicyTarget {
  readonly user?: string;
  /** Resource by name, URI or application id. */
  readonly resource?: string;
  readonly client?: string;
}

/** How a person answers the sign-in pages. */
export interface SignInChoice {
  readonly username: string;
  /** What to do: accept everything (default), decline the consent, or cancel at the account picker. */
  readonly action?: 'accept' | 'decline' | 'cancel';
  /** Also deliver the answer to the redirect URI, as the browser would. */
  readonly deliver?: boolean;
}

/** The addresses and facts of a running local Azure: what `main.ts` prints as one line. */
export interface LocalAzureAddresses {
  readonly proxyUrl: string;
  readonly caFile: string;
  readonly caSpkiHash: string;
  readonly controlUrl: string;
  readonly loopbackAuthority: string;
  readonly environment: Readonly<Record<string, string>>;
}
