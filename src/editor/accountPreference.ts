import type { Memento } from 'vscode';
import { Emitter } from '../tokens/emitter.ts';
import type { AccountPreference, Event } from '../tokens/ports.ts';
import type { SourceSettings } from './sourceSettings.ts';
import { usesEditorAccount } from './usesEditorAccount.ts';

/** Remembers which account is meant by default: for everywhere, and for this workspace. */
export interface StoredAccountPreference extends AccountPreference {
  /** Undefined forgets the choice. */
  setDefaultAccount(accountId: string | undefined, target: 'everywhere' | 'workspace'): Promise<void>;
  /** The workspace's own choice, if it has one. */
  workspaceAccountId(): string | undefined;
  /**
   * Remembers who is used while nobody is chosen: the first of the accounts signed in, unless one of them is it already.
   * Whoever is used without having been chosen must not change when somebody signs in.
   */
  settle(accountIds: readonly string[]): Promise<void>;
  /** Who is used while nobody is chosen; may have been signed out since. */
  usualAccountId(): string | undefined;
  /** Forgets the choice of an account that was signed out. */
  forget(accountId: string): Promise<void>;
  /** The default account was chosen or forgotten in this window. */
  readonly onDidChange: Event<void>;
}

/** What stands for no single tenant. */
const severalTenants: readonly string[] = ['organizations', 'common', 'consumers'];

/**
 * The workspace's choice goes before the one for everywhere. The configured tenant counts only when it is one tenant.
 *
 * A choice is remembered for each application and cloud: an account of one is not signed in with another, and would
 * stand in the way of those that are.
 */
export function createAccountPreference(deps: {
  readonly globalState: Memento;
  readonly workspaceState: Memento;
  readonly settings: () => SourceSettings;
  readonly onListenerError: (error: unknown) => void;
}): StoredAccountPreference {
  const { globalState, workspaceState, settings } = deps;
  const changed = new Emitter<void>(deps.onListenerError);
  let known: { readonly settings: SourceSettings; readonly key: string } | undefined;
  /** Made once for each value of the settings: every token asks for it. */
  const key = (): string => {
    const current = settings();
    if (known?.settings !== current) {
      known = { settings: current, key: defaultAccountKey(current) };
    }
    return known.key;
  };
  const usual = (): string => `usual ${key()}`;
  return {
    onDidChange: changed.event,
    defaultAccountId: () => workspaceState.get<string>(key()) ?? globalState.get<string>(key()),
    workspaceAccountId: () => workspaceState.get<string>(key()),
    defaultTenantId: () => {
      const { tenantId } = settings();
      return severalTenants.includes(tenantId.toLowerCase()) ? undefined : tenantId;
    },
    async settle(accountIds) {
      if (!accountIds.includes(globalState.get<string>(usual()) ?? '')) {
        await globalState.update(usual(), accountIds[0]);
      }
    },
    usualAccountId: () => globalState.get<string>(usual()),
    async forget(accountId) {
      for (const state of [globalState, workspaceState]) {
        if (state.get<string>(key()) === accountId) {
          await state.update(key(), undefined);
          changed.fire();
        }
      }
    },
    async setDefaultAccount(accountId, target) {
      await (target === 'workspace' ? workspaceState : globalState).update(key(), accountId);
      changed.fire();
    },
  };
}

function defaultAccountKey(settings: SourceSettings): string {
  const { cloud, authorityHost, clientId } = settings;
  const place = cloud === 'custom' ? authorityHost : cloud;
  return `defaultAccountId ${place} ${usesEditorAccount(settings) ? 'editor' : clientId}`.toLowerCase();
}
