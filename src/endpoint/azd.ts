import { AzureCredentialsError } from '../tokens/errors.ts';
import { asciiJson } from './asciiJson.ts';
import { secretMatcher } from './callerSecret.ts';
import type { Dialect, ProgramRequest } from './dialect.ts';

/** Path that `AZD_AUTH_ENDPOINT` ends in; azd adds `/token`. */
export const azdPath = '/azd';

/**
 * External authentication of the Azure Developer CLI.
 *
 * Every answer to a known caller has status 200: azd shows the message of an error only then.
 *
 * @see https://github.com/Azure/azure-dev/blob/main/cli/azd/docs/external-authentication.md
 * @param secret what `AZD_AUTH_KEY` gives out
 */
export function azd(secret: string): Dialect {
  const matches = secretMatcher(`Bearer ${secret}`);
  return {
    id: 'azd',
    readsBody: true,
    isAddressed: (call) => call.method === 'POST' && call.path === `${azdPath}/token`,
    isCaller: (call) => matches(call.header('authorization')),
    read: (_call, body) => readAzdRequest(body),
    grant: (token) => {
      const expiresOn = new Date(token.expiresOnTimestamp).toISOString();
      return { status: 200, body: asciiJson({ status: 'success', token: token.token, expiresOn }) };
    },
    fail: ({ code, message }) => {
      const azdCode = code === 'not_signed_in' ? 'NotSignedInError' : 'GetTokenError';
      return { status: 200, body: asciiJson({ status: 'error', code: azdCode, message }) };
    },
  };
}

/** `claims` is not part of the protocol yet; azd's document names it as the next thing to add. */
function readAzdRequest(body: string): ProgramRequest {
  const { scopes, tenantId, claims } = parseObject(body);
  if (!Array.isArray(scopes) || scopes.length === 0 || scopes.some((scope) => typeof scope !== 'string')) {
    throw new AzureCredentialsError('resource_invalid', 'The request names no scopes.', {
      advice: 'Send JSON of the form {"scopes": ["https://management.azure.com/.default"]}.',
    });
  }
  return {
    scopes,
    ...(typeof tenantId === 'string' && tenantId ? { tenantId } : {}),
    ...(typeof claims === 'string' && claims ? { claims } : {}),
  };
}

/** A JSON object, or an empty one for anything else. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
