/** Settings for the sample tenant and application of the local Azure (test/azure/data.json), as a fleet would have them. */
export function sampleSettings(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    'azureCredentials.clientId': '5a6b7c8d-1111-4e2f-9a0b-000000000001',
    'azureCredentials.tenantId': 'contoso.com',
    ...more,
  };
}
