import { type EntraAuthority, type EntraEndpoint, endpointUrl } from './clouds.ts';
import { EntraRefusal, entraFailure } from './entraFailure.ts';
import type { EntraAnswer, EntraNetwork } from './network.ts';

/** Without these Entra gives neither an ID token nor a refresh token. */
export const openIdScopes: readonly string[] = ['openid', 'profile', 'offline_access'];

/** Who asks, and where. */
export interface TokenEndpointDeps {
  readonly authority: EntraAuthority;
  readonly clientId: string;
  /** Makes it a confidential client. */
  readonly clientSecret?: string;
  readonly network: EntraNetwork;
}

/** What every call to the token endpoint has. */
export interface TokenCall {
  readonly tenantId: string;
  readonly scopes: readonly string[];
  /** Claims (JSON object). */
  readonly claims?: string;
  readonly signal?: AbortSignal;
}

/** One request to an endpoint of a tenant. */
export interface FormRequest {
  readonly tenantId: string;
  readonly endpoint: EntraEndpoint;
  /** Parameters, but for the client's own. */
  readonly form: Readonly<Record<string, string>>;
  /** Whether Entra may be sent the same request twice; then it also waits when Entra told others to. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Sends a form to Entra as this client.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.2
 * @throws EntraRefusal, and what {@link EntraNetwork.send} throws
 */
export async function postForm(
  { authority, clientId, clientSecret, network }: TokenEndpointDeps,
  { tenantId, endpoint, form, repeatable, signal }: FormRequest,
): Promise<EntraAnswer['body']> {
  const { body } = await network.send({
    url: endpointUrl(authority, tenantId, endpoint),
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
    body: new URLSearchParams({
      ...form,
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    }).toString(),
    repeatable,
    ...(repeatable && { throttleKey: throttleKey(authority, clientId) }),
    ...(signal && { signal }),
  });
  const failure = entraFailure(body);
  if (failure) {
    throw new EntraRefusal(failure);
  }
  return body;
}

/** Who must wait together when Entra says so. */
export function throttleKey({ host }: EntraAuthority, clientId: string): string {
  return `${host} ${clientId}`;
}
