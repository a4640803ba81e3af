import type { Clock } from '../tokens/ports.ts';
import { readTokenAnswer, type TokenAnswer } from './tokenAnswer.ts';
import { openIdScopes, postForm, type TokenCall, type TokenEndpointDeps } from './tokenEndpoint.ts';

export interface RefreshGrantDeps extends TokenEndpointDeps {
  readonly clock: Clock;
}

/**
 * Gets a token with a refresh token.
 *
 * Not through MSAL: it would be loaded for this one form, and fill a cache that nobody reads, which added a fifth to the time of
 * the request itself to a server nearby.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-6
 * @throws EntraRefusal, AzureCredentialsError as the network does
 */
export async function redeemRefreshToken(
  deps: RefreshGrantDeps,
  { tenantId, scopes, claims, signal, refreshToken }: TokenCall & { readonly refreshToken: string },
): Promise<TokenAnswer> {
  const sentAt = deps.clock.now();
  const form = {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    scope: [...scopes, ...openIdScopes].join(' '),
    claims: withCapability(claims),
    client_info: '1',
    'client-request-id': crypto.randomUUID(),
  };
  const request = { tenantId, endpoint: 'token', form, repeatable: true, ...(signal && { signal }) } as const;
  return readTokenAnswer(await postForm(deps, request), sentAt);
}

/**
 * The client understands claims challenges (CP1); Entra then gives tokens that live long, and resources can end them early.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge#how-to-communicate-client-capabilities-to-microsoft-entra-id
 */
const capability = { xms_cc: { values: ['CP1'] } };
const capabilityAlone = JSON.stringify({ access_token: capability });

function withCapability(claims: string | undefined): string {
  if (claims === undefined) {
    return capabilityAlone;
  }
  const asked = JSON.parse(claims) as { readonly access_token?: Readonly<Record<string, unknown>> | null };
  return JSON.stringify({ ...asked, access_token: { ...asked.access_token, ...capability } });
}
