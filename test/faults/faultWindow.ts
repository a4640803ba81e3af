import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Extension } from 'vscode';
import type { AzureCredentialsApi } from '../../src/api/azureCredentials.d.ts';
import { createExports } from '../../src/api/exports.ts';
import { ProgramApproval } from '../../src/endpoint/approval.ts';
import { dialectGroups } from '../../src/endpoint/dialectGroups.ts';
import { LocalTokenEndpoint, type WorkspaceMemory } from '../../src/endpoint/localTokenEndpoint.ts';
import { createEntraTokenSource } from '../../src/entra/entraTokenSource.ts';
import { createAccountBindings } from '../../src/git/accountBindings.ts';
import { answerRequest } from '../../src/git/answerRequest.ts';
import { CredentialHelper } from '../../src/git/credentialHelper.ts';
import { includeVariables } from '../../src/git/gitConfiguration.ts';
import { createGitCredentials } from '../../src/git/gitCredentials.ts';
import { createOrganizationTenants } from '../../src/git/organizationTenant.ts';
import { policyByRequester } from '../../src/tokens/accessPolicy.ts';
import type { AzureCredentialsError } from '../../src/tokens/errors.ts';
import type { Clock, SecretStore } from '../../src/tokens/ports.ts';
import { createTokenService, type TokenService } from '../../src/tokens/tokenService.ts';
import type { Control } from '../azure/control.ts';
import { ids, KeptLog, signsInAs, TestPerson } from '../unit/entra/harness.ts';

/** What outlives a window: the editor keeps it. */
export interface WindowSurroundings {
  readonly secrets: SecretStore;
  /** The editor's state, of all windows and of the workspace. */
  readonly memory: WorkspaceMemory;
  readonly clock: Clock;
  /** Folder for sockets and cookies, the same for every window of the workspace. */
  readonly folder: string;
  readonly control: Control;
}

/** One window of an editor, with everything of the extension but what needs `vscode`. */
export interface FaultWindow {
  readonly tokens: TokenService;
  readonly api: AzureCredentialsApi;
  readonly person: TestPerson;
  readonly log: KeptLog;
  /** What the person was told of the secret storage. */
  readonly troubles: AzureCredentialsError[];
  /** Scopes of each request that was given to the network, in order. */
  readonly sent: string[];
  /** What terminals, and the git of the editor, are started with. */
  readonly environment: Readonly<Record<string, string>>;
  signIn(): Promise<void>;
  /** Closes the window, as the editor does. */
  close(): Promise<void>;
}

const consumer = { id: 'Contoso.Lister' } as Extension<unknown>;

/** Opens a window: the rooms, composed as `src/extension.ts` composes them. */
export async function openFaultWindow(surroundings: WindowSurroundings): Promise<FaultWindow> {
  const { memory, clock, folder, control } = surroundings;
  const person = new TestPerson();
  const log = new KeptLog();
  const troubles: AzureCredentialsError[] = [];
  const sent: string[] = [];
  const source = createEntraTokenSource({
    settings: {
      clientId: ids.publicClient,
      tenantId: 'organizations',
      cloud: 'public',
      authType: 'viewer',
      signInMethod: 'browser',
    },
    ...{ secrets: surroundings.secrets, prompt: person, clock, log },
    fetch: (input, init) => {
      sent.push(new URLSearchParams(String(init?.body ?? '')).get('scope') ?? String(input));
      return globalThis.fetch(input, init);
    },
    onStorageTrouble: (error) => void troubles.push(error),
  });
  const granted = new Set<string>();
  const program = new ProgramApproval({
    settings: () => ({ approval: 'firstUse', allowedResources: [] }),
    cloud: () => 'public',
    grants: { has: (key) => granted.has(key), add: (key) => void granted.add(key) },
    ask: async () => 'workspace',
    clock,
  });
  const tokens = createTokenService({
    source,
    policy: policyByRequester({ extension: { authorize: () => undefined }, program }),
    preference: { defaultAccountId: () => undefined, defaultTenantId: () => undefined },
    cloud: () => 'public',
    ...{ clock, log },
  });
  const { exports, dispose: closeApi } = createExports({
    ...{ tokens, log },
    findExtension: (id) => (id === consumer.id ? { id, displayName: 'Blob Lister' } : undefined),
    confirmSignOut: async () => true,
  });
  const helper = startHelper(tokens, { ...surroundings, log });
  const endpoint = await LocalTokenEndpoint.start({
    ...{ tokens, memory, clock, log },
    secrets: surroundings.secrets,
    cookieFolder: () => join(folder, 'workbench'),
    onFailure: () => undefined,
  });
  const variables = await endpoint.serve(dialectGroups);
  const { place } = await helper;
  return {
    ...{ tokens, person, log, troubles, sent },
    api: exports.getAPI(1, consumer),
    environment: { ...variables, ...includeVariables({}, place.configuration.editor, () => false) },
    signIn: async () => {
      const page = signsInAs({ control }, person, { username: 'ada@contoso.com' });
      await Promise.all([tokens.signIn({ loginHint: 'ada@contoso.com' }), page]);
    },
    close: async () => {
      closeApi();
      tokens.dispose();
      (await helper).stop();
      await endpoint.dispose();
      await source.dispose();
    },
  };
}

async function startHelper(
  tokens: TokenService,
  { memory, folder, log }: WindowSurroundings & { readonly log: KeptLog },
) {
  const credentials = createGitCredentials({
    tokens,
    bindings: createAccountBindings({ everywhere: memory, workspace: memory }),
    workspaceAccountId: () => undefined,
    openOrganization: () => undefined,
    tenants: createOrganizationTenants({ fetch: (input, init) => globalThis.fetch(input, init), memory }),
  });
  const root = join(folder, 'run');
  mkdirSync(root, { recursive: true });
  const helper = new CredentialHelper({
    ...{ root, id: 'window', log },
    patience: 0,
    answer: (bytes, signal) => answerRequest(bytes, { credentials, onFailure: () => undefined }, signal),
  });
  const place = await helper.start();
  await helper.serve(new Set(['editor']));
  return { place, stop: () => helper.dispose() };
}
