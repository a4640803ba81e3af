import { secretMatcher } from './callerSecret.ts';
import type { Dialect, ProgramCall } from './dialect.ts';
import { failIdentity, identityGrants, isMsiPath, msiPathSecret, readIdentityParameters } from './managedIdentity.ts';

/**
 * Managed identity in its form of 2017, which Azure Machine Learning still has and older SDKs ask for.
 *
 * It shares its address with Cloud Shell's form, since both are found through `MSI_ENDPOINT`: the secret of that address is
 * asked for besides the header's, so that there is one address and no other.
 *
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity (api-version 2017-09-01)
 * @param secrets what `MSI_SECRET` gives out, and the secret in the path of `MSI_ENDPOINT`
 */
export function msi2017(secrets: { readonly header: string; readonly path: string }): Dialect {
  const matchesHeader = secretMatcher(secrets.header);
  const matchesPath = secretMatcher(secrets.path);
  return {
    id: 'msi2017',
    readsBody: false,
    isAddressed: (call) => call.method === 'GET' && isMsiPath(call.path),
    isCaller: (call) => {
      const isPath = matchesPath(msiPathSecret(call.path));
      return matchesHeader(call.header('secret')) && isPath;
    },
    read: (call: ProgramCall) => readIdentityParameters(new URLSearchParams(call.query)),
    grant: identityGrants(),
    fail: failIdentity,
  };
}
