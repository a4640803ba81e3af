import { Buffer } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';

/** Application ids of the sample data. */
export const applications = {
  sample: '5a6b7c8d-1111-4e2f-9a0b-000000000001',
  asksConsent: '5a6b7c8d-2222-4e2f-9a0b-000000000002',
  confidential: '5a6b7c8d-3333-4e2f-9a0b-000000000003',
  locked: '5a6b7c8d-4444-4e2f-9a0b-000000000004',
  azureCli: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
} as const;

/** Secrets of the confidential sample application. */
export const secrets = {
  good: 'sample~secret.of-the-local-azure_only~1',
  expired: 'sample~secret.that-has-expired~2',
} as const;

/** Ids of the sample tenants. */
export const tenants = {
  contoso: '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01',
  fabrikam: 'c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e02',
} as const;

export const ada = 'ada@contoso.com';
export const redirectUri = 'http://localhost:49152';
export const openid = 'openid profile offline_access';
export const storageScope = 'https://storage.azure.com/.default';
export const authority = 'https://login.microsoftonline.com/contoso.com';

/** A PKCE pair (RFC 7636). */
export function createPkce(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** An authorize address of the sample application; `changes` adds, replaces or (`null`) removes parameters. */
export function authorizeUrl(changes: Readonly<Record<string, string | null>> = {}, base = authority): string {
  const url = new URL(`${base}/oauth2/v2.0/authorize`);
  const parameters = {
    client_id: applications.sample,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: `${openid} ${storageScope}`,
    state: 'st+ate&1=é/%20',
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) {
      url.searchParams.set(name, value);
    }
  }
  return url.href;
}

/** The payload of a token, unchecked. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}

/** The header of a token, unchecked. */
export function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}
