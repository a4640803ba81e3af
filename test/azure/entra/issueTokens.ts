import type { Application, Tenant, User } from '../data.ts';
import { objectIdIn } from '../data.ts';
import { shortHash } from '../requests.ts';
import { type RequestedClaims, readClaims } from './claims.ts';
import { grantedScopes, missingConsent, requireResource } from './consent.ts';
import type { EntraRequest } from './context.ts';
import { EntraError } from './errors.ts';
import { clientInfo, issueAccessToken, issueIdToken } from './jwt.ts';
import { firstResource, type ParsedScope, parseScope, type ResourceScopes } from './scopes.ts';
import type { RefreshToken, SignInSession } from './store.ts';

/** A person's token response, about to be made. */
export interface UserTokenRequest {
  readonly application: Application;
  readonly tenant: Tenant;
  readonly user: User;
  readonly session: SignInSession;
  readonly scope: string;
  readonly claims: string | null | undefined;
  readonly confidential: boolean;
  readonly nonce?: string | undefined;
  readonly wantsClientInfo: boolean;
}

/**
 * Checks policies and consent, then makes the token response of a person.
 *
 * @throws EntraError 50020, 53003, 50076, 65001 and those of `parseScope` and `missingConsent`.
 */
export async function issueUserTokens(entra: EntraRequest, asked: UserTokenRequest): Promise<Record<string, unknown>> {
  const { state, cloud } = entra;
  const scope = parseScope({ data: state.data, cloud }, asked.scope);
  const target = firstResource({ data: state.data, cloud }, scope);
  const claims = readClaims(asked.claims);
  const scopes = authorize(entra, asked, {
    scope: { ...scope, resources: scope.resources.slice(0, 1) },
    target,
    claims,
  });
  const resource = requireResource(target, asked.tenant);
  const setting = { state, cloud, origin: entra.origin, tenant: asked.tenant, application: asked.application };
  const { token, lifetime } = await issueAccessToken(
    setting,
    { kind: 'user', user: asked.user, session: asked.session, scopes },
    { resource, identifier: target.identifier, confidential: asked.confidential, ...claims },
  );
  const openid = scope.openid.includes('openid');
  const extras = {
    nonce: asked.nonce,
    profile: scope.openid.includes('profile'),
    email: scope.openid.includes('email'),
  };
  return {
    token_type: 'Bearer',
    scope: echoScope(scope, target, scopes),
    expires_in: lifetime,
    ext_expires_in: lifetime,
    // Long-lived tokens are to be renewed at half their life.
    ...(lifetime > 2 * 3600 ? { refresh_in: Math.floor(lifetime / 2) } : {}),
    access_token: token,
    ...(scope.openid.includes('offline_access') ? { refresh_token: keepRefreshToken(entra, asked) } : {}),
    ...(asked.application.firstParty ? { foci: '1' } : {}),
    ...(openid ? { id_token: await issueIdToken(setting, asked.user, extras) } : {}),
    ...(asked.wantsClientInfo ? { client_info: clientInfo(state, asked.user) } : {}),
  };
}

interface Target {
  readonly scope: ParsedScope;
  readonly target: ResourceScopes;
  readonly claims: RequestedClaims;
}

function authorize(entra: EntraRequest, asked: UserTokenRequest, { scope, target, claims }: Target): string[] {
  const { state } = entra;
  const { application, tenant, user, session } = asked;
  requireMembership(tenant, user, application);
  const resource = requireResource(target, tenant);
  const question = { user: user.username, resource: resource.appId, client: application.clientId };
  if (state.policies.covers(state.policies.blocked, question)) {
    throw new EntraError(53003);
  }
  const multifactor = claims.needsMultifactor || state.policies.covers(state.policies.multifactor, question);
  if (multifactor && !session.multifactor) {
    throw new EntraError(50076, { resource: resource.appId });
  }
  const delegation = { application, tenant, user };
  if (missingConsent(state, delegation, scope).length > 0) {
    throw new EntraError(65001, { client: application.clientId, app: application.name });
  }
  const granted = grantedScopes(state, delegation, resource);
  const isOpenidOnly = scope.resources.length === 0;
  return isOpenidOnly ? scope.openid.filter((name) => name !== 'offline_access') : withoutOffline(granted);
}

/** @throws EntraError 50020 when the tenant does not know the user. */
export function requireMembership(tenant: Tenant, user: User, application: Application): void {
  if (objectIdIn(tenant, user) === undefined) {
    throw new EntraError(50020, {
      user: user.username,
      issuer: `https://sts.windows.net/${user.tenant}/`,
      tenant: tenant.name,
      client: application.clientId,
      app: application.name,
    });
  }
}

// Recorded answers: "email openid profile https://graph…/User.Read" for Graph, and
// "https://vault.azure.net/user_impersonation https://vault.azure.net/.default" for others.
function echoScope(scope: ParsedScope, target: ResourceScopes, granted: readonly string[]): string {
  if (scope.resources.length === 0) {
    return granted.join(' ');
  }
  const isGraph = target.resource?.appId === '00000003-0000-0000-c000-000000000000';
  const openid = isGraph ? scope.openid.filter((name) => name !== 'offline_access').sort() : [];
  const others = granted.filter((name) => !['openid', 'profile', 'email'].includes(name));
  const echoed = target.names.includes('.default') ? [...others, '.default'] : others;
  return [...openid, ...echoed.map((name) => (target.bare ? name : `${target.identifier}/${name}`))].join(' ');
}

function withoutOffline(scopes: readonly string[]): string[] {
  return scopes.filter((name) => name !== 'offline_access');
}

function keepRefreshToken(entra: EntraRequest, asked: UserTokenRequest): string {
  const { username, client, cloud, multifactor, authenticatedAt } = asked.session;
  const value: RefreshToken = {
    username,
    client,
    cloud,
    multifactor,
    authenticatedAt,
    confidential: asked.confidential,
    scope: asked.scope,
    tenantId: asked.tenant.id,
    state: 'valid',
  };
  const token = entra.state.entra.keep(entra.state.entra.refreshTokens, value, { prefix: '1.AXo', bytes: 600 });
  entra.state.secrets.add('refresh token', token);
  entra.state.requests.note(entra.request, { issuedRefreshToken: shortHash(token) });
  return token;
}
