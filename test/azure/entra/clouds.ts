import type { Cloud } from '../data.ts';

/** Sign-in hosts per cloud, the preferred one first (MSAL's own list of aliases). */
export const signInHosts: Readonly<Record<Cloud, readonly string[]>> = {
  public: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
  usGovernment: ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
  china: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
};

/** Host of the issuer of version 1 tokens. */
export const versionOneIssuerHost: Readonly<Record<Cloud, string>> = {
  public: 'sts.windows.net',
  usGovernment: 'sts.windows.net',
  china: 'sts.chinacloudapi.cn',
};

/** Microsoft Graph's host. */
export const graphHost: Readonly<Record<Cloud, string>> = {
  public: 'graph.microsoft.com',
  usGovernment: 'graph.microsoft.us',
  china: 'microsoftgraph.chinacloudapi.cn',
};

/** Where a person types a device code (recorded answers of each cloud, as az and azure-powershell print them). */
export const deviceLoginUri: Readonly<Record<Cloud, string>> = {
  public: 'https://microsoft.com/devicelogin',
  usGovernment: 'https://microsoft.com/deviceloginus',
  china: 'https://microsoft.com/deviceloginchina',
};

/** The cloud that a sign-in host belongs to. */
export function cloudOfHost(host: string): Cloud | undefined {
  const clouds: readonly Cloud[] = ['public', 'usGovernment', 'china'];
  return clouds.find((cloud) => signInHosts[cloud].includes(host));
}

/** Tenant segments that name no tenant. */
export const sharedTenants: readonly string[] = ['common', 'organizations', 'consumers'];
