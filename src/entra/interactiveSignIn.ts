import type { Account } from '../tokens/account.ts';
import type { Locale } from '../tokens/phrase.ts';
import type { Clock, Log, SignInOptions, SignInPrompt } from '../tokens/ports.ts';
import { type InteractiveRequest, signInWithBrowser } from './browserSignIn.ts';
import type { EntraAuthority } from './clouds.ts';
import { signInWithDeviceCode } from './deviceCodeSignIn.ts';
import type { EntraSettings } from './entraSettings.ts';
import type { MsalClient } from './msalClient.ts';
import type { EntraNetwork } from './network.ts';
import { createSignInSignal, type SignInSignal } from './signInSignal.ts';
import type { TenantCheck } from './tenantCheck.ts';
import { type TokenAnswer, unusableAnswer } from './tokenAnswer.ts';
import { translateError } from './translateError.ts';

export interface InteractiveSignInDeps {
  readonly settings: EntraSettings;
  readonly authority: EntraAuthority;
  readonly client: MsalClient;
  readonly clientSecret?: string;
  readonly network: EntraNetwork;
  readonly tenants: TenantCheck;
  readonly prompt: SignInPrompt;
  /** Language of the page that the browser is shown at the end; English when absent. */
  readonly locale?: Locale;
  readonly clock: Clock;
  readonly log: Log;
}

export interface InteractiveSignInRequest extends Omit<SignInOptions, 'signal'> {
  readonly tenantId: string;
  /** Each of them cancels. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** What a sign-in gives: whose it is, what to keep, and the first access token. */
export interface SignedIn {
  readonly account: Account;
  readonly refreshToken: string;
  readonly answer: TokenAnswer;
}

/** Signs a person in the way the settings say. Stores nothing. */
export async function interactiveSignIn(
  deps: InteractiveSignInDeps,
  request: InteractiveSignInRequest,
): Promise<SignedIn> {
  const ending = createSignInSignal(request.signals);
  const { tenantId, scopes = [], loginHint, claims } = request;
  const interactive: InteractiveRequest = {
    tenantId,
    scopes,
    signal: ending.signal,
    ...(loginHint !== undefined && { loginHint }),
    ...(claims !== undefined && { claims }),
  };
  try {
    const answer =
      deps.settings.signInMethod === 'deviceCode'
        ? await signInWithDeviceCode({ ...deps, clientId: deps.settings.clientId }, interactive)
        : await throughBrowser(deps, interactive, ending);
    return requireAccount(answer);
  } finally {
    ending.release();
  }
}

/** What would leave the person at an error page of Entra's, and the editor waiting, is found out on the side. */
async function throughBrowser(
  deps: InteractiveSignInDeps,
  request: InteractiveRequest,
  ending: SignInSignal,
): Promise<TokenAnswer> {
  const { tenantId, scopes, signal } = request;
  const translate = (error: unknown) =>
    translateError(error, {
      clientId: deps.settings.clientId,
      tenantId,
      ...(scopes.length > 0 && { resource: scopes.join(' ') }),
    });
  await deps.prompt.showWork('preparing', (cancel) =>
    deps.tenants.resolveTenant(tenantId, AbortSignal.any([signal, cancel])),
  );
  deps.tenants.checkApplication(tenantId, signal).catch((error: unknown) => ending.fail(translate(error)));
  return signInWithBrowser({ ...deps, translate }, request);
}

function requireAccount(answer: TokenAnswer): SignedIn {
  const { account, refreshToken } = answer;
  if (account === undefined || account.id === '') {
    throw unusableAnswer('no account');
  }
  if (refreshToken === undefined) {
    throw unusableAnswer('no refresh token');
  }
  return { account, refreshToken, answer };
}
