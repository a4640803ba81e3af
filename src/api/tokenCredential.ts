import type * as api from './azureCredentials.d.ts';

/** Gets a token as {@link api.AzureCredentialsApi.getToken} does. */
export type GetToken = (request: api.ScopesTokenRequest) => Promise<api.AccessToken>;

/**
 * Makes a credential for the Azure SDKs. They call it before every request they send, and again with `claims` after a
 * 401 that asks for more (`bearerTokenAuthenticationPolicy` of `@azure/core-rest-pipeline`).
 */
export function createTokenCredential(getToken: GetToken, defaults: api.CredentialOptions = {}): api.TokenCredential {
  const { account, tenantId, interactive } = defaults;
  return Object.freeze({
    getToken: async (scopes: string | string[], options: api.GetTokenOptions = {}) => {
      const abort = linkAbortSignal(options.abortSignal);
      try {
        return await getToken({
          scopes: typeof scopes === 'string' ? [scopes] : scopes,
          account,
          interactive,
          tenantId: options.tenantId ?? tenantId,
          claims: options.claims,
          signal: abort.signal,
        });
      } finally {
        abort.unlink();
      }
    },
  });
}

/** Older Azure SDKs pass a look-alike of `AbortSignal` that the platform would refuse. */
function linkAbortSignal(source: api.AbortSignalLike | undefined) {
  if (source === undefined || source instanceof AbortSignal) {
    return { signal: source, unlink: () => undefined };
  }
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (source.aborted) {
    abort();
  } else {
    source.addEventListener('abort', abort);
  }
  return { signal: controller.signal, unlink: () => source.removeEventListener('abort', abort) };
}
