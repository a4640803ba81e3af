import type { ServerResponse } from 'node:http';
import type { Cloud } from '../data.ts';
import { json, send } from '../messages.ts';
import { graphHost, signInHosts } from './clouds.ts';
import { type EntraRequest, namedTenant } from './context.ts';
import { EntraError, errorAnswer } from './errors.ts';

// Members and values as in recordings of the real document.
const fixedMembers = {
  token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  request_uri_parameter_supported: false,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
  claims_supported: [
    'sub',
    'iss',
    'cloud_instance_name',
    'cloud_instance_host_name',
    'cloud_graph_host_name',
    'msgraph_host',
    'aud',
    'exp',
    'iat',
    'auth_time',
    'acr',
    'nonce',
    'preferred_username',
    'name',
    'tid',
    'ver',
    'at_hash',
    'c_hash',
    'email',
  ],
};

const cloudMembers: Readonly<Record<Cloud, object>> = {
  public: {
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    rbac_url: 'https://pas.windows.net',
  },
  usGovernment: {
    tenant_region_scope: 'USGov',
    cloud_instance_name: 'microsoftonline.us',
    cloud_graph_host_name: 'graph.windows.net',
    rbac_url: 'https://pasff.usgovcloudapi.net',
  },
  china: {
    tenant_region_scope: 'AS',
    cloud_instance_name: 'partner.microsoftonline.cn',
    cloud_graph_host_name: 'graph.chinacloudapi.cn',
    rbac_url: 'https://pas.chinacloudapi.cn',
  },
};

/** `GET /{tenant}/v2.0/.well-known/openid-configuration` */
export function answerConfiguration(entra: EntraRequest, response: ServerResponse): void {
  const { origin, cloud, tenantSegment } = entra;
  try {
    // Named by domain, a tenant answers with its id; shared endpoints keep the literal template in the issuer.
    const tenant = namedTenant(entra)?.id;
    const base = `${origin}/${tenant ?? tenantSegment}`;
    const issuer = `${origin}/${tenant ?? '{tenantid}'}/v2.0`;
    const document = {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      issuer,
      userinfo_endpoint: `https://${graphHost[cloud]}/oidc/userinfo`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      kerberos_endpoint: `${base}/kerberos`,
      ...fixedMembers,
      ...cloudMembers[cloud],
      msgraph_host: graphHost[cloud],
    };
    send(response, json(200, document, { 'cache-control': 'max-age=86400, private', ...openToScripts }));
  } catch (error) {
    if (!(error instanceof EntraError)) {
      throw error;
    }
    const asTenantError = new EntraError(90002, { tenant: tenantSegment }, { error: 'invalid_tenant' });
    send(response, errorAnswer(asTenantError, entra.correlation));
  }
}

/** `GET /common/discovery/instance`: which hosts are names of one and the same authority. */
export function answerInstanceDiscovery(entra: EntraRequest, response: ServerResponse): void {
  const { url, correlation } = entra;
  const endpoint = url.searchParams.get('authorization_endpoint') ?? '';
  const asked = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!(asked && allHosts().includes(asked.hostname))) {
    // "invalid_instance" is what MSAL waits for when a host is no authority of Microsoft's (msal-common, Constants.INVALID_INSTANCE).
    send(response, errorAnswer(new EntraError(50049), correlation));
    return;
  }
  const metadata = Object.values(signInHosts).map(([preferred = '', ...others]) => ({
    preferred_network: preferred,
    preferred_cache: preferred === 'login.microsoftonline.com' ? 'login.windows.net' : preferred,
    aliases: [preferred, ...others],
  }));
  const tenant = asked.pathname.split('/')[1] || 'common';
  const document = {
    tenant_discovery_endpoint: `${asked.origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata,
  };
  send(response, json(200, document, { 'cache-control': 'max-age=86400, private', ...openToScripts }));
}

/** `GET /{tenant}/discovery/v2.0/keys` */
export async function answerKeys(entra: EntraRequest, response: ServerResponse): Promise<void> {
  const { publicJwk } = await entra.state.signingKey;
  const tenant = namedTenant(entra)?.id ?? '{tenantid}';
  const keys = [{ ...publicJwk, issuer: `${entra.origin}/${tenant}/v2.0` }];
  send(response, json(200, { keys }, { 'cache-control': 'max-age=86400, private', ...openToScripts }));
}

const openToScripts = { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, OPTIONS' };

function allHosts(): string[] {
  return Object.values(signInHosts).flat();
}
