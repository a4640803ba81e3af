import type { CloudName } from './cloud.ts';
import { phrase, type Text } from './phrase.ts';

/** A cloud whose resource names are known. `custom` uses the names of `public`. */
export type KnownCloud = Exclude<CloudName, 'custom'>;

/**
 * One Azure service as a resource of Entra.
 *
 * Resource URIs are written exactly as Entra wants them: a slash at the end is part of the name, because it ends up in the
 * token's `aud` and Resource Manager compares it (Microsoft identity platform, "trailing slash and .default").
 */
export interface CatalogueEntry {
  /** Short name in lower case that a person may type. */
  readonly id: string;
  readonly name: string;
  readonly description: Text;
  /** Other names that a person may type: lower case, letters and digits only. */
  readonly aliases: readonly string[];
  /** Application id (GUID) of the service; the same in every cloud. */
  readonly applicationId?: string;
  /** Resource by cloud, the preferred one first. A cloud that is absent: no name is documented for it. */
  readonly resources: { readonly [cloud in KnownCloud]?: readonly [string, ...string[]] };
}

/** Source: Microsoft Learn, the "authenticate with Microsoft Entra ID" page of each service, and the Azure SDKs' default scopes. */
export const resourceCatalogue: readonly CatalogueEntry[] = [
  entry('storage', 'Azure Storage', phrase`Blobs, files, queues, tables, Data Lake Gen2 and OneLake`, {
    applicationId: 'e406a681-f3d4-42a8-90b6-c2b029497af1',
    aliases: ['blob', 'blobs', 'queue', 'table', 'adls', 'datalakegen2', 'onelake'],
    public: 'https://storage.azure.com',
    usGovernment: 'https://storage.azure.com',
    china: 'https://storage.azure.com',
  }),
  entry('arm', 'Azure Resource Manager', phrase`Subscriptions, resource groups and every management operation`, {
    applicationId: '797f4846-ba00-4fd7-ba43-dac1f8f63013',
    aliases: ['management', 'resourcemanager', 'azuremanagement'],
    public: ['https://management.azure.com/', 'https://management.core.windows.net/'],
    usGovernment: ['https://management.usgovcloudapi.net/', 'https://management.core.usgovcloudapi.net/'],
    china: ['https://management.chinacloudapi.cn/', 'https://management.core.chinacloudapi.cn/'],
  }),
  entry('graph', 'Microsoft Graph', phrase`Users, groups, mail, files and the rest of Microsoft 365`, {
    applicationId: '00000003-0000-0000-c000-000000000000',
    aliases: ['msgraph'],
    public: 'https://graph.microsoft.com',
    usGovernment: 'https://graph.microsoft.us',
    china: 'https://microsoftgraph.chinacloudapi.cn',
  }),
  entry('keyvault', 'Key Vault', phrase`Secrets, keys and certificates`, {
    applicationId: 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093',
    aliases: ['vault', 'kv'],
    public: 'https://vault.azure.net',
    usGovernment: 'https://vault.usgovcloudapi.net',
    china: 'https://vault.azure.cn',
  }),
  entry('devops', 'Azure DevOps', phrase`Repos, pipelines, boards and artifacts`, {
    applicationId: '499b84ac-1321-427f-aa17-267ca6975798',
    aliases: ['azurerepos', 'repos', 'ado', 'vsts'],
    public: '499b84ac-1321-427f-aa17-267ca6975798',
  }),
  entry('sql', 'Azure SQL Database', phrase`SQL Database, SQL Managed Instance and Synapse SQL`, {
    applicationId: '022907d3-0f1b-48f7-badc-1ba6abab6d66',
    aliases: ['azuresql', 'sqldatabase', 'sqlserver', 'database'],
    public: 'https://database.windows.net',
    usGovernment: 'https://database.usgovcloudapi.net',
    china: 'https://database.chinacloudapi.cn',
  }),
  entry('databricks', 'Azure Databricks', phrase`Workspaces, clusters and jobs of Databricks`, {
    applicationId: '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d',
    aliases: [],
    public: '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d',
    usGovernment: '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d',
    china: '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d',
  }),
  entry('kusto', 'Azure Data Explorer', phrase`Kusto clusters and databases`, {
    applicationId: '2746ea77-4702-4b45-80ca-3c97e680e8b7',
    aliases: ['adx', 'dataexplorer'],
    public: 'https://kusto.kusto.windows.net',
  }),
  entry(
    'cognitiveservices',
    'Azure AI services',
    phrase`Azure OpenAI, Language, Speech, Vision and the other AI services`,
    {
      applicationId: '7d312290-28c8-473c-a0ed-8e53749b6d6d',
      aliases: ['openai', 'azureopenai', 'ai', 'aiservices', 'cognitive'],
      public: 'https://cognitiveservices.azure.com',
    },
  ),
  entry('foundry', 'Azure AI Foundry', phrase`Projects, agents and models of AI Foundry`, {
    aliases: ['aifoundry', 'aiprojects'],
    public: 'https://ai.azure.com',
  }),
  entry('search', 'Azure AI Search', phrase`Indexes and queries`, {
    applicationId: '880da380-985e-4198-81b9-e05b1cc53158',
    aliases: ['aisearch', 'cognitivesearch'],
    public: 'https://search.azure.com',
    usGovernment: 'https://search.azure.us',
  }),
  entry('cosmos', 'Azure Cosmos DB', phrase`Items of a Cosmos DB account`, {
    applicationId: 'a232010e-820c-4083-83bb-3ace5fc29d0b',
    aliases: ['cosmosdb'],
    public: 'https://cosmos.azure.com',
  }),
  entry(
    'postgresql',
    'Azure Database for PostgreSQL and MySQL',
    phrase`Passwordless sign-in to open-source databases`,
    {
      applicationId: '123cd850-d9df-40bd-94d5-c9f07b7fa203',
      aliases: ['postgres', 'mysql', 'ossrdbms', 'mariadb'],
      public: 'https://ossrdbms-aad.database.windows.net',
      usGovernment: 'https://ossrdbms-aad.database.usgovcloudapi.net',
      china: 'https://ossrdbms-aad.database.chinacloudapi.cn',
    },
  ),
  entry('redis', 'Azure Cache for Redis', phrase`Azure Cache for Redis and Azure Managed Redis`, {
    applicationId: 'acca5fbb-b7e4-4009-81f1-37e38fd66d78',
    aliases: ['managedredis'],
    public: 'https://redis.azure.com',
  }),
  entry('servicebus', 'Azure Service Bus', phrase`Queues and topics`, {
    applicationId: '80a10ef9-8168-493d-abf9-3297c4ef6e3c',
    aliases: [],
    public: 'https://servicebus.azure.net',
    usGovernment: 'https://servicebus.usgovcloudapi.net',
    china: 'https://servicebus.chinacloudapi.cn',
  }),
  entry('eventhubs', 'Azure Event Hubs', phrase`Event streams`, {
    applicationId: '80369ed6-5f11-4dd9-bef3-692475845e77',
    aliases: ['eventhub'],
    public: 'https://eventhubs.azure.net',
  }),
  entry('eventgrid', 'Azure Event Grid', phrase`Events and topics`, {
    aliases: [],
    public: 'https://eventgrid.azure.net',
  }),
  entry('appconfiguration', 'App Configuration', phrase`Settings and feature flags`, {
    applicationId: '35ffadb3-7fc1-497e-b61b-381d28e744cc',
    aliases: ['appconfig'],
    public: 'https://appconfig.azure.com',
    usGovernment: 'https://appconfig.azure.us',
    china: 'https://appconfig.azure.cn',
  }),
  entry('containerregistry', 'Container Registry', phrase`Images and artifacts`, {
    applicationId: '6a0ec4d3-30cb-4a83-91c0-ae56bc0e3d26',
    aliases: ['acr', 'registry'],
    public: 'https://containerregistry.azure.net',
  }),
  entry('aks', 'Azure Kubernetes Service', phrase`Clusters that sign people in with Entra ID`, {
    applicationId: '6dae42f8-4368-4678-94ff-3960e28e3630',
    aliases: ['kubernetes'],
    public: '6dae42f8-4368-4678-94ff-3960e28e3630',
    usGovernment: '6dae42f8-4368-4678-94ff-3960e28e3630',
    china: '6dae42f8-4368-4678-94ff-3960e28e3630',
  }),
  entry('loganalytics', 'Log Analytics', phrase`Queries of logs`, {
    applicationId: 'ca7f3f0b-7d91-482c-8e09-c5d840d0eac5',
    aliases: ['logs'],
    public: 'https://api.loganalytics.io',
    usGovernment: 'https://api.loganalytics.us',
    china: 'https://api.loganalytics.azure.cn',
  }),
  entry('applicationinsights', 'Application Insights', phrase`Queries of telemetry`, {
    applicationId: 'f5c26e74-f226-4ae8-85f0-b4af0080ac9e',
    aliases: ['appinsights'],
    public: 'https://api.applicationinsights.io',
    usGovernment: 'https://api.applicationinsights.us',
    china: 'https://api.applicationinsights.azure.cn',
  }),
  entry('monitor', 'Azure Monitor', phrase`Ingestion of logs and metrics`, {
    aliases: ['azuremonitor'],
    public: 'https://monitor.azure.com',
  }),
  entry('synapse', 'Azure Synapse Analytics', phrase`Workspaces, pipelines and Spark`, {
    applicationId: '9e09aefc-b2e5-4d19-9f74-3e3e8b11a57b',
    aliases: [],
    public: 'https://dev.azuresynapse.net',
    usGovernment: 'https://dev.azuresynapse.usgovcloudapi.net',
    china: 'https://dev.azuresynapse.azure.cn',
  }),
  entry('powerbi', 'Power BI', phrase`Reports, datasets and workspaces`, {
    applicationId: '00000009-0000-0000-c000-000000000000',
    aliases: [],
    public: 'https://analysis.windows.net/powerbi/api',
  }),
  entry('fabric', 'Microsoft Fabric', phrase`Items and workspaces of Fabric`, {
    aliases: ['microsoftfabric'],
    public: 'https://api.fabric.microsoft.com',
  }),
  entry('managedhsm', 'Managed HSM', phrase`Keys in a dedicated hardware security module`, {
    applicationId: '1341df96-0b28-43da-ba24-7a6ce39be816',
    aliases: ['hsm'],
    public: 'https://managedhsm.azure.net',
    usGovernment: 'https://managedhsm.usgovcloudapi.net',
    china: 'https://managedhsm.azure.cn',
  }),
  entry('batch', 'Azure Batch', phrase`Pools, jobs and tasks`, {
    applicationId: 'ddbf3205-c6bd-46ae-8127-60eb93363864',
    aliases: [],
    public: 'https://batch.core.windows.net/',
    usGovernment: 'https://batch.core.usgovcloudapi.net/',
    china: 'https://batch.chinacloudapi.cn/',
  }),
  entry('datalake', 'Data Lake Storage Gen1', phrase`The first generation of Data Lake (Gen2 is Azure Storage)`, {
    applicationId: 'e9f49c6b-5ce5-44c8-925d-015017e9f7ad',
    aliases: ['datalakegen1'],
    public: 'https://datalake.azure.net/',
  }),
  entry('signalr', 'Azure SignalR Service', phrase`Real-time messages`, {
    aliases: [],
    public: 'https://signalr.azure.com',
  }),
  entry('webpubsub', 'Azure Web PubSub', phrase`Real-time messages over WebSocket`, {
    aliases: [],
    public: 'https://webpubsub.azure.com',
  }),
  entry('maps', 'Azure Maps', phrase`Maps, routes and places`, {
    applicationId: 'ba1ea022-5807-41d5-bbeb-292c7e1cf5f6',
    aliases: [],
    public: 'https://atlas.microsoft.com',
  }),
  entry('purview', 'Microsoft Purview', phrase`Data catalogue and governance`, {
    applicationId: '73c2949e-da2d-457a-9607-fcc665198967',
    aliases: [],
    public: 'https://purview.azure.net',
  }),
  entry('devcenter', 'Microsoft Dev Box and Dev Center', phrase`Dev boxes and environments`, {
    aliases: ['devbox'],
    public: 'https://devcenter.azure.com',
  }),
  entry('communication', 'Azure Communication Services', phrase`Chat, calls, mail and SMS`, {
    aliases: ['acs'],
    public: 'https://communication.azure.com',
  }),
  entry('iothub', 'Azure IoT Hub', phrase`Devices and their messages`, {
    aliases: ['iot'],
    public: 'https://iothubs.azure.net',
  }),
  entry('digitaltwins', 'Azure Digital Twins', phrase`Models of places and things`, {
    applicationId: '0b07f429-9f4b-4714-9392-cc5e8e80c8b0',
    aliases: [],
    public: 'https://digitaltwins.azure.net',
  }),
];

interface EntryParts {
  readonly applicationId?: string;
  readonly aliases: readonly string[];
  readonly public: string | readonly [string, ...string[]];
  readonly usGovernment?: string | readonly [string, ...string[]];
  readonly china?: string | readonly [string, ...string[]];
}

function entry(id: string, name: string, description: Text, parts: EntryParts): CatalogueEntry {
  const list = (value: string | readonly [string, ...string[]]): readonly [string, ...string[]] =>
    typeof value === 'string' ? [value] : value;
  return {
    id,
    name,
    description,
    aliases: parts.aliases,
    ...(parts.applicationId === undefined ? {} : { applicationId: parts.applicationId }),
    resources: {
      public: list(parts.public),
      ...(parts.usGovernment === undefined ? {} : { usGovernment: list(parts.usGovernment) }),
      ...(parts.china === undefined ? {} : { china: list(parts.china) }),
    },
  };
}
