import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  type Configuration,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
  PublicClientApplication,
} from '@azure/msal-node';
import type { Log } from '../tokens/ports.ts';
import { type EntraAuthority, tenantUrl } from './clouds.ts';
import { EntraRefusal, entraFailure } from './entraFailure.ts';
import { msalLogging } from './msalLog.ts';
import type { EntraAnswer, EntraNetwork, EntraRequest } from './network.ts';
import { homeTenantOf, isTime, type TokenAnswer, unusableAnswer } from './tokenAnswer.ts';
import { type TokenCall, throttleKey } from './tokenEndpoint.ts';

export interface MsalClientDeps {
  readonly authority: EntraAuthority;
  readonly clientId: string;
  /** Makes it a confidential client. */
  readonly clientSecret?: string;
  readonly network: EntraNetwork;
  readonly log: Log;
}

interface CodeCall extends TokenCall {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly nonce: string;
}

interface AuthorizationCall extends TokenCall {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeChallenge: string;
  readonly loginHint?: string;
}

/**
 * MSAL, hidden. Every call gets an MSAL application of its own that lives as long as the call: MSAL's token cache would
 * serve a token of the wrong tenant, merge accounts that another window signed out and write them back; here each call
 * gives back what came of it, and the vault alone remembers.
 *
 * @throws EntraRefusal when Entra answers with an error, and what {@link EntraNetwork.send} throws.
 */
export interface MsalClient {
  /** Address of the sign-in page: authorization code flow with PKCE (S256), the answer in the query. */
  authorizationUrl(call: AuthorizationCall): Promise<string>;
  redeemCode(call: CodeCall): Promise<TokenAnswer>;
  clientCredentials(call: TokenCall): Promise<TokenAnswer>;
}

export function createMsalClient(deps: MsalClientDeps): MsalClient {
  return {
    authorizationUrl: (call) => authorizationUrl(deps, call),
    redeemCode: (call) => redeemCode(deps, call),
    clientCredentials: (call) => clientCredentials(deps, call),
  };
}

async function authorizationUrl(deps: MsalClientDeps, call: AuthorizationCall): Promise<string> {
  const { application } = createApplication(deps, call, false);
  return application.getAuthCodeUrl({
    ...commonRequest(deps, call),
    redirectUri: call.redirectUri,
    responseMode: 'query',
    state: call.state,
    nonce: call.nonce,
    codeChallenge: call.codeChallenge,
    codeChallengeMethod: 'S256',
    // Entra refuses `login_hint` together with the account picker.
    ...(call.loginHint === undefined ? { prompt: 'select_account' } : { loginHint: call.loginHint }),
  });
}

async function redeemCode(deps: MsalClientDeps, call: CodeCall): Promise<TokenAnswer> {
  const { application, exchange } = createApplication(deps, call, false);
  const { code, codeVerifier, redirectUri, nonce } = call;
  const request = { ...commonRequest(deps, call), code, codeVerifier, redirectUri, nonce };
  return exchange.answer(application.acquireTokenByCode(request), storedRefreshToken(application));
}

async function clientCredentials(deps: MsalClientDeps, call: TokenCall): Promise<TokenAnswer> {
  const { application, exchange } = createApplication(deps, call, true);
  if (!(application instanceof ConfidentialClientApplication)) {
    throw unusableAnswer('no client secret');
  }
  return exchange.answer(application.acquireTokenByClientCredential(commonRequest(deps, call)), () => undefined);
}

type Application = PublicClientApplication | ConfidentialClientApplication;

function createApplication(deps: MsalClientDeps, call: TokenCall, repeatable: boolean) {
  const exchange = new Exchange(deps, call, repeatable);
  const { authority, clientId, clientSecret } = deps;
  const auth = {
    clientId,
    authority: tenantUrl(authority, call.tenantId),
    knownAuthorities: [authority.host],
    authorityMetadata: authority.metadata,
    clientCapabilities: ['CP1'],
  };
  const system = { networkClient: exchange, loggerOptions: msalLogging(deps.log) };
  const application: Application =
    clientSecret === undefined
      ? new PublicClientApplication({ auth, system } satisfies Configuration)
      : new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system } satisfies Configuration);
  return { application, exchange };
}

function commonRequest({ authority }: MsalClientDeps, { tenantId, scopes, claims }: TokenCall) {
  return {
    authority: tenantUrl(authority, tenantId),
    scopes: [...scopes],
    correlationId: crypto.randomUUID(),
    ...(claims !== undefined && { claims }),
  };
}

/** MSAL's results leave the refresh token out; it is only in its cache. */
function storedRefreshToken(application: Application): () => string | undefined {
  return () => {
    const cache = JSON.parse(application.getTokenCache().serialize()) as {
      readonly RefreshToken?: Readonly<Record<string, { readonly secret?: string }>>;
    };
    return Object.values(cache.RefreshToken ?? {})[0]?.secret;
  };
}

/**
 * MSAL's network module for one call. It keeps what MSAL loses of a failure: the cause of a failed connection, and the
 * error, claims and trace of an answer.
 */
class Exchange implements INetworkModule {
  readonly #deps: MsalClientDeps;
  readonly #call: TokenCall;
  readonly #repeatable: boolean;
  #failure: unknown;

  constructor(deps: MsalClientDeps, call: TokenCall, repeatable: boolean) {
    this.#deps = deps;
    this.#call = call;
    this.#repeatable = repeatable;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>({ ...pick(options), url, method: 'GET', repeatable: true });
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    const { authority, clientId } = this.#deps;
    return this.#send<T>({
      ...pick(options),
      url,
      method: 'POST',
      repeatable: this.#repeatable,
      ...(this.#repeatable && { throttleKey: throttleKey(authority, clientId) }),
    });
  }

  /** Waits for MSAL, and throws the failure as it was before MSAL took it. */
  async answer(
    pending: Promise<AuthenticationResult | null>,
    refreshToken: () => string | undefined,
  ): Promise<TokenAnswer> {
    let result: AuthenticationResult | null;
    try {
      result = await pending;
    } catch (error) {
      throw this.#failure ?? error;
    }
    if (typeof result?.accessToken !== 'string' || result.accessToken === '') {
      throw unusableAnswer('no access token');
    }
    return toTokenAnswer(result, refreshToken());
  }

  async #send<T>(request: EntraRequest): Promise<NetworkResponse<T>> {
    // A refresh token may go to the authority that issued it and nowhere else.
    if (new URL(request.url).host !== this.#deps.authority.host) {
      throw unusableAnswer('another host was named');
    }
    let answer: EntraAnswer;
    try {
      answer = await this.#deps.network.send({ ...request, ...(this.#call.signal && { signal: this.#call.signal }) });
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    const failure = entraFailure(answer.body);
    if (failure) {
      this.#failure = new EntraRefusal(failure);
      // That is all anyone wants to know of a refusal.
      throw this.#failure;
    }
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: answer.body as T };
  }
}

function pick(options: NetworkRequestOptions | undefined): Pick<EntraRequest, 'headers' | 'body'> {
  return {
    ...(options?.headers && { headers: options.headers }),
    ...(options?.body !== undefined && { body: options.body }),
  };
}

/** MSAL passes on what Entra wrote, whatever its type. */
function toTokenAnswer(result: AuthenticationResult, refreshToken: string | undefined): TokenAnswer {
  const { account } = result;
  const expiresOnTimestamp = result.expiresOn?.getTime() ?? Number.NaN;
  if (!isTime(expiresOnTimestamp)) {
    throw unusableAnswer('no time at which it ends');
  }
  const refreshOn = result.refreshOn?.getTime() ?? Number.NaN;
  const username = textOf(account?.username);
  return {
    accessToken: result.accessToken,
    expiresOnTimestamp,
    ...(isTime(refreshOn) && { refreshAfterTimestamp: refreshOn }),
    scopes: result.scopes,
    tenantId: textOf(result.tenantId),
    ...(account?.homeAccountId && {
      account: {
        id: account.homeAccountId,
        username,
        name: textOf(account.name) || username,
        tenantId: homeTenantOf(account.homeAccountId),
        kind: 'user' as const,
      },
    }),
    ...(refreshToken !== undefined && { refreshToken }),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
