import { requireBearer } from './bearer.ts';
import type { AzureData, Cloud } from './data.ts';
import { findResource, objectIdIn } from './data.ts';
import { hostOf, json, send, urlOf } from './messages.ts';
import type { CreateStandIn } from './standIn.ts';
import type { VerifiedClaims } from './verifyToken.ts';

const cloudByHost: Readonly<Record<string, Cloud>> = {
  'management.azure.com': 'public',
  'management.usgovcloudapi.net': 'usGovernment',
  'management.chinacloudapi.cn': 'china',
};

/** Azure Resource Manager: the tenants and subscriptions that a token may see. */
export const createResourceManager: CreateStandIn = (state) => ({
  name: 'Azure Resource Manager',
  matches: (host) => host in cloudByHost,
  handle: async (request, response) => {
    const host = hostOf(request);
    const cloud = cloudByHost[host] ?? 'public';
    // Resource Manager takes its classic audience and its own, each with and without the slash.
    const uris = findResource(state.data, cloud, `https://${host}`)?.uris[cloud] ?? [];
    const audience = uris.flatMap((uri) => [uri, uri.replace(/\/$/, '')]);
    const guard = { cloud, audience, errorCode: 'InvalidAuthenticationToken' };
    const claims = await requireBearer(state, { request, response }, guard);
    if (!claims) {
      return;
    }
    const url = urlOf(request);
    if (!url.searchParams.has('api-version')) {
      return send(response, json(400, missingVersion));
    }
    const body = bodyOf(url.pathname.replace(/\/$/, '').toLowerCase(), state.data, claims);
    send(response, body ? json(200, body) : json(404, notFound(url.pathname)));
  },
});

const missingVersion = {
  error: {
    code: 'MissingApiVersionParameter',
    message: 'The api-version query parameter (?api-version=) is required for all requests.',
  },
};

function notFound(path: string): object {
  return { error: { code: 'ResourceNotFound', message: `The resource '${path}' could not be found.` } };
}

function bodyOf(path: string, data: AzureData, claims: VerifiedClaims): object | undefined {
  const home = data.tenants.find(({ id }) => id === claims.tid);
  if (path === '/tenants') {
    return { value: visibleTenants(data, claims).map(describeTenant) };
  }
  const subscriptions = data.subscriptions.filter(({ tenant }) => tenant === home?.domain);
  if (path === '/subscriptions') {
    return { value: subscriptions.map((subscription) => describeSubscription(subscription, claims.tid)) };
  }
  const one = subscriptions.find(({ id }) => path === `/subscriptions/${id}`);
  return one && describeSubscription(one, claims.tid);
}

function visibleTenants(data: AzureData, claims: VerifiedClaims): AzureData['tenants'] {
  const current = data.tenants.find(({ id }) => id === claims.tid);
  const user = data.users.find((candidate) => current && objectIdIn(current, candidate) === claims.oid);
  return data.tenants.filter((tenant) => tenant === current || (user && objectIdIn(tenant, user) !== undefined));
}

function describeTenant(tenant: AzureData['tenants'][number]): object {
  return {
    id: `/tenants/${tenant.id}`,
    tenantId: tenant.id,
    displayName: tenant.name,
    defaultDomain: tenant.domain,
    domains: [tenant.domain],
    tenantCategory: 'Home',
    tenantType: 'AAD',
  };
}

function describeSubscription({ id, name }: AzureData['subscriptions'][number], tenantId: string): object {
  return {
    id: `/subscriptions/${id}`,
    authorizationSource: 'RoleBased',
    subscriptionId: id,
    tenantId,
    displayName: name,
    state: 'Enabled',
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
  };
}
