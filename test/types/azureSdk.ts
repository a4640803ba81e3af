// The API beside the Azure SDKs' own types: every line here must compile as an extension's author would write it.
import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import { BlobServiceClient } from '@azure/storage-blob';
import type * as ours from '../../src/api/azureCredentials.js';

export function listContainers(api: ours.AzureCredentialsApi, url: string) {
  return new BlobServiceClient(url, api.getCredential()).listContainers();
}

export function credentialOf(api: ours.AzureCredentialsApi): TokenCredential {
  return api.getCredential({ interactive: true, tenantId: 'contoso.com', account: api.accounts[0] });
}

export function tokenOf(token: ours.AccessToken): AccessToken {
  return token;
}

/** What an SDK may pass is accepted as it is: one scope or several, and every option. */
export async function askAsSdkDoes(
  credential: ours.TokenCredential,
  scopes: string | string[],
  options: GetTokenOptions,
): Promise<AccessToken> {
  return await credential.getToken(scopes, options);
}

/** Checked once more without the leniency of method parameters. */
type Assignable<From, To> = From extends To ? true : never;
type GetTokenFunction = ours.TokenCredential['getToken'];
export const optionsFit: Assignable<GetTokenOptions, NonNullable<Parameters<GetTokenFunction>[1]>> = true;
export const scopesFit: Assignable<Parameters<TokenCredential['getToken']>[0], Parameters<GetTokenFunction>[0]> = true;
export const resultFits: Assignable<ours.AccessToken, AccessToken> = true;
export const signalFits: Assignable<AbortSignal, ours.AbortSignalLike> = true;
