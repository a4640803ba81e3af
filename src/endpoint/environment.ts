import { appService, appServicePath } from './appService.ts';
import { azd, azdPath } from './azd.ts';
import { deriveCallerSecret } from './callerSecret.ts';
import { cloudShell } from './cloudShell.ts';
import type { Dialect } from './dialect.ts';
import type { DialectGroup } from './dialectGroups.ts';
import { loopbackHost } from './loopbackPort.ts';
import { msiPath } from './managedIdentity.ts';
import { msi2017 } from './msi2017.ts';
import { positWorkbench, workbenchPath } from './positWorkbench.ts';

/**
 * Version of Posit Workbench that programs are told: the delegated token functions want 2024.12.0, an early posit-sdk 2025.11.0
 * for its whole OAuth part; from 2026.01.0 on they would expect integrations, which are not served.
 */
const workbenchVersion = '2025.12.0';

/** Where the endpoint listens and the secret that everything is derived from. */
export interface EndpointAddress {
  readonly port: number;
  readonly workspaceSecret: string;
}

/** The secret that RPC cookies of Posit Workbench are made with. */
export function rpcCookieSecret({ port, workspaceSecret }: EndpointAddress): string {
  return deriveCallerSecret(workspaceSecret, port, 'positWorkbench');
}

/** @param now milliseconds since the epoch */
export function createDialects(
  groups: readonly DialectGroup[],
  address: EndpointAddress,
  now: () => number,
): readonly Dialect[] {
  const secret = secretsOf(address);
  const byGroup: { readonly [group in DialectGroup]: () => readonly Dialect[] } = {
    azureSdk: () => [
      appService(secret('identityHeader')),
      msi2017({ header: secret('msiSecret'), path: secret('msiPath') }),
      cloudShell(secret('msiPath')),
    ],
    azd: () => [azd(secret('azd'))],
    positWorkbench: () => [positWorkbench(rpcCookieSecret(address), now)],
  };
  return groups.flatMap((group) => byGroup[group]());
}

/**
 * Environment variables through which programs find the endpoint.
 *
 * @param cookieFolder folder that holds the file `rpc_cookie`; Posit Workbench's group is left out without one
 */
export function environmentVariables(
  groups: readonly DialectGroup[],
  address: EndpointAddress,
  cookieFolder: string | undefined,
): Readonly<Record<string, string>> {
  const secret = secretsOf(address);
  const base = `http://${loopbackHost}:${address.port}`;
  const byGroup: { readonly [group in DialectGroup]: Readonly<Record<string, string>> } = {
    azureSdk: {
      IDENTITY_ENDPOINT: `${base}${appServicePath}`,
      IDENTITY_HEADER: secret('identityHeader'),
      MSI_ENDPOINT: `${base}${msiPath(secret('msiPath'))}`,
      MSI_SECRET: secret('msiSecret'),
    },
    azd: { AZD_AUTH_ENDPOINT: `${base}${azdPath}`, AZD_AUTH_KEY: secret('azd') },
    positWorkbench:
      cookieFolder === undefined
        ? {}
        : {
            RS_SERVER_ADDRESS: `${base}${workbenchPath}`,
            PWB_SESSION_RUNTIME_DIR: cookieFolder,
            POSIT_PRODUCT: 'WORKBENCH',
            RSTUDIO_VERSION: workbenchVersion,
          },
  };
  return Object.assign({}, ...groups.map((group) => byGroup[group]));
}

function secretsOf({ port, workspaceSecret }: EndpointAddress): (purpose: string) => string {
  return (purpose) => deriveCallerSecret(workspaceSecret, port, purpose);
}
