import type { CloudName } from '../tokens/cloud.ts';

/** What the person or administrator configured; one token source is made for each distinct value. */
export interface EntraSettings {
  /** Application (client) id of the registration: a GUID. */
  readonly clientId: string;
  /** Tenant id, verified domain, or `organizations` (the default), `common`, `consumers`. */
  readonly tenantId: string;
  readonly cloud: CloudName;
  /** Host of the authority, without path: needed when `cloud` is `custom`, ignored otherwise. */
  readonly authorityHost?: string;
  /** Act for a person, or as the application itself (client credentials). */
  readonly authType: 'viewer' | 'serviceAccount';
  readonly signInMethod: 'browser' | 'deviceCode';
  /** Reads the client secret of a confidential client; absent, or giving nothing, for a public client. */
  readonly clientSecret?: () => Promise<string | undefined>;
}

/** True for `organizations`, `common` and `consumers`, which stand for many tenants and own none. */
export function isMultiTenant(tenantId: string): boolean {
  return ['organizations', 'common', 'consumers'].includes(tenantId.toLowerCase());
}

/** True for a GUID: an application id, or a tenant id in its one unambiguous form. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
