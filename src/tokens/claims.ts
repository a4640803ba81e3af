import { claimsOfChallenges, parseWwwAuthenticate } from './wwwAuthenticate.ts';

/** Entra's own challenges have a few hundred characters. */
const maximumClaims = 16_384;

/**
 * Brings a claims challenge, as a consumer has it, into the JSON text that Entra wants (OpenID Connect Core, section 5.5).
 *
 * Takes raw JSON, its base64 or base64url form, or a whole `WWW-Authenticate` header. Equal challenges give equal text.
 *
 * @returns undefined for an empty text and for a header that asks for no claims that can be read: such a header comes from a
 * server, and is no fault of the one who passes it on
 * @throws TypeError when it is none of these
 */
export function normaliseClaims(text: string): string | undefined {
  if (typeof text !== 'string') {
    throw new TypeError('"claims" is a string.');
  }
  const given = text.trim();
  if (given === '') {
    return undefined;
  }
  const isHeader = /^[A-Za-z][\w-]*(?:\s|,|$)/.test(given) && !isEncodedObject(given);
  if (isHeader) {
    const claims = claimsOfChallenges(parseWwwAuthenticate(given));
    return claims === undefined ? undefined : readClaims(claims.trim());
  }
  const claims = readClaims(given);
  if (claims === undefined) {
    throw new TypeError(
      `"claims" is a JSON object, its base64 form, or a whole WWW-Authenticate header, of at most ${maximumClaims} characters.`,
    );
  }
  return claims;
}

function isEncodedObject(text: string): boolean {
  return readClaims(text) !== undefined;
}

/** JSON text of an object, from JSON or base64; undefined when it is neither. */
function readClaims(text: string): string | undefined {
  if (text.length > maximumClaims) {
    return undefined;
  }
  if (text.startsWith('{')) {
    return objectText(text);
  }
  return /^[\w+/-]+={0,2}$/.test(text) ? objectText(Buffer.from(text, 'base64').toString('utf8')) : undefined;
}

function objectText(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : undefined;
  } catch {
    return undefined;
  }
}
