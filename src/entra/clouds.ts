import type { CloudName } from '../tokens/cloud.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { type Phrase, phrase } from '../tokens/phrase.ts';
import { repeatable } from '../tokens/resourceText.ts';

/**
 * Sign-in host of each Azure cloud that Microsoft runs for everyone.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
const signInHosts = {
  public: 'login.microsoftonline.com',
  usGovernment: 'login.microsoftonline.us',
  china: 'login.partner.microsoftonline.cn',
} as const satisfies Record<Exclude<CloudName, 'custom'>, string>;

/** The one host that sign-ins and refresh tokens of a source may go to. */
export interface EntraAuthority {
  readonly cloud: CloudName;
  /** Host, with its port when that is not 443. */
  readonly host: string;
  /** OpenID configuration as MSAL takes it, with `{tenantid}` for the tenant, so that MSAL need not ask the network. */
  readonly metadata: string;
}

/** Endpoints of Entra below a tenant. All of them are on the authority's own host. */
export type EntraEndpoint = 'token' | 'authorize' | 'devicecode';

/**
 * Finds the authority that the settings mean.
 *
 * @throws AzureCredentialsError `configuration` when a custom cloud has no host, or one that is not exactly a host.
 */
export function authorityFor(cloud: CloudName, authorityHost?: string): EntraAuthority {
  const host = cloud === 'custom' ? customHost(authorityHost) : signInHosts[cloud];
  return { cloud, host, metadata: openIdTemplate(host) };
}

/** The cloud that signs in at a host; `undefined` for a host of no cloud that is known here. */
export function cloudOfHost(host: string): CloudName | undefined {
  return (Object.keys(signInHosts) as (keyof typeof signInHosts)[]).find((cloud) => signInHosts[cloud] === host);
}

/** Address of an endpoint for one tenant. */
export function endpointUrl(authority: EntraAuthority, tenantId: string, endpoint: EntraEndpoint): string {
  return `${tenantUrl(authority, tenantId)}/oauth2/v2.0/${endpoint}`;
}

/** Address of a tenant's OpenID configuration. */
export function openIdConfigurationUrl(authority: EntraAuthority, tenantId: string): string {
  return `${tenantUrl(authority, tenantId)}/v2.0/.well-known/openid-configuration`;
}

/** What MSAL calls the authority: host and tenant. */
export function tenantUrl(authority: EntraAuthority, tenantId: string): string {
  if (!/^[\w.-]{1,253}$/.test(tenantId)) {
    throw new AzureCredentialsError('configuration', phrase`“${repeatable(tenantId)}” is not a tenant id.`, {
      advice: phrase`Give the tenant’s GUID or one of its verified domains (setting azureCredentials.tenantId).`,
    });
  }
  return `https://${authority.host}/${tenantId}`;
}

/** Every authority of Entra lays its endpoints out the same way, so none of them has to be discovered. */
function openIdTemplate(host: string): string {
  const tenant = `https://${host}/{tenantid}`;
  return JSON.stringify({
    authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${tenant}/oauth2/v2.0/token`,
    end_session_endpoint: `${tenant}/oauth2/v2.0/logout`,
    jwks_uri: `${tenant}/discovery/v2.0/keys`,
    issuer: `${tenant}/v2.0`,
  });
}

function customHost(authorityHost: string | undefined): string {
  const text = authorityHost?.trim() ?? '';
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  const isExactlyAHost =
    url?.protocol === 'https:' &&
    url.pathname === '/' &&
    `${url.search}${url.hash}${url.username}${url.password}` === '';
  if (text === '' || !isExactlyAHost) {
    throw new AzureCredentialsError('configuration', describeHost(text), {
      advice: phrase`Set azureCredentials.authorityHost to the host name of your cloud’s sign-in service, for example login.contoso.example, or choose another azureCredentials.cloud.`,
    });
  }
  return url.host;
}

function describeHost(text: string): Phrase {
  return text === ''
    ? phrase`The custom cloud has no authority host.`
    : phrase`“${repeatable(text)}” cannot be the authority host of the custom cloud: it must be an https host and nothing else.`;
}
