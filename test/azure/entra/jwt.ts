import { randomBytes, randomInt } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Application, Cloud, Resource, ServicePrincipal, Tenant, User } from '../data.ts';
import { homeTenant, objectIdIn } from '../data.ts';
import type { AzureState } from '../state.ts';
import { versionOneIssuerHost } from './clouds.ts';
import { type SignInSession, stableGuid } from './store.ts';

/** Where and for which application a token is made. */
export interface TokenSetting {
  readonly state: AzureState;
  readonly cloud: Cloud;
  /** `https://host[:port]` of the authority: the issuer of version 2 tokens. */
  readonly origin: string;
  readonly tenant: Tenant;
  readonly application: Application;
}

/** For whom: a person, or the application itself. */
export type Subject =
  | { readonly kind: 'user'; readonly user: User; readonly session: SignInSession; readonly scopes: readonly string[] }
  | { readonly kind: 'application'; readonly principal: ServicePrincipal };

/** What the token is for. */
export interface AccessTokenRequest {
  readonly resource: Resource;
  /** The resource as asked for, which version 1 tokens repeat as their audience. */
  readonly identifier: string;
  /** Client capabilities (`CP1`) and authentication contexts from the `claims` parameter. */
  readonly capabilities: readonly string[];
  readonly authenticationContexts: readonly string[];
  readonly confidential: boolean;
}

/** An access token and its life in seconds. */
export interface IssuedAccessToken {
  readonly token: string;
  readonly lifetime: number;
}

/** Makes an access token in the format (version 1 or 2) that the resource wants. */
export async function issueAccessToken(
  setting: TokenSetting,
  subject: Subject,
  wanted: AccessTokenRequest,
): Promise<IssuedAccessToken> {
  const { state, tenant } = setting;
  const now = state.clock.seconds();
  const lifetime = lifetimeOf(setting, wanted);
  const version2 = wanted.resource.tokenVersion === 2;
  const claims = {
    aud: version2 ? wanted.resource.appId : wanted.identifier,
    iss: version2
      ? `${setting.origin}/${tenant.id}/v2.0`
      : `https://${versionOneIssuerHost[setting.cloud]}/${tenant.id}/`,
    iat: now,
    nbf: now,
    exp: now + lifetime,
    ...(version2 ? versionTwoClient(setting, wanted) : versionOneClient(setting, wanted)),
    ...(subject.kind === 'user' ? userClaims(setting, subject, wanted) : applicationClaims(subject, wanted)),
    ...(wanted.capabilities.length > 0 ? { xms_cc: wanted.capabilities } : {}),
    ...(wanted.authenticationContexts.length > 0 ? { acrs: wanted.authenticationContexts } : {}),
    tid: tenant.id,
    rh: `1.${opaque(24)}.`,
    uti: opaque(16),
    aio: opaque(40),
    ver: version2 ? '2.0' : '1.0',
  };
  const token = await sign(state, claims, !version2);
  state.secrets.add('access token', token);
  return { token, lifetime };
}

/** Makes an ID token: always version 2, issued by the authority that was asked. */
export async function issueIdToken(
  setting: TokenSetting,
  user: User,
  extras: { readonly nonce?: string | undefined; readonly profile: boolean; readonly email: boolean },
): Promise<string> {
  const { state, tenant, application, origin } = setting;
  const now = state.clock.seconds();
  const home = homeTenant(state.data, user);
  const profile = { name: user.name, preferred_username: user.username, oid: objectIdIn(tenant, user) };
  const token = await sign(
    state,
    {
      aud: application.clientId,
      iss: `${origin}/${tenant.id}/v2.0`,
      iat: now,
      nbf: now,
      exp: now + 3600,
      ...(extras.profile ? profile : {}),
      ...(extras.email ? { email: user.username } : {}),
      ...(extras.nonce === undefined ? {} : { nonce: extras.nonce }),
      ...(home.id === tenant.id ? {} : { idp: `https://${versionOneIssuerHost[setting.cloud]}/${home.id}/` }),
      sub: stableGuid('sub', user.username, application.clientId),
      tid: tenant.id,
      rh: `1.${opaque(24)}.`,
      uti: opaque(16),
      ver: '2.0',
    },
    false,
  );
  state.secrets.add('ID token', token);
  return token;
}

/** `client_info`: whose account this is, whatever tenant the token is for. */
export function clientInfo(state: AzureState, user: User): string {
  const { id } = homeTenant(state.data, user);
  return Buffer.from(JSON.stringify({ uid: user.id, utid: id })).toString('base64url');
}

// Access tokens live 60 to 90 minutes at random; with continuous access evaluation 20 to 28 hours.
function lifetimeOf({ state }: TokenSetting, { resource, capabilities }: AccessTokenRequest): number {
  const long = resource.continuousAccess && capabilities.some((capability) => capability.toLowerCase() === 'cp1');
  const drawn = long ? randomInt(20 * 3600, 28 * 3600) : randomInt(3600, 5400);
  return state.policies.accessTokenLifetime ?? drawn;
}

function versionOneClient({ application }: TokenSetting, { confidential }: AccessTokenRequest): object {
  return { appid: application.clientId, appidacr: confidential ? '1' : '0' };
}

function versionTwoClient({ application }: TokenSetting, { confidential }: AccessTokenRequest): object {
  return { azp: application.clientId, azpacr: confidential ? '1' : '0' };
}

function userClaims(
  { state, cloud, tenant }: TokenSetting,
  { user, session, scopes }: Extract<Subject, { kind: 'user' }>,
  { resource }: AccessTokenRequest,
): object {
  const home = homeTenant(state.data, user);
  const isGuest = home.id !== tenant.id;
  const oid = objectIdIn(tenant, user) ?? user.id;
  const identity =
    resource.tokenVersion === 2
      ? { preferred_username: user.username }
      : { unique_name: user.username, ...(isGuest ? {} : { upn: user.username }), ipaddr: '127.0.0.1' };
  return {
    ...identity,
    name: user.name,
    oid,
    sub: stableGuid('sub', user.username, resource.appId),
    scp: scopes.join(' '),
    acr: '1',
    amr: session.multifactor ? ['pwd', 'mfa'] : ['pwd'],
    auth_time: session.authenticatedAt,
    ...(isGuest ? { idp: `https://${versionOneIssuerHost[cloud]}/${home.id}/`, email: user.username } : {}),
    ...(user.groups.length > 0 && !isGuest ? { groups: user.groups } : {}),
    ...(user.directoryRoles.length > 0 && !isGuest ? { wids: user.directoryRoles } : {}),
  };
}

function applicationClaims(
  { principal }: Extract<Subject, { kind: 'application' }>,
  { resource }: AccessTokenRequest,
): object {
  const roles = principal.roles[resource.name] ?? [];
  return { idtyp: 'app', oid: principal.id, sub: principal.id, ...(roles.length > 0 ? { roles } : {}) };
}

async function sign(state: AzureState, claims: object, withThumbprint: boolean): Promise<string> {
  const { privateKey, keyId } = await state.signingKey;
  return new SignJWT({ ...claims })
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', ...(withThumbprint ? { x5t: keyId } : {}), kid: keyId })
    .sign(privateKey);
}

function opaque(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
