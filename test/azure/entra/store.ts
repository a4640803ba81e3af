import { createHash, randomBytes } from 'node:crypto';
import type { Application, Cloud, Tenant, User } from '../data.ts';

/** What a person's interactive sign-in established. */
export interface SignInSession {
  readonly username: string;
  readonly client: string;
  readonly cloud: Cloud;
  /** Whether multifactor authentication was done. */
  readonly multifactor: boolean;
  /** Seconds since the epoch. */
  readonly authenticatedAt: number;
}

/** An authorization code, good once. */
export interface AuthorizationCode extends SignInSession {
  readonly tenantId: string;
  readonly scope: string;
  readonly redirectUri: string;
  readonly platform: 'publicClient' | 'web';
  readonly codeChallenge?: string | undefined;
  readonly codeChallengeMethod?: string | undefined;
  readonly nonce?: string | undefined;
  readonly claims?: string | undefined;
  readonly expiresAt: number;
  redeemed: boolean;
}

/** A refresh token: bound to user and client, not to a tenant or resource. */
export interface RefreshToken extends SignInSession {
  readonly confidential: boolean;
  /** Scope of the request that first made it: used when a refresh names none. */
  readonly scope: string;
  readonly tenantId: string;
  state: 'valid' | 'used' | 'expired' | 'revoked';
}

/** A device code and what became of it. */
export interface DeviceCode {
  readonly userCode: string;
  readonly client: string;
  readonly cloud: Cloud;
  readonly tenant: string;
  readonly scope: string;
  readonly claims?: string | undefined;
  readonly expiresAt: number;
  state: 'pending' | 'approved' | 'declined' | 'redeemed';
  session?: SignInSession & { readonly tenantId: string };
}

/** A sign-in in progress in a browser: what the pages work on. */
export interface SignInFlow {
  readonly id: string;
  readonly kind: 'authorize' | 'device';
  readonly cloud: Cloud;
  /** The tenant segment of the address: a domain, an id, `organizations`, … */
  readonly tenantSegment: string;
  readonly application: Application;
  readonly parameters: URLSearchParams;
  readonly deviceCode?: string;
  user?: User;
  tenant?: Tenant;
  multifactor: boolean;
  consented: boolean;
  finished: boolean;
}

/** One consent: by a user, or by an administrator for everyone (`user` absent). */
export interface Consent {
  readonly client: string;
  readonly tenantId: string;
  readonly user?: string | undefined;
  readonly resource: string;
  readonly scopes: readonly string[];
}

/** What Entra remembers between requests. In memory only. */
export class EntraStore {
  readonly codes = new Map<string, AuthorizationCode>();
  readonly refreshTokens = new Map<string, RefreshToken>();
  readonly deviceCodes = new Map<string, DeviceCode>();
  readonly flows = new Map<string, SignInFlow>();
  /** Browser session cookie → user names signed in there. */
  readonly browserSessions = new Map<string, Map<string, { authenticatedAt: number; multifactor: boolean }>>();
  readonly consents: Consent[] = [];
  /** Seconds a device code is good for. */
  deviceCodeLifetime = 900;

  /** Keeps a value under a new opaque secret that looks like Entra's. */
  keep<Value>(map: Map<string, Value>, value: Value, shape: { prefix: string; bytes: number }): string {
    const secret = `${shape.prefix}${randomBytes(shape.bytes).toString('base64url')}`;
    map.set(secret, value);
    return secret;
  }

  /** Forgets everything. */
  clear(): void {
    this.codes.clear();
    this.refreshTokens.clear();
    this.deviceCodes.clear();
    this.flows.clear();
    this.browserSessions.clear();
    this.consents.length = 0;
    this.deviceCodeLifetime = 900;
  }
}

/** A GUID that is always the same for the same words: Entra's pairwise and per-tenant identifiers. */
export function stableGuid(...words: readonly string[]): string {
  const digits = createHash('sha256').update(words.join('\n')).digest('hex');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
