import { DeviceCodeCredential } from '@azure/identity';
import { PublicClientApplication } from '@azure/msal-node';
import { createNetworkModule } from '../../test/unit/azure/msalNetwork.ts';
import { createPkce, redirectUri } from '../../test/unit/azure/samples.ts';
import { ids, storage } from '../../test/unit/entra/harness.ts';
import { atLeast, comparedRow, type Figure, rounded } from '../figure.ts';
import { createHttpClient } from '../httpClient.ts';
import { type AzureAccess, allowedExtension, createSignedInService } from '../productionService.ts';
import { median, millisecondsEach, ratioOf, takeTurns } from '../takeTurns.ts';

const scopes = [`${storage}/.default`];
const username = 'ada@contoso.com';

/** A token in memory: ours, MSAL's, and that of @azure/identity, for the same person and resource in one process. */
export async function measureWarmToken(
  azure: AzureAccess,
  { rounds = 301, warmUps = 10, peers = true } = {},
): Promise<Figure> {
  const tokens = await createSignedInService(azure);
  await tokens.getToken({ resource: storage }, allowedExtension);
  const { client, account } = await signInToMsal(azure);
  const credential = peers ? await signInToIdentity(azure) : undefined;
  const microseconds = async (times: number, call: () => Promise<unknown>) =>
    1000 * (await millisecondsEach(times, call));
  const figures = await takeTurns(
    {
      ours: () => microseconds(2_000, () => tokens.getToken({ resource: storage }, allowedExtension)),
      msal: () => microseconds(15, () => client.acquireTokenSilent({ account, scopes })),
      identity: () => microseconds(15, async () => credential?.getToken(scopes)),
    },
    { rounds, warmUps },
  );
  tokens.dispose();
  const compared = ratioOf(figures.msal, figures.ours);
  const what = 'a token in memory';
  const row = { what, ours: figures.ours, unit: 'µs' };
  return {
    key: 'warmToken',
    fields: {
      ours_us: rounded(median(figures.ours)),
      msal_us: rounded(median(figures.msal)),
      ratio: rounded(compared.ratio),
    },
    rows: [
      comparedRow({
        ...{ ...row, peer: 'MSAL acquireTokenSilent', against: figures.msal, compared },
        goal: atLeast(compared.ratio, 100),
      }),
      ...(peers
        ? [
            comparedRow({
              ...{ ...row, peer: '@azure/identity getToken', against: figures.identity },
              compared: ratioOf(figures.identity, figures.ours),
            }),
          ]
        : []),
    ],
  };
}

async function signInToMsal(azure: AzureAccess) {
  const client = new PublicClientApplication({
    auth: { clientId: ids.publicClient, authority: 'https://login.microsoftonline.com/organizations' },
    system: { networkClient: createNetworkModule(azure.fetch) },
  });
  const { verifier, challenge } = createPkce();
  const url = await client.getAuthCodeUrl({
    ...{ scopes, redirectUri, codeChallenge: challenge, codeChallengeMethod: 'S256', prompt: 'select_account' },
  });
  const end = new URL(await azure.control.authorize(url, { username }));
  const code = end.searchParams.get('code') ?? '';
  const result = await client.acquireTokenByCode({ scopes, redirectUri, code, codeVerifier: verifier });
  if (!result?.account) {
    throw new Error('MSAL signed nobody in.');
  }
  return { client, account: result.account };
}

async function signInToIdentity(azure: AzureAccess): Promise<DeviceCodeCredential> {
  const credential = new DeviceCodeCredential({
    clientId: ids.publicClient,
    tenantId: ids.contoso,
    httpClient: createHttpClient(azure.fetch),
    userPromptCallback: ({ userCode }) => void azure.control.approveDevice(userCode, username),
  });
  await credential.getToken(scopes);
  return credential;
}
