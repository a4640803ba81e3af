import { secretMatcher } from './callerSecret.ts';
import type { Dialect, ProgramCall } from './dialect.ts';
import { failIdentity, identityGrants, isMsiPath, msiPathSecret, readIdentityParameters } from './managedIdentity.ts';

/**
 * Managed identity as in Azure Cloud Shell: what `az` before 2.73 and msrestazure send whenever `MSI_ENDPOINT` is set.
 *
 * The protocol has no header for a secret, so the address holds one.
 *
 * @see https://learn.microsoft.com/azure/cloud-shell/msi-authorization
 * @param secret the one in the path of `MSI_ENDPOINT`
 */
export function cloudShell(secret: string): Dialect {
  const matches = secretMatcher(secret);
  return {
    id: 'cloudShell',
    readsBody: true,
    isAddressed: (call) => call.method === 'POST' && isMsiPath(call.path),
    isCaller: (call) => matches(msiPathSecret(call.path)) && call.header('metadata')?.toLowerCase() === 'true',
    read: (_call: ProgramCall, body) => readIdentityParameters(new URLSearchParams(body)),
    grant: identityGrants(),
    fail: failIdentity,
  };
}
