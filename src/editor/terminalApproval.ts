import * as vscode from 'vscode';
import type { Approval, ApprovalGrants, ApprovalQuestion, ProgramApprovalDeps } from '../endpoint/approval.ts';
import type { AccessPolicy, Clock, Disposable, Event } from '../tokens/ports.ts';
import { readSourceSettings } from './sourceSettings.ts';
import { followTerminalSettings, type TerminalSettingsView } from './terminalSettings.ts';

const grantsKey = 'terminal.allowed';

/** What decides whether a program in a terminal may have a token. */
export interface TerminalAccess extends Disposable {
  readonly settings: TerminalSettingsView;
  readonly grants: StoredGrants;
  /** For requests of programs. */
  readonly policy: AccessPolicy;
}

/** What the person has allowed programs of this workspace, until it is forgotten. */
export interface StoredGrants extends ApprovalGrants {
  readonly count: number;
  /** Keys of what is allowed; `readGrantKey` tells what each is about. */
  keys(): readonly string[];
  remove(key: string): Promise<void>;
  clear(): Promise<void>;
  readonly onDidChange: Event<void>;
}

/** Puts together what the settings and the person's answers say. */
export function createTerminalAccess(workspaceState: vscode.Memento, clock: Clock): TerminalAccess {
  const settings = followTerminalSettings();
  const grants = createStoredGrants(workspaceState);
  const policy = createPolicy({ settings: settings.current, cloud: () => readSourceSettings().cloud, grants, clock });
  return { settings, grants, policy, dispose: () => settings.dispose() };
}

/** Keeps allowances in the editor's own storage for the workspace, which a repository cannot bring along. */
function createStoredGrants(workspaceState: vscode.Memento): StoredGrants {
  const granted = new Set(workspaceState.get<readonly string[]>(grantsKey) ?? []);
  const changed = new vscode.EventEmitter<void>();
  const save = async () => {
    changed.fire();
    await workspaceState.update(grantsKey, granted.size === 0 ? undefined : [...granted]);
  };
  return {
    onDidChange: changed.event,
    keys: () => [...granted],
    remove: async (key) => {
      granted.delete(key);
      await save();
    },
    get count() {
      return granted.size;
    },
    has: (key) => granted.has(key),
    add: (key) => {
      granted.add(key);
      void save();
    },
    clear: async () => {
      granted.clear();
      await save();
    },
  };
}

/** The rules are loaded with the first request of a program. */
function createPolicy(deps: Omit<ProgramApprovalDeps, 'ask'>): AccessPolicy {
  let policy: AccessPolicy | undefined;
  const load = async (): Promise<AccessPolicy> => {
    const { ProgramApproval } = await import('../endpoint/approval.ts');
    policy ??= new ProgramApproval({ ...deps, ask });
    return policy;
  };
  return {
    authorize: (requester, request, options) =>
      policy === undefined
        ? load().then((loaded) => loaded.authorize(requester, request, options))
        : policy.authorize(requester, request, options),
  };
}

/** Asks in a notification, which does not take the keyboard away from the terminal. Closing it denies. */
async function ask({ resource, username, requester }: ApprovalQuestion): Promise<Approval> {
  const { resourceName } = await import('../tokens/resources.ts');
  const forWorkspace = vscode.l10n.t('Allow for This Workspace');
  const once = vscode.l10n.t('Allow Once');
  const deny = vscode.l10n.t('Deny');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'A program in a terminal ({0}) asks for a token for {1} as {2}. Allow it for the programs of this workspace?',
      requester.label,
      readable(resource, resourceName(resource)),
      username,
    ),
    forWorkspace,
    once,
    deny,
  );
  if (answer === forWorkspace) {
    return 'workspace';
  }
  return answer === once ? 'once' : 'deny';
}

/** Name and address of a resource. Brackets are left out: a notification would take them for a link. */
function readable(resource: string, name: string): string {
  return (name === resource ? resource : `${name} (${resource})`).replace(/[[\]]/g, '');
}
