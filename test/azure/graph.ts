import { requireBearer } from './bearer.ts';
import type { AzureData, Cloud, Tenant } from './data.ts';
import { objectIdIn } from './data.ts';
import { graphHost } from './entra/clouds.ts';
import { hostOf, json, send, urlOf } from './messages.ts';
import type { CreateStandIn } from './standIn.ts';
import type { VerifiedClaims } from './verifyToken.ts';

const applicationId = '00000003-0000-0000-c000-000000000000';

/** Microsoft Graph: who am I, and in which organization. */
export const createGraph: CreateStandIn = (state) => ({
  name: 'Microsoft Graph',
  matches: (host) => cloudOf(host) !== undefined,
  handle: async (request, response) => {
    const cloud = cloudOf(hostOf(request)) ?? 'public';
    const uri = `https://${graphHost[cloud]}`;
    const guard = {
      cloud,
      audience: [uri, `${uri}/`, applicationId],
      errorCode: 'InvalidAuthenticationToken',
    };
    const claims = await requireBearer(state, { request, response }, guard);
    if (!claims) {
      return;
    }
    const tenant = state.data.tenants.find(({ id }) => id === claims.tid);
    const { pathname } = urlOf(request);
    const body = tenant && bodyOf(pathname, { data: state.data, tenant, claims, uri });
    send(response, body ? json(200, body) : json(404, notFound));
  },
});

const notFound = { error: { code: 'ResourceNotFound', message: 'Resource not found.' } };

interface GraphQuestion {
  readonly data: AzureData;
  readonly tenant: Tenant;
  readonly claims: VerifiedClaims;
  readonly uri: string;
}

function bodyOf(path: string, { data, tenant, claims, uri }: GraphQuestion): object | undefined {
  if (path === '/v1.0/me') {
    const user = data.users.find((candidate) => objectIdIn(tenant, candidate) === claims.oid);
    return (
      user && {
        '@odata.context': `${uri}/v1.0/$metadata#users/$entity`,
        displayName: user.name,
        mail: user.username,
        userPrincipalName: user.username,
        id: claims.oid,
      }
    );
  }
  if (path === '/v1.0/organization') {
    const domain = { name: tenant.domain, isDefault: true, isInitial: false };
    return {
      '@odata.context': `${uri}/v1.0/$metadata#organization`,
      value: [{ id: tenant.id, displayName: tenant.name, verifiedDomains: [domain] }],
    };
  }
  return undefined;
}

function cloudOf(host: string): Cloud | undefined {
  return (Object.keys(graphHost) as Cloud[]).find((cloud) => graphHost[cloud] === host);
}
