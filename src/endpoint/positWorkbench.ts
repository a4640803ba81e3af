import { AzureCredentialsError, type ErrorCode } from '../tokens/errors.ts';
import { asciiJson } from './asciiJson.ts';
import { parseObject } from './azd.ts';
import type { Dialect, ProgramRequest } from './dialect.ts';
import { secondsLeft } from './managedIdentity.ts';
import { isRpcCookie } from './rpcCookie.ts';

/** Path that `RS_SERVER_ADDRESS` ends in; clients add the name of the procedure. */
export const workbenchPath = '/workbench';

/**
 * Delegated Azure tokens of Posit Workbench, as posit-sdk (Python) and rstudioapi (R) ask its session server for them.
 *
 * Python sends GET with a JSON body, R sends POST. A failure has status 200 and an `oauth2_error`: Python looks for that
 * member, R for a `result` that is not true, and neither shows the body of another status.
 *
 * @see https://github.com/posit-dev/posit-sdk-py/blob/main/src/posit/workbench/oauth/oauth.py
 * @param secret what RPC cookies are made with
 * @param now milliseconds since the epoch
 */
export function positWorkbench(secret: string, now: () => number): Dialect {
  return {
    id: 'positWorkbench',
    readsBody: true,
    isAddressed: ({ method, path }) =>
      (method === 'GET' || method === 'POST') && path === `${workbenchPath}/delegated_azure_token`,
    isCaller: (call) => isRpcCookie(secret, call.header('x-rs-session-server-rpc-cookie'), now()),
    read: (_call, body) => readWorkbenchRequest(body),
    grant: (token, _request, time) => {
      const grant = {
        access_token: token.token,
        token_type: token.tokenType,
        expires_in: secondsLeft(token, time),
        scope: token.scopes.join(' '),
      };
      return { status: 200, body: asciiJson({ result: true, token: grant }) };
    },
    fail: ({ code, message }) => {
      const error = { error: oauthErrorOf(code), error_description: message };
      return { status: 200, body: asciiJson({ result: false, oauth2_error: error }) };
    },
  };
}

/** The resource is the only parameter. R without `unbox` sends it as an array in the array. */
function readWorkbenchRequest(body: string): ProgramRequest {
  const { params } = parseObject(body);
  const resource: unknown = Array.isArray(params) ? params.flat()[0] : undefined;
  if (typeof resource !== 'string' || !resource.trim()) {
    throw new AzureCredentialsError('resource_invalid', 'The request names no resource.', {
      advice: 'Pass the resource to get a token for, such as https://storage.azure.com/.',
    });
  }
  return { resource: resource.trim() };
}

/** The error code of OAuth (RFC 6749, OpenID Connect) that says it best. */
function oauthErrorOf(code: ErrorCode): string {
  switch (code) {
    case 'not_signed_in':
      return 'login_required';
    case 'interaction_required':
    case 'consent_required':
      return code;
    case 'access_denied':
    case 'blocked_by_policy':
      return 'access_denied';
    case 'resource_invalid':
      return 'invalid_target';
    case 'throttled':
    case 'network':
    case 'timed_out':
      return 'temporarily_unavailable';
    default:
      return 'server_error';
  }
}
