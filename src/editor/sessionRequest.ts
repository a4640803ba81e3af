import type * as vscode from 'vscode';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import type { TokenRequest } from '../tokens/tokenRequest.ts';
import {
  type Challenge,
  claimsOfChallenges,
  parseWwwAuthenticate,
  tenantOfChallenges,
} from '../tokens/wwwAuthenticate.ts';

/** What an extension asked `vscode.authentication` for. */
export interface SessionRequest {
  /** The scopes as they were asked for: the editor finds a session again by exactly these. */
  readonly scopes: readonly string[];
  /** The same for the token service. */
  readonly request: Pick<TokenRequest, 'resource' | 'scopes' | 'tenantId' | 'claims'>;
}

/**
 * The challenges of a `WWW-Authenticate` header as VS Code hands them to a provider. Not in the stable `vscode.d.ts`;
 * source: `vscode.proposed.authenticationChallenges.d.ts` of microsoft/vscode.
 */
export interface AuthenticationConstraint {
  readonly challenges: readonly { readonly scheme: string; readonly params: Readonly<Record<string, string>> }[];
  readonly fallbackScopes?: vscode.AuthenticationWwwAuthenticateRequest['fallbackScopes'];
}

/** VS Code's own Microsoft provider takes a tenant this way, so extensions written for it do here too. */
const tenantPrefix = 'VSCODE_TENANT:';
const clientPrefix = 'VSCODE_CLIENT_ID:';

/**
 * Reads the scopes of `getSession`. A resource alone (`https://storage.azure.com`, an application id) is as good as
 * its `.default` scope, and `VSCODE_TENANT:<tenant>` chooses the tenant.
 *
 * @throws AzureCredentialsError `resource_invalid`
 */
export function requestOfScopes(scopes: readonly string[]): SessionRequest {
  if (scopes.some((scope) => scope.startsWith(clientPrefix))) {
    throw new AzureCredentialsError('resource_invalid', phrase`A scope ${clientPrefix}… cannot be honored.`, {
      advice: phrase`Azure (delegated) always signs in with the application that is configured for it. Leave that scope out.`,
    });
  }
  const tenantId = scopes.findLast((scope) => scope.startsWith(tenantPrefix))?.slice(tenantPrefix.length);
  const wanted = scopes.filter((scope) => !scope.startsWith(tenantPrefix));
  if (wanted.length === 0) {
    throw new AzureCredentialsError('resource_invalid', phrase`The scopes of the session name no resource.`, {
      advice: phrase`Ask for a scope of one resource, such as https://storage.azure.com/.default.`,
    });
  }
  return { scopes, request: { ...target(wanted), ...(tenantId ? { tenantId } : {}) } };
}

/**
 * Reads a `WWW-Authenticate` request: claims, tenant (`authorization_uri`) and, where no scope is given, the resource
 * (`resource_id`, as Azure Storage and Key Vault name it).
 *
 * @throws AzureCredentialsError `resource_invalid`
 */
export function requestOfChallenges({ challenges, fallbackScopes = [] }: AuthenticationConstraint): SessionRequest {
  const parsed = parseWwwAuthenticate(challenges.map(toHeader).join(', '));
  const resource = bearerParameter(parsed, 'resource_id') ?? bearerParameter(parsed, 'resource');
  const named = bearerParameter(parsed, 'scope')?.split(/\s+/) ?? fallbackScopes;
  const scopes = named.length === 0 && resource !== undefined ? [resource] : named;
  const { request } = requestOfScopes(scopes);
  const tenantId = request.tenantId ?? tenantOfChallenges(parsed);
  const claims = claimsOfChallenges(parsed);
  return {
    scopes: fallbackScopes.length === 0 ? scopes : fallbackScopes,
    request: { ...request, ...(tenantId ? { tenantId } : {}), ...(claims ? { claims } : {}) },
  };
}

function target(scopes: readonly string[]): Pick<TokenRequest, 'resource' | 'scopes'> {
  const [only = ''] = scopes;
  const isResource =
    scopes.length === 1 &&
    /^(?:https?:\/\/[^/]+\/?|api:\/\/[^/]+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i.test(only);
  return isResource ? { resource: only } : { scopes };
}

/**
 * The header again. VS Code splits a challenge at commas only, while Azure Storage separates with spaces: what follows
 * then hangs on to the value before it, and is told apart once more here.
 */
function toHeader({ scheme, params }: AuthenticationConstraint['challenges'][number]): string {
  const parameters = Object.entries(params).map(([name, value]) =>
    /\s[\w-]+=/.test(value) ? `${name}=${value}` : `${name}="${value.replace(/[\\"]/g, '\\$&')}"`,
  );
  return `${scheme} ${parameters.join(', ')}`;
}

function bearerParameter(challenges: readonly Challenge[], name: string): string | undefined {
  return challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.get(name))?.parameters.get(name);
}
