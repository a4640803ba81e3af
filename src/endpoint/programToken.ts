import { createHash } from 'node:crypto';
import type { AccessToken } from '../tokens/accessToken.ts';
import { isAzureCredentialsError } from '../tokens/errors.ts';
import type { Clock } from '../tokens/ports.ts';
import type { Requester } from '../tokens/requester.ts';
import type { TokenRequest } from '../tokens/tokenRequest.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import type { DialectId, ProgramRequest } from './dialect.ts';

/** A token with less than this left is renewed first, in milliseconds: SDKs take nothing shorter. */
const leastTimeLeft = 5 * 60 * 1000;

/** Longest name of a program that is kept. */
const labelLength = 60;

export interface ProgramTokenDeps {
  readonly tokens: Pick<TokenService, 'getToken'>;
  readonly clock: Clock;
}

/**
 * Gets the token that a program asked for. Never opens a browser.
 *
 * A token that the resource has refused, or one that is about to end, is replaced by a new one.
 *
 * @throws AzureCredentialsError every code that a token request has
 */
export async function getProgramToken(
  deps: ProgramTokenDeps,
  wanted: ProgramRequest,
  options: { readonly requester: Requester; readonly signal: AbortSignal },
): Promise<AccessToken> {
  const { requester, signal } = options;
  const request = tokenRequest(wanted, signal);
  const token = await deps.tokens.getToken(request, requester);
  const isShort = token.expiresOnTimestamp - deps.clock.now() < leastTimeLeft;
  const isRefused = wanted.refusedTokenSha256 !== undefined && wanted.refusedTokenSha256 === sha256(token.token);
  if (!isShort && !isRefused) {
    return token;
  }
  try {
    return await deps.tokens.getToken({ ...request, forceRefresh: true }, requester);
  } catch (error) {
    if (isRefused || !isAzureCredentialsError(error) || token.expiresOnTimestamp <= deps.clock.now()) {
      throw error;
    }
    return token;
  }
}

function tokenRequest(wanted: ProgramRequest, signal: AbortSignal): TokenRequest {
  const { resource, scopes, tenantId, claims } = wanted;
  return {
    ...(resource === undefined ? {} : { resource }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(claims === undefined ? {} : { claims }),
    signal,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Names a program for the activity record and the approval question: its `User-Agent`, cut short, and the identity it
 * named, if any. Both come from the program, so only plain characters are kept, and no brackets, which the editor's
 * notifications would take for links.
 */
export function programRequester(
  dialect: DialectId,
  userAgent: string | undefined,
  namedIdentity: string | undefined,
): Requester {
  const name = plain(userAgent ?? '') || 'unnamed program';
  const label = namedIdentity === undefined ? name : `${name}, asked as ${plain(namedIdentity)}`;
  return { kind: 'program', id: dialect, label };
}

function plain(text: string): string {
  const kept = text
    .slice(0, 4 * labelLength)
    .replace(/[^\w .,;:/+()@-]+/g, ' ')
    .trim();
  return kept.length > labelLength ? `${kept.slice(0, labelLength - 1)}…` : kept;
}
