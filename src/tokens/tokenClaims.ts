/** What an access token says about itself. For people to read only: nothing is decided on it, as it is not verified. */
export interface TokenClaims {
  readonly [name: string]: unknown;
}

/** Real access tokens stay under 10 KB. */
const maximumToken = 65_536;

/**
 * Decodes the payload of a JWT (RFC 7519) without verifying it.
 * @returns undefined for a token that is opaque, encrypted, too long or malformed
 */
export function tokenClaims(token: string): TokenClaims | undefined {
  const parts = token.length > maximumToken ? [] : token.split('.');
  const payload = parts[1];
  if (parts.length !== 3 || payload === undefined || !/^[\w-]+=*$/.test(payload)) {
    return undefined;
  }
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const isObject = typeof claims === 'object' && claims !== null && !Array.isArray(claims);
    return isObject ? (claims as TokenClaims) : undefined;
  } catch {
    return undefined;
  }
}
