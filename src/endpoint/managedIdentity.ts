import type { AccessToken } from '../tokens/accessToken.ts';
import { AzureCredentialsError, type ErrorCode } from '../tokens/errors.ts';
import { asciiJson } from './asciiJson.ts';
import type { Dialect, DialectAnswer, ProgramFailure, ProgramRequest } from './dialect.ts';

/** How the path of `MSI_ENDPOINT` ends; before it stands a secret. */
const msiPathEnd = '/oauth2/token';

/** Path for `MSI_ENDPOINT`. */
export function msiPath(secret: string): string {
  return `/${secret}${msiPathEnd}`;
}

/** Has the path the form of `MSI_ENDPOINT`? msrestazure puts a slash after it. */
export function isMsiPath(path: string): boolean {
  return path.startsWith('/') && (path.endsWith(msiPathEnd) || path.endsWith(`${msiPathEnd}/`));
}

/** What stands in the place of the secret, for a path that {@link isMsiPath}. */
export function msiPathSecret(path: string): string {
  return path.slice(1, path.lastIndexOf(msiPathEnd));
}

/** Names under which the managed identity protocols let a caller choose an identity. */
const identityParameters: ReadonlySet<string> = new Set([
  'client_id',
  'clientid',
  'object_id',
  'principal_id',
  'mi_res_id',
  'msi_res_id',
]);

/**
 * Reads the parameters that the managed identity protocols share. Unknown ones are let pass: SDKs add some over time.
 * A program that names an identity (often from `AZURE_CLIENT_ID` of its project) is served as the person all the same.
 *
 * `token_sha256_to_refresh` is how SDKs pass on that a resource refused a token; `claims` is read for those that pass the
 * challenge itself.
 */
export function readIdentityParameters(parameters: URLSearchParams): ProgramRequest {
  const request: { -readonly [key in keyof ProgramRequest]: ProgramRequest[key] } = {};
  for (const [name, value] of parameters) {
    if (value === '') {
      continue;
    }
    if (name === 'resource') {
      request.resource ??= value.trim();
    } else if (identityParameters.has(name)) {
      request.namedIdentity ??= value;
    } else if (name === 'token_sha256_to_refresh') {
      request.refusedTokenSha256 = value.toLowerCase();
    } else if (name === 'claims') {
      request.claims = value;
    }
  }
  if (!request.resource) {
    throw new AzureCredentialsError('resource_invalid', 'The request names no resource.', {
      advice: 'Pass the resource to get a token for, such as https://storage.azure.com.',
    });
  }
  return request;
}

/**
 * Makes the answer that every managed identity client understands. Times are strings of whole seconds: Python parses
 * `expires_on` with `int`, Java wants a string, JavaScript and Go take both; .NET keeps whichever of the two comes last.
 *
 * A token is written as JSON once, since the same one is asked for again and again.
 */
export function identityGrants(): Dialect['grant'] {
  const written = new WeakMap<AccessToken, string>();
  const write = (token: AccessToken): string => {
    const text = asciiJson(token.token);
    written.set(token, text);
    return text;
  };
  return (token, { resource = '', namedIdentity = '' }, now) => {
    const body =
      `{"access_token":${written.get(token) ?? write(token)},"expires_in":"${secondsLeft(token, now)}",` +
      `"expires_on":"${Math.floor(token.expiresOnTimestamp / 1000)}","resource":${asciiJson(resource)},` +
      `"token_type":"Bearer","client_id":${asciiJson(namedIdentity)}}`;
    return { status: 200, body };
  };
}

/** Whole seconds until the token ends, from `now` in milliseconds since the epoch. */
export function secondsLeft(token: AccessToken, now: number): number {
  return Math.max(0, Math.floor((token.expiresOnTimestamp - now) / 1000));
}

/**
 * An error in the form that SDKs print the message of. Never 404, 408, 410 or 5xx: they take those for an endpoint that is
 * still starting and try again for minutes while the person waits.
 */
export function failIdentity(failure: ProgramFailure): DialectAnswer {
  const { code, message, retryAfter } = failure;
  const body = asciiJson({ error: { code, message }, message, statusCode: statusOf(code) });
  return { status: statusOf(code), body, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'access_denied':
    case 'blocked_by_policy':
    case 'consent_required':
      return 403;
    case 'not_signed_in':
    case 'interaction_required':
      return 401;
    case 'throttled':
      return 429;
    default:
      return 400;
  }
}
