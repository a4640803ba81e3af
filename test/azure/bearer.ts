import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cloud } from './data.ts';
import { signInHosts } from './entra/clouds.ts';
import { json, send } from './messages.ts';
import type { AzureState } from './state.ts';
import { TokenRejected, type VerifiedClaims } from './verifyToken.ts';

/** A resource that takes bearer tokens. */
export interface Guard {
  readonly cloud: Cloud;
  readonly audience: readonly string[];
  /** Code of the error body when the token is not accepted. */
  readonly errorCode: string;
}

/**
 * Checks the bearer token of a request; answers 401 with a challenge when it is not accepted.
 *
 * @returns the claims, or `undefined` when the request has been answered.
 */
export async function requireBearer(
  state: AzureState,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  guard: Guard,
): Promise<VerifiedClaims | undefined> {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ', 2);
  try {
    if (scheme.toLowerCase() !== 'bearer' || !token) {
      throw new TokenRejected('malformed', "Authentication failed. The 'Authorization' header is missing.");
    }
    return await state.verifyToken(token, { audience: guard.audience });
  } catch (error) {
    if (!(error instanceof TokenRejected)) {
      throw error;
    }
    const description = error.message.replaceAll('"', "'");
    const authority = `https://${signInHosts[guard.cloud][0]}/common/oauth2/authorize`;
    const challenge = `Bearer authorization_uri="${authority}", error="invalid_token", error_description="${description}"`;
    const code = error.reason === 'expired' ? 'ExpiredAuthenticationToken' : guard.errorCode;
    send(response, json(401, { error: { code, message: error.message } }, { 'www-authenticate': challenge }));
    return undefined;
  }
}
