import { secretMatcher } from './callerSecret.ts';
import type { Dialect, ProgramCall } from './dialect.ts';
import { failIdentity, identityGrants, readIdentityParameters } from './managedIdentity.ts';

/** Path that `IDENTITY_ENDPOINT` ends in. */
export const appServicePath = '/msi/token';

/**
 * Managed identity as in Azure App Service, version 2019-08-01: what every current Azure SDK, azcopy and `az` ask first.
 *
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 * @param secret what `IDENTITY_HEADER` gives out
 */
export function appService(secret: string): Dialect {
  const matches = secretMatcher(secret);
  return {
    id: 'appService',
    readsBody: false,
    isAddressed: (call) => call.method === 'GET' && call.path === appServicePath,
    isCaller: (call) => matches(call.header('x-identity-header')),
    read: (call: ProgramCall) => readIdentityParameters(new URLSearchParams(call.query)),
    grant: identityGrants(),
    fail: failIdentity,
  };
}
