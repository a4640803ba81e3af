import { AccessDecisions } from '../src/editor/consentDecisions.ts';
import { ConsentPolicy } from '../src/editor/consentPolicy.ts';
import type { SourceSettings } from '../src/editor/sourceSettings.ts';
import { ProgramApproval } from '../src/endpoint/approval.ts';
import { policyByRequester } from '../src/tokens/accessPolicy.ts';
import { systemClock } from '../src/tokens/clock.ts';
import type { AccountPreference, TokenSource } from '../src/tokens/ports.ts';
import type { Requester } from '../src/tokens/requester.ts';
import { createTokenService, type TokenService } from '../src/tokens/tokenService.ts';
import type { Control } from '../test/azure/control.ts';
import { ids, signsInAs, testSource } from '../test/unit/entra/harness.ts';

/** An extension that the person has allowed every resource. */
export const allowedExtension: Requester = { kind: 'extension', id: 'sample.consumer', label: 'Consumer' };

export const quietLog = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

/** A local Azure, in this process or another. */
export interface AzureAccess {
  readonly control: Control;
  readonly fetch: typeof fetch;
}

/** The part of `vscode.Memento` that our state is read through, over the same kind of plain object. */
export class StateInMemory {
  readonly #values: Record<string, unknown> = {};

  keys(): readonly string[] {
    return Object.keys(this.#values);
  }

  get<T>(key: string): T | undefined {
    return this.#values[key] as T | undefined;
  }

  async update(key: string, value: unknown): Promise<void> {
    this.#values[key] = value;
  }
}

/**
 * The token service wired as `src/extension.ts` wires it: the same policies, preference and clock. What only an editor has
 * (its state, its settings) is in memory, as it is there once it was read.
 */
export async function createProductionService(
  source: TokenSource,
  accountIds: readonly string[],
): Promise<TokenService> {
  const [globalState, workspaceState] = [new StateInMemory(), new StateInMemory()];
  const clock = systemClock();
  const onListenerError = quiet;
  const decisions = new AccessDecisions(globalState, onListenerError);
  for (const accountId of accountIds) {
    await decisions.save(
      { extensionId: allowedExtension.id, label: allowedExtension.label },
      { accountId, accountName: accountId, resource: '*', allowed: true, time: clock.now() },
    );
  }
  const notAsked = (): never => {
    throw new Error('Nobody is asked in a benchmark.');
  };
  const extension = new ConsentPolicy({ decisions, ask: notAsked, refuse: notAsked, clock });
  const granted = new Set<string>();
  const program = new ProgramApproval({
    settings: () => ({ approval: 'firstUse', allowedResources: [] }),
    cloud: () => settings.cloud,
    grants: { has: (key) => granted.has(key), add: (key) => void granted.add(key) },
    ask: async () => 'workspace',
    clock,
  });
  const preference = preferenceOf(globalState, workspaceState);
  return createTokenService({
    ...{ source, preference, clock },
    policy: policyByRequester({ extension, program }),
    cloud: () => settings.cloud,
    log: quietLog,
  });
}

/** Reads what `createAccountPreference` reads at each request; that one needs an editor around it. */
function preferenceOf(globalState: StateInMemory, workspaceState: StateInMemory): AccountPreference {
  const key = `defaultAccountId ${settings.cloud} ${settings.clientId}`;
  return {
    defaultAccountId: () => workspaceState.get<string>(key) ?? globalState.get<string>(key),
    defaultTenantId: () => (settings.tenantId.toLowerCase() === 'organizations' ? undefined : settings.tenantId),
  };
}

const settings: SourceSettings = {
  source: 'auto',
  clientId: ids.publicClient,
  tenantId: 'organizations',
  cloud: 'public',
  authorityHost: '',
  authType: 'viewer',
  signInMethod: 'browser',
};

/** The production service over the real Entra source, with one person signed in through the pages of the local Azure. */
export async function createSignedInService(azure: AzureAccess): Promise<TokenService> {
  const { source, person } = testSource({ fetch: azure.fetch });
  const tokens = await createProductionService(source, [ids.ada]);
  const page = signsInAs(azure, person, { username: 'ada@contoso.com' });
  await Promise.all([tokens.signIn({ loginHint: 'ada@contoso.com' }), page]);
  await tokens.getAccounts();
  return tokens;
}

let resources = 0;

/** A resource that nobody asked for before: every storage account is one. */
export function newResource(): string {
  resources += 1;
  return `https://bench${process.pid}x${resources}.blob.core.windows.net`;
}

function quiet(): void {}
