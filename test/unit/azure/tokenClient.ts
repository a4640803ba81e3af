import type { LocalAzure } from '../../azure/localAzure.ts';
import {
  ada,
  applications,
  authority,
  authorizeUrl,
  createPkce,
  openid,
  redirectUri,
  storageScope,
} from './samples.ts';

/** A token endpoint's answer. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, string>> & {
    readonly expires_in?: number;
    readonly refresh_in?: number;
    readonly error_codes?: readonly number[];
  };
}

/** Posts a form to a token endpoint. */
export async function postToken(
  azure: LocalAzure,
  form: Readonly<Record<string, string>>,
  options: { readonly authority?: string; readonly headers?: Record<string, string> } = {},
): Promise<TokenAnswer> {
  const response = await azure.fetch(`${options.authority ?? authority}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: options.headers ?? {},
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as TokenAnswer['body'] };
}

/** Who signs in, where, for what. */
export interface SignInOptions {
  readonly username?: string;
  readonly client?: string;
  readonly scope?: string;
  readonly authority?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Signs in through the pages and redeems the code. */
export async function signIn(azure: LocalAzure, options: SignInOptions = {}): Promise<TokenAnswer> {
  const { verifier, challenge } = createPkce();
  const client = options.client ?? applications.sample;
  const base = options.authority ?? authority;
  const url = authorizeUrl(
    {
      client_id: client,
      scope: options.scope ?? `${openid} ${storageScope}`,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...options.parameters,
    },
    base,
  );
  const end = new URL(await azure.control.authorize(url, { username: options.username ?? ada }));
  return postToken(
    azure,
    {
      grant_type: 'authorization_code',
      client_id: client,
      code: end.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      client_info: '1',
    },
    { authority: base },
  );
}

/** Redeems a refresh token of the sample application. */
export function refresh(
  azure: LocalAzure,
  refreshToken: string | undefined,
  changes: Readonly<Record<string, string>> = {},
  base: string = authority,
): Promise<TokenAnswer> {
  const form = {
    grant_type: 'refresh_token',
    client_id: applications.sample,
    refresh_token: refreshToken ?? '',
    scope: `${openid} ${storageScope}`,
    ...changes,
  };
  return postToken(azure, form, { authority: base });
}
