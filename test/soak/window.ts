import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Memento } from 'vscode';
import type { StateInMemory } from '../../bench/productionService.ts';
import { createExports } from '../../src/api/exports.ts';
import { createAccountPreference, type StoredAccountPreference } from '../../src/editor/accountPreference.ts';
import { AccessDecisions } from '../../src/editor/consentDecisions.ts';
import { ConsentPolicy } from '../../src/editor/consentPolicy.ts';
import { sourceSettingsFrom } from '../../src/editor/sourceSettingsFrom.ts';
import { ProgramApproval } from '../../src/endpoint/approval.ts';
import { dialectGroups } from '../../src/endpoint/dialectGroups.ts';
import { LocalTokenEndpoint } from '../../src/endpoint/localTokenEndpoint.ts';
import { createEntraTokenSource } from '../../src/entra/entraTokenSource.ts';
import { createAccountBindings } from '../../src/git/accountBindings.ts';
import { answerRequest } from '../../src/git/answerRequest.ts';
import { CredentialHelper } from '../../src/git/credentialHelper.ts';
import { createGitCredentials } from '../../src/git/gitCredentials.ts';
import type { HelperPlace } from '../../src/git/helperPlace.ts';
import { createOrganizationTenants } from '../../src/git/organizationTenant.ts';
import { policyByRequester } from '../../src/tokens/accessPolicy.ts';
import { systemClock } from '../../src/tokens/clock.ts';
import { AzureCredentialsError } from '../../src/tokens/errors.ts';
import { createLazyTokenService } from '../../src/tokens/lazyTokenService.ts';
import type { Log, SecretStore, SignInPrompt, TokenSource } from '../../src/tokens/ports.ts';
import type { RefreshableTokenService } from '../../src/tokens/tokenService.ts';
import { ids } from '../unit/entra/harness.ts';

/** What a window is opened with: the same things that an editor gives an extension. */
export interface Surroundings {
  /** One word; two windows have two. */
  readonly name: string;
  readonly folder: string;
  readonly fetch: typeof fetch;
  readonly secrets: SecretStore;
  readonly prompt: SignInPrompt;
  readonly log: Log;
  readonly globalState: StateInMemory;
  readonly workspaceState: StateInMemory;
  /** Account that this window uses where none is named. */
  readonly defaultAccountId: string;
}

/** Extensions that are installed in every window. */
export const extensionIds = ['sample.first', 'sample.second'] as const;

/** All rooms of the extension, wired as `src/extension.ts` wires them; what only an editor has is in memory. */
export interface SoakedWindow extends AsyncDisposable {
  readonly tokens: RefreshableTokenService;
  readonly api: ReturnType<typeof createExports>['exports'];
  readonly variables: Readonly<Record<string, string>>;
  readonly git: HelperPlace;
  readonly defaultAccountId: string;
}

const settings = sourceSettingsFrom((key) => (key === 'clientId' ? ids.publicClient : undefined));
const clock = systemClock();

export async function openWindow(given: Surroundings): Promise<SoakedWindow> {
  await using opened = new AsyncDisposableStack();
  const { globalState, workspaceState, log, defaultAccountId } = given;
  const source = createEntraTokenSource({ ...given, clock, settings: { ...settings } });
  opened.defer(async () => void (await source.dispose()));
  const preference = createAccountPreference({
    ...{ globalState: asMemento(globalState), workspaceState: asMemento(workspaceState) },
    settings: () => settings,
    onListenerError: (error) => log.error(`a listener failed: ${String(error)}`),
  });
  await preference.setDefaultAccount(defaultAccountId, 'workspace');
  const tokens = await createService(given, source, preference);
  opened.defer(() => void tokens.dispose());
  const api = createExports({
    ...{ tokens, log },
    findExtension: (id) => (extensionIds.includes(id as 'sample.first') ? { id, displayName: id } : undefined),
    confirmSignOut: async () => true,
  });
  opened.defer(() => void api.dispose());
  const { secrets, folder, name } = given;
  const endpoint = await LocalTokenEndpoint.start({
    ...{ tokens, secrets, clock, log, memory: workspaceState },
    cookieFolder: () => join(folder, `cookie-${name}`),
    onFailure: () => undefined,
  });
  opened.defer(() => endpoint.dispose());
  const git = await startGit(given, tokens, opened);
  const variables = await endpoint.serve(dialectGroups);
  const parts = opened.move();
  return {
    tokens,
    variables,
    git,
    defaultAccountId,
    api: api.exports,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function createService(
  { globalState, log }: Surroundings,
  source: TokenSource,
  preference: StoredAccountPreference,
): Promise<RefreshableTokenService> {
  const decisions = new AccessDecisions(globalState, () => undefined);
  const extension = new ConsentPolicy({
    ...{ decisions, clock },
    ask: async () => 'allowAll',
    refuse: () => new AzureCredentialsError('access_denied', 'Nobody refuses here.'),
  });
  const granted = new Set<string>();
  const program = new ProgramApproval({
    settings: () => ({ approval: 'firstUse', allowedResources: [] }),
    cloud: () => settings.cloud,
    grants: { has: (key) => granted.has(key), add: (key) => void granted.add(key) },
    ask: async () => 'workspace',
    clock,
  });
  for (const extensionId of extensionIds) {
    for (const accountId of [ids.ada, soakedAccounts.ben, soakedAccounts.finn]) {
      const decision = { accountId, accountName: accountId, resource: '*', allowed: true, time: clock.now() };
      await decisions.save({ extensionId, label: extensionId }, decision);
    }
  }
  return createLazyTokenService({
    source,
    preference,
    clock,
    log,
    cloud: () => settings.cloud,
    policy: policyByRequester({ extension, program }),
  });
}

/** Ids of the accounts that are soaked besides Ada’s. */
export const soakedAccounts = {
  ben: `11111111-aaaa-4aaa-8aaa-000000000002.${ids.contoso}`,
  finn: `22222222-bbbb-4bbb-8bbb-000000000001.${ids.fabrikam}`,
} as const;

async function startGit(
  { fetch, globalState, workspaceState, folder, name, log }: Surroundings,
  tokens: RefreshableTokenService,
  opened: AsyncDisposableStack,
): Promise<HelperPlace> {
  const bindings = createAccountBindings({ everywhere: globalState, workspace: workspaceState });
  await bindings.bind('contoso', { accountId: soakedAccounts.ben, username: 'ben@contoso.com' }, 'everywhere');
  await bindings.bind('fabrikam', { accountId: soakedAccounts.finn, username: 'finn@fabrikam.com' }, 'everywhere');
  const credentials = createGitCredentials({
    ...{ tokens, bindings },
    workspaceAccountId: () => undefined,
    openOrganization: () => undefined,
    tenants: createOrganizationTenants({ fetch, memory: globalState }),
  });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const helper = new CredentialHelper({
    ...{ root: join(folder, 'git'), id: name, log },
    answer: (bytes, signal) => answerRequest(bytes, { credentials, onFailure: () => undefined }, signal),
  });
  opened.defer(() => helper.dispose());
  const place = await helper.start();
  await helper.serve(new Set(['terminal']));
  return place;
}

function asMemento(state: StateInMemory): Memento {
  return state as unknown as Memento;
}
