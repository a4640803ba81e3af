import type { Account } from '../tokens/account.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import { isGuid } from './entraSettings.ts';

/** What came back from the token endpoint, whichever way it was asked. Lives in memory only. */
export interface TokenAnswer {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresOnTimestamp: number;
  /** Milliseconds since the epoch; absent when Entra gave no `refresh_in`. */
  readonly refreshAfterTimestamp?: number;
  /** Scopes granted. */
  readonly scopes: readonly string[];
  /** Tenant that issued it; empty when the answer does not tell (client credentials). */
  readonly tenantId: string;
  /** Whose it is; absent when the answer holds no person. */
  readonly account?: Account;
  readonly refreshToken?: string;
}

/**
 * Reads a token answer without MSAL: of a refresh token, and of the device code flow.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 ; `client_info` is Entra's own: base64url JSON of `uid` and `utid`
 * @param now milliseconds since the epoch when the request was sent
 * @throws AzureCredentialsError `identity_provider` when the answer lacks what is needed
 */
export function readTokenAnswer(body: Readonly<Record<string, unknown>>, now: number): TokenAnswer {
  const { access_token: accessToken, refresh_token: refreshToken, scope } = body;
  const seconds = numberOf(body['expires_in']);
  if (typeof accessToken !== 'string' || accessToken === '' || !(seconds > 0) || !isTime(now + seconds * 1000)) {
    throw unusableAnswer('no access token');
  }
  const claims = jsonPart(text(body['id_token']).split('.')[1]);
  const refreshIn = numberOf(body['refresh_in']);
  const account = readAccount(claims, jsonPart(body['client_info']));
  return {
    accessToken,
    expiresOnTimestamp: now + seconds * 1000,
    ...(refreshIn > 0 && isTime(now + refreshIn * 1000) && { refreshAfterTimestamp: now + refreshIn * 1000 }),
    scopes: typeof scope === 'string' ? scope.split(' ').filter((part) => part !== '') : [],
    tenantId: text(claims['tid']),
    ...(account && { account }),
    ...(typeof refreshToken === 'string' && refreshToken !== '' && { refreshToken }),
  };
}

/** Home tenant of an account: the second half of `homeAccountId`. */
export function homeTenantOf(homeAccountId: string): string {
  return homeAccountId.slice(homeAccountId.lastIndexOf('.') + 1);
}

/** True for a time that a date can have: what comes from a server may be any number. @param timestamp milliseconds since the epoch */
export function isTime(timestamp: number): boolean {
  return Math.abs(timestamp) <= 8.64e15;
}

/** A number, or its digits, as servers write either. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

/** The error for an answer that Entra would not give. @param what what was missing: never a value of the answer */
export function unusableAnswer(what: string): AzureCredentialsError {
  return new AzureCredentialsError(
    'identity_provider',
    phrase`The answer of Microsoft Entra ID could not be used (${what}).`,
    {
      advice: phrase`Try again; if it goes on, report it with the log of the extension.`,
    },
  );
}

function readAccount(claims: Record<string, unknown>, clientInfo: Record<string, unknown>): Account | undefined {
  const uid = text(clientInfo['uid']);
  const utid = text(clientInfo['utid']);
  if (uid === '' || !isGuid(utid)) {
    return undefined;
  }
  const username = text(claims['preferred_username']) || text(claims['upn']) || text(claims['email']);
  return { id: `${uid}.${utid}`, username, name: text(claims['name']) || username, tenantId: utid, kind: 'user' };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function jsonPart(value: unknown): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text(value), 'base64url').toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
