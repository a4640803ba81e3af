import type { IncomingMessage } from 'node:http';
import type { Application, Cloud, Tenant } from '../data.ts';
import { findTenant } from '../data.ts';
import type { AzureState } from '../state.ts';
import { sharedTenants } from './clouds.ts';
import { type Correlation, EntraError } from './errors.ts';

/** One request to Entra, with what its address says. */
export interface EntraRequest {
  readonly state: AzureState;
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly cloud: Cloud;
  /** `https://host[:port]` of the authority that was asked. */
  readonly origin: string;
  /** First segment of the path: a domain, an id, `common`, `organizations`, `consumers`. */
  readonly tenantSegment: string;
  readonly correlation: Correlation;
}

/**
 * The tenant that the address names; `undefined` for `common` and its like.
 *
 * @throws EntraError 90002 for a tenant this cloud does not have.
 */
export function namedTenant(entra: Pick<EntraRequest, 'state' | 'cloud' | 'tenantSegment'>): Tenant | undefined {
  if (sharedTenants.includes(entra.tenantSegment)) {
    return undefined;
  }
  const tenant = findTenant(entra.state.data, entra.cloud, entra.tenantSegment);
  if (!tenant) {
    throw new EntraError(90002, { tenant: entra.tenantSegment });
  }
  return tenant;
}

/**
 * The application a request names, where it may be used.
 *
 * @throws EntraError 700016 unknown here; 50194 a single-tenant application at a shared endpoint.
 */
export function requireApplication(
  entra: Pick<EntraRequest, 'state' | 'cloud' | 'tenantSegment'>,
  clientId: string,
): Application {
  const tenant = namedTenant(entra);
  const application = entra.state.data.applications.find(
    (candidate) => candidate.clientId === clientId.toLowerCase() && candidate.clouds.includes(entra.cloud),
  );
  const elsewhere = tenant && !application?.multiTenant && application?.tenant !== tenant.domain;
  if (!application || elsewhere) {
    throw new EntraError(700016, { client: clientId, tenant: tenant?.name ?? 'Microsoft Services' });
  }
  if (!tenant && !application.multiTenant) {
    throw new EntraError(50194, { client: clientId, app: application.name });
  }
  return application;
}

/** A parameter that must be there. @throws EntraError 900144 when it is missing. */
export function requireParameter(parameters: URLSearchParams, parameter: string): string {
  const value = parameters.get(parameter);
  if (!value) {
    throw new EntraError(900144, { parameter });
  }
  return value;
}
