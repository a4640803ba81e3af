import type { KnownCloud } from './resourceCatalogue.ts';

/** What is known of addresses that belong to one account, vault, cluster or workspace of a service. */
export interface HostRule {
  /** Ending of the host name, with the dot before it. */
  readonly ending: string;
  /** The service in the catalogue. */
  readonly entryId: string;
  readonly cloud: KnownCloud;
  /** Entra itself knows such an address as a resource, so a token for this one account can be had. */
  readonly isResource: boolean;
}

/** Finds the service that an address belongs to. @param host in lower case */
export function findHostRule(host: string): HostRule | undefined {
  for (let dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1)) {
    const rule = rules.get(host.slice(dot));
    if (rule !== undefined) {
      return rule;
    }
  }
  return undefined;
}

/** Hosts that belong to a service but are one address for everybody, and not a resource. */
export function findServiceHost(host: string): string | undefined {
  return serviceHosts.find(([name]) => name === host)?.[1];
}

const serviceHosts: readonly (readonly [host: string, entryId: string])[] = [
  ['dev.azure.com', 'devops'],
  ['vssps.dev.azure.com', 'devops'],
  ['pkgs.dev.azure.com', 'devops'],
  ['feeds.dev.azure.com', 'devops'],
  ['ssh.dev.azure.com', 'devops'],
];

const hostRules: readonly HostRule[] = [
  // Storage, Kusto, Service Bus, Event Hubs, Cosmos DB and App Configuration take tokens for the address itself.
  ...['blob', 'queue', 'table', 'file', 'dfs'].flatMap((part) => [
    rule(`.${part}.core.windows.net`, 'storage', 'public', true),
    rule(`.${part}.core.usgovcloudapi.net`, 'storage', 'usGovernment', true),
    rule(`.${part}.core.chinacloudapi.cn`, 'storage', 'china', true),
  ]),
  rule('.kusto.windows.net', 'kusto', 'public', true),
  rule('.kusto.usgovcloudapi.net', 'kusto', 'usGovernment', true),
  rule('.kusto.chinacloudapi.cn', 'kusto', 'china', true),
  rule('.servicebus.windows.net', 'servicebus', 'public', true),
  rule('.servicebus.usgovcloudapi.net', 'servicebus', 'usGovernment', true),
  rule('.servicebus.chinacloudapi.cn', 'servicebus', 'china', true),
  rule('.documents.azure.com', 'cosmos', 'public', true),
  rule('.documents.azure.us', 'cosmos', 'usGovernment', true),
  rule('.documents.azure.cn', 'cosmos', 'china', true),
  rule('.azconfig.io', 'appconfiguration', 'public', true),
  rule('.azconfig.azure.us', 'appconfiguration', 'usGovernment', true),
  rule('.azconfig.azure.cn', 'appconfiguration', 'china', true),
  // The others take tokens for the service as a whole only.
  rule('.vault.azure.net', 'keyvault', 'public', false),
  rule('.vault.usgovcloudapi.net', 'keyvault', 'usGovernment', false),
  rule('.vault.azure.cn', 'keyvault', 'china', false),
  rule('.managedhsm.azure.net', 'managedhsm', 'public', false),
  rule('.managedhsm.usgovcloudapi.net', 'managedhsm', 'usGovernment', false),
  rule('.managedhsm.azure.cn', 'managedhsm', 'china', false),
  rule('.database.windows.net', 'sql', 'public', false),
  rule('.database.usgovcloudapi.net', 'sql', 'usGovernment', false),
  rule('.database.chinacloudapi.cn', 'sql', 'china', false),
  rule('.azuredatabricks.net', 'databricks', 'public', false),
  rule('.databricks.azure.us', 'databricks', 'usGovernment', false),
  rule('.databricks.azure.cn', 'databricks', 'china', false),
  rule('.visualstudio.com', 'devops', 'public', false),
  rule('.openai.azure.com', 'cognitiveservices', 'public', false),
  rule('.cognitiveservices.azure.com', 'cognitiveservices', 'public', false),
  rule('.azurecr.io', 'containerregistry', 'public', false),
  rule('.search.windows.net', 'search', 'public', false),
  rule('.search.azure.us', 'search', 'usGovernment', false),
  rule('.redis.cache.windows.net', 'redis', 'public', false),
  rule('.postgres.database.azure.com', 'postgresql', 'public', false),
  rule('.mysql.database.azure.com', 'postgresql', 'public', false),
];

const rules = new Map(hostRules.map((one) => [one.ending, one]));

function rule(ending: string, entryId: string, cloud: KnownCloud, isResource: boolean): HostRule {
  return { ending, entryId, cloud, isResource };
}
