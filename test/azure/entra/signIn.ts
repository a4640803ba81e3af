import { randomUUID } from 'node:crypto';
import type { Tenant, User } from '../data.ts';
import { findUser, homeTenant } from '../data.ts';
import { type Answer, html, redirect } from '../messages.ts';
import { readClaims } from './claims.ts';
import { missingConsent, offeredConsent, recordConsent } from './consent.ts';
import { type EntraRequest, namedTenant } from './context.ts';
import { describe, EntraError } from './errors.ts';
import { requireMembership } from './issueTokens.ts';
import {
  accountPage,
  consentPage,
  deviceConfirmPage,
  errorPage,
  type FormTarget,
  formPostPage,
  messagePage,
  multifactorPage,
} from './pages.ts';
import { platformOf } from './redirectUris.ts';
import { firstResource, parseScope } from './scopes.ts';
import type { SignInFlow, SignInSession } from './store.ts';

const codeLifetime = 10 * 60 * 1000;

/** The next page of a sign-in, or its end. Errors become a page or a redirect, as the error demands. */
export function continueSignIn(entra: EntraRequest, flow: SignInFlow): Answer {
  try {
    return nextStep(entra, flow);
  } catch (error) {
    if (error instanceof EntraError) {
      return failSignIn(entra, flow, error);
    }
    throw error;
  }
}

function nextStep(entra: EntraRequest, flow: SignInFlow): Answer {
  const silent = flow.parameters.get('prompt') === 'none';
  if (!flow.user) {
    if (silent) {
      throw new EntraError(50058);
    }
    return html(200, accountPage(formTarget(flow), flow.application.name, accountsFor(entra, flow)));
  }
  const user = flow.user;
  flow.tenant = namedTenant({ ...entra, tenantSegment: flow.tenantSegment }) ?? homeTenant(entra.state.data, user);
  requireMembership(flow.tenant, user, flow.application);
  const needs = whatIsMissing(entra, flow, { user, tenant: flow.tenant });
  if (needs.multifactor) {
    if (silent) {
      throw new EntraError(50076, {}, { error: 'interaction_required' });
    }
    return html(200, multifactorPage(formTarget(flow), user.username));
  }
  if (needs.permissions.length > 0) {
    if (silent) {
      const words = { client: flow.application.clientId, app: flow.application.name };
      throw new EntraError(65001, words, { error: 'consent_required' });
    }
    const details = { application: flow.application.name, username: user.username, permissions: needs.permissions };
    return html(200, consentPage(formTarget(flow), details));
  }
  return finish(entra, flow, { user, tenant: flow.tenant });
}

interface Person {
  readonly user: User;
  readonly tenant: Tenant;
}

function whatIsMissing(
  entra: EntraRequest,
  flow: SignInFlow,
  { user, tenant }: Person,
): { multifactor: boolean; permissions: readonly string[] } {
  const { state } = entra;
  const context = { data: state.data, cloud: flow.cloud };
  const scope = parseScope(context, flow.parameters.get('scope') ?? '');
  const delegation = { application: flow.application, tenant, user };
  const missing = missingConsent(state, delegation, scope);
  const question = {
    user: user.username,
    client: flow.application.clientId,
    resource: firstResource(context, scope).resource?.appId,
  };
  if (state.policies.covers(state.policies.blocked, question)) {
    throw new EntraError(53003);
  }
  const multifactor =
    readClaims(flow.parameters.get('claims')).needsMultifactor ||
    state.policies.covers(state.policies.multifactor, question);
  if (flow.consented) {
    recordConsent(state, delegation, scope);
    return { multifactor: multifactor && !flow.multifactor, permissions: [] };
  }
  const wanted = missing.length > 0 || flow.parameters.get('prompt') === 'consent';
  const offered = wanted ? offeredConsent(state, delegation, scope) : [];
  const permissions = offered.flatMap(({ resource, scopes }) => scopes.map((name) => `${resource.name}: ${name}`));
  const signInOnly = wanted && permissions.length === 0 ? ['Sign you in and read your profile'] : [];
  return { multifactor: multifactor && !flow.multifactor, permissions: [...permissions, ...signInOnly] };
}

function finish(entra: EntraRequest, flow: SignInFlow, { user, tenant }: Person): Answer {
  const { state } = entra;
  if (flow.kind === 'device' && !flow.finished) {
    flow.finished = true;
    return html(200, deviceConfirmPage(formTarget(flow), flow.application.name));
  }
  const session: SignInSession = {
    username: user.username,
    client: flow.application.clientId,
    cloud: flow.cloud,
    multifactor: flow.multifactor,
    authenticatedAt: state.clock.seconds(),
  };
  state.entra.flows.delete(flow.id);
  state.requests.note(entra.request, { user: user.username, client: flow.application.clientId });
  const cookie = rememberInBrowser(entra, session);
  if (flow.kind === 'device') {
    approveDevice(entra, flow, { ...session, tenantId: tenant.id });
    const text = `You have signed in to the ${flow.application.name} application on your device. You may now close this window.`;
    return html(200, messagePage('done', flow.application.name, text), cookie);
  }
  const redirectUri = flow.parameters.get('redirect_uri') ?? '';
  const code = state.entra.keep(
    state.entra.codes,
    {
      ...session,
      tenantId: tenant.id,
      scope: flow.parameters.get('scope') ?? '',
      redirectUri,
      platform: platformOf(flow.application, redirectUri) ?? 'web',
      codeChallenge: flow.parameters.get('code_challenge') ?? undefined,
      codeChallengeMethod: flow.parameters.get('code_challenge_method') ?? 'plain',
      nonce: flow.parameters.get('nonce') ?? undefined,
      claims: flow.parameters.get('claims') ?? undefined,
      expiresAt: state.clock.now() + codeLifetime,
      redeemed: false,
    },
    { prefix: '1.AXo', bytes: 300 },
  );
  state.secrets.add('authorization code', code);
  const info = flow.parameters.get('client_info') === '1' ? [['client_info', clientInfoOf(entra, user)] as const] : [];
  return respond(flow, [['code', code], ...info], cookie);
}

function clientInfoOf(entra: EntraRequest, user: User): string {
  const home = homeTenant(entra.state.data, user);
  return Buffer.from(JSON.stringify({ uid: user.id, utid: home.id })).toString('base64url');
}

function approveDevice(
  entra: EntraRequest,
  flow: SignInFlow,
  session: SignInSession & { readonly tenantId: string },
): void {
  const device = entra.state.entra.deviceCodes.get(flow.deviceCode ?? '');
  if (device) {
    device.session = session;
    device.state = 'approved';
  }
}

/** Ends a sign-in with an error: on a page, or told to the application. */
export function failSignIn(entra: EntraRequest, flow: SignInFlow, error: EntraError): Answer {
  entra.state.entra.flows.delete(flow.id);
  if (flow.kind === 'device') {
    const device = entra.state.entra.deviceCodes.get(flow.deviceCode ?? '');
    if (device && error.aadsts === 65004) {
      device.state = 'declined';
      return html(200, messagePage('declined', 'You have cancelled', 'You can close this window.'));
    }
    return showError(entra, error);
  }
  if (error.onPage) {
    return showError(entra, error);
  }
  entra.state.requests.note(entra.request, { aadsts: error.aadsts });
  return respond(flow, [
    ['error', error.error],
    ...(error.aadsts === 65004 ? [['error_subcode', 'cancel'] as const] : []),
    ['error_description', describe(error, entra.correlation)],
    ['error_uri', `${entra.origin}/error?code=${error.aadsts}`],
    ...(error.suberror ? [['suberror', error.suberror] as const] : []),
    ...(error.claims ? [['claims', error.claims] as const] : []),
  ]);
}

/** Tells an error on a page. */
export function showError(entra: EntraRequest, error: EntraError): Answer {
  entra.state.requests.note(entra.request, { aadsts: error.aadsts });
  return html(200, errorPage({ ...entra.correlation, message: error.message }));
}

/** Sends parameters to the redirect URI in the way the application asked for. */
function respond(
  flow: SignInFlow,
  parameters: readonly (readonly [string, string])[],
  headers: Record<string, string> = {},
): Answer {
  const state = flow.parameters.get('state');
  const all = [...parameters, ...(state === null ? [] : [['state', state] as const])];
  const redirectUri = flow.parameters.get('redirect_uri') ?? '';
  const mode = flow.parameters.get('response_mode') ?? 'query';
  if (mode === 'form_post') {
    return html(200, formPostPage(redirectUri, all), headers);
  }
  const target = new URL(redirectUri);
  const encoded = new URLSearchParams(all.map(([name, value]) => [name, value])).toString();
  if (mode === 'fragment') {
    target.hash = encoded;
  } else {
    target.search = target.search ? `${target.search}&${encoded}` : encoded;
  }
  return redirect(target.href, headers);
}

function formTarget(flow: SignInFlow): FormTarget {
  return { action: `/${flow.tenantSegment}/login`, flow: flow.id };
}

function accountsFor(entra: EntraRequest, flow: SignInFlow): User[] {
  const { data } = entra.state;
  const tenant = namedTenant({ ...entra, tenantSegment: flow.tenantSegment });
  const domain = flow.parameters.get('domain_hint');
  const inCloud = data.users.filter((user) => homeTenant(data, user).cloud === flow.cloud);
  const accounts = inCloud.filter(
    (user) => !tenant || user.tenant === tenant.domain || user.guestIn?.some((guest) => guest.tenant === tenant.domain),
  );
  const byDomain = accounts.filter((user) => user.tenant === domain);
  const hinted = findUser(data, flow.parameters.get('login_hint') ?? '');
  // prompt=select_account and login_hint exclude each other; the picker then shows everyone.
  if (hinted && flow.parameters.get('prompt') !== 'select_account' && accounts.includes(hinted)) {
    return [hinted];
  }
  return byDomain.length > 0 ? byDomain : accounts;
}

/** Puts the account into the browser's session, so that the next sign-in may be silent. */
function rememberInBrowser(entra: EntraRequest, session: SignInSession): Record<string, string> {
  const { browserSessions } = entra.state.entra;
  const id = browserSessionOf(entra) ?? randomUUID();
  const accounts = browserSessions.get(id) ?? new Map();
  accounts.set(session.username, { authenticatedAt: session.authenticatedAt, multifactor: session.multifactor });
  browserSessions.set(id, accounts);
  return { 'set-cookie': `${browserCookie}=${id}; Path=/; Secure; HttpOnly; SameSite=None` };
}

/** The cookie that holds the browser's session. */
export const browserCookie = 'ESTSAUTHPERSISTENT';

/** The browser's session, when it has one. */
export function browserSessionOf(entra: EntraRequest): string | undefined {
  const cookies = (entra.request.headers.cookie ?? '').split(/;\s*/);
  return cookies.find((cookie) => cookie.startsWith(`${browserCookie}=`))?.slice(browserCookie.length + 1);
}
