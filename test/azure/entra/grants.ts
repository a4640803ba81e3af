import { createHash } from 'node:crypto';
import type { Application, Tenant, User } from '../data.ts';
import { findUser, homeTenant } from '../data.ts';
import { readClaims } from './claims.ts';
import { authenticateClient, type ClientCredentials } from './clientAuthentication.ts';
import { requireResource } from './consent.ts';
import { type EntraRequest, namedTenant, requireParameter } from './context.ts';
import { EntraError } from './errors.ts';
import { issueUserTokens } from './issueTokens.ts';
import { issueAccessToken } from './jwt.ts';
import { firstResource, parseScope } from './scopes.ts';
import type { AuthorizationCode, RefreshToken } from './store.ts';

/** A request to the token endpoint whose application is known. */
interface GrantRequest {
  readonly entra: EntraRequest;
  readonly form: URLSearchParams;
  readonly application: Application;
  readonly credentials: ClientCredentials;
}

type GrantHandler = (grant: GrantRequest) => Promise<Record<string, unknown>>;

/** How each grant type is redeemed. MSAL writes the device code grant short, RFC 8628 as a URN. */
export const grantHandlers: Readonly<Record<string, GrantHandler>> = {
  authorization_code: redeemCode,
  refresh_token: redeemRefreshToken,
  device_code: redeemDeviceCode,
  'urn:ietf:params:oauth:grant-type:device_code': redeemDeviceCode,
  client_credentials: redeemClientCredentials,
};

async function redeemCode({ entra, form, application, credentials }: GrantRequest): Promise<Record<string, unknown>> {
  const { state, cloud } = entra;
  const code = state.entra.codes.get(requireParameter(form, 'code'));
  if (!code) {
    throw new EntraError(9002313);
  }
  const confidential = authenticateClient(application, credentials, { required: code.platform === 'web' });
  checkCode(entra, code, application, form);
  const scope = form.get('scope') ?? code.scope;
  if (parseScope({ data: state.data, cloud }, scope).resources.length > 1) {
    throw new EntraError(28000, { scope });
  }
  code.redeemed = true;
  const user = requireUser(entra, code.username);
  return issueUserTokens(entra, {
    application,
    tenant: requireTenantById(entra, code.tenantId),
    user,
    session: code,
    scope: scopeWithOpenid(scope, code.scope),
    claims: form.get('claims') ?? code.claims,
    confidential,
    nonce: code.nonce,
    wantsClientInfo: form.get('client_info') === '1',
  });
}

function checkCode(
  entra: EntraRequest,
  code: AuthorizationCode,
  application: Application,
  form: URLSearchParams,
): void {
  const tenant = namedTenant(entra);
  if (code.client !== application.clientId) {
    throw new EntraError(70000, {}, { suberror: null });
  }
  if (tenant && tenant.id !== code.tenantId) {
    throw new EntraError(700005);
  }
  const redirect = requireParameter(form, 'redirect_uri');
  if (redirect !== code.redirectUri) {
    throw new EntraError(500112, { redirect, expected: code.redirectUri });
  }
  if (code.redeemed) {
    throw new EntraError(54005);
  }
  if (entra.state.clock.now() > code.expiresAt) {
    throw new EntraError(70008);
  }
  checkCodeVerifier(code, form.get('code_verifier'));
}

/** PKCE (RFC 7636 section 4.6). */
function checkCodeVerifier(code: AuthorizationCode, verifier: string | null): void {
  if (code.codeChallenge === undefined) {
    return;
  }
  if (!verifier) {
    throw new EntraError(50148);
  }
  const computed =
    code.codeChallengeMethod === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  if (computed !== code.codeChallenge) {
    throw new EntraError(501481);
  }
}

async function redeemRefreshToken(grant: GrantRequest): Promise<Record<string, unknown>> {
  const { entra, form, application, credentials } = grant;
  const token = entra.state.entra.refreshTokens.get(requireParameter(form, 'refresh_token'));
  if (!token || token.cloud !== entra.cloud) {
    throw new EntraError(9002313);
  }
  const confidential = authenticateClient(application, credentials, { required: token.confidential });
  checkRefreshToken(grant, token);
  const user = requireUser(entra, token.username);
  const tenant = namedTenant(entra) ?? homeTenant(entra.state.data, user);
  const scope = form.get('scope') ?? token.scope;
  // Marked before anything is awaited, so that of two requests with one token exactly one succeeds.
  token.state = entra.state.policies.rotateStrictly ? 'used' : token.state;
  try {
    return await issueUserTokens(entra, {
      application,
      tenant,
      user,
      session: token,
      scope,
      claims: form.get('claims'),
      confidential,
      wantsClientInfo: form.get('client_info') === '1',
    });
  } catch (error) {
    token.state = 'valid';
    throw error;
  }
}

function checkRefreshToken({ entra, application }: GrantRequest, token: RefreshToken): void {
  const sameFamily = application.firstParty && isFirstParty(entra, token.client);
  if (token.client !== application.clientId && !sameFamily) {
    throw new EntraError(70000, {}, { suberror: null });
  }
  const issued = new Date(token.authenticatedAt * 1000).toISOString();
  if (token.state === 'expired') {
    throw new EntraError(700082, { issued });
  }
  if (token.state === 'revoked') {
    throw new EntraError(50173, { issued, now: new Date(entra.state.clock.now()).toISOString() });
  }
  if (token.state === 'used') {
    throw new EntraError(70000);
  }
}

async function redeemDeviceCode(grant: GrantRequest): Promise<Record<string, unknown>> {
  const { entra, form, application, credentials } = grant;
  const device = entra.state.entra.deviceCodes.get(requireParameter(form, 'device_code'));
  if (!device || device.client !== application.clientId) {
    throw new EntraError(70019);
  }
  const confidential = authenticateClient(application, credentials, { required: !application.allowPublicClientFlows });
  if (device.state === 'redeemed') {
    throw new EntraError(54005);
  }
  if (entra.state.clock.now() > device.expiresAt) {
    throw new EntraError(70020);
  }
  if (device.state === 'declined') {
    throw new EntraError(70018);
  }
  if (!device.session) {
    throw new EntraError(70016);
  }
  device.state = 'redeemed';
  return issueUserTokens(entra, {
    application,
    tenant: requireTenantById(entra, device.session.tenantId),
    user: requireUser(entra, device.session.username),
    session: device.session,
    scope: device.scope,
    claims: form.get('claims') ?? device.claims,
    confidential,
    wantsClientInfo: form.get('client_info') === '1',
  });
}

async function redeemClientCredentials(grant: GrantRequest): Promise<Record<string, unknown>> {
  const { entra, form, application, credentials } = grant;
  const { state, cloud } = entra;
  if (credentials.secret === undefined) {
    throw new EntraError(7000216);
  }
  authenticateClient(application, credentials, { required: true });
  const tenant = namedTenant(entra);
  if (!tenant) {
    throw new EntraError(50059);
  }
  const text = requireParameter(form, 'scope');
  const scope = parseScope({ data: state.data, cloud }, text);
  const target = firstResource({ data: state.data, cloud }, scope);
  if (scope.resources.length > 1) {
    // As in the report Azure/azure-sdk-for-net#9076.
    throw new EntraError(70011, { scope: text });
  }
  if (!target.names.includes('.default')) {
    throw new EntraError(1002012, { scope: text });
  }
  const resource = requireResource(target, tenant);
  const principal = state.data.servicePrincipals.find(
    (candidate) => candidate.clientId === application.clientId && candidate.tenant === tenant.domain,
  );
  if (!principal) {
    throw new EntraError(700016, { client: application.clientId, tenant: tenant.name });
  }
  const question = { client: application.clientId, resource: resource.appId };
  if (state.policies.covers(state.policies.blocked, question)) {
    throw new EntraError(53003);
  }
  const { token, lifetime } = await issueAccessToken(
    { state, cloud, origin: entra.origin, tenant, application },
    { kind: 'application', principal },
    { resource, identifier: target.identifier, confidential: true, ...readClaims(form.get('claims')) },
  );
  return { token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: token };
}

/** The token request may narrow the resource, but what OpenID scopes were consented to at sign-in count too. */
function scopeWithOpenid(scope: string, authorized: string): string {
  const asked = scope.split(' ');
  const openid = authorized.split(' ').filter((name) => /^(openid|profile|email|offline_access)$/.test(name));
  return [...asked, ...openid.filter((name) => !asked.includes(name))].join(' ');
}

function requireUser(entra: EntraRequest, username: string): User {
  const user = findUser(entra.state.data, username);
  if (!user) {
    throw new EntraError(50034, { tenantId: entra.tenantSegment });
  }
  return user;
}

function requireTenantById(entra: EntraRequest, id: string): Tenant {
  const tenant = entra.state.data.tenants.find((candidate) => candidate.id === id);
  if (!tenant) {
    throw new EntraError(90002, { tenant: id });
  }
  return tenant;
}

function isFirstParty(entra: EntraRequest, clientId: string): boolean {
  return entra.state.data.applications.some((app) => app.clientId === clientId && app.firstParty === true);
}
