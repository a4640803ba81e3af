/** Groups of dialects that are turned on together: each has a setting `azureCredentials.terminal.<group>`. */
export const dialectGroups = ['azureSdk', 'azd', 'positWorkbench'] as const;

export type DialectGroup = (typeof dialectGroups)[number];

/** Names of every variable that can be set, by group: shown to the person, and deleted when a group is turned off. */
export const variableNames: { readonly [group in DialectGroup]: readonly string[] } = {
  azureSdk: ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET'],
  azd: ['AZD_AUTH_ENDPOINT', 'AZD_AUTH_KEY'],
  positWorkbench: ['RS_SERVER_ADDRESS', 'PWB_SESSION_RUNTIME_DIR', 'POSIT_PRODUCT', 'RSTUDIO_VERSION'],
};
