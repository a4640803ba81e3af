import * as vscode from 'vscode';
import { readGrantKey } from '../../endpoint/approval.ts';
import { createAccountBindings } from '../../git/accountBindings.ts';
import { isAzureCredentialsError } from '../../tokens/errors.ts';
import type { Disposable } from '../../tokens/ports.ts';
import { describeError } from '../errorMessages.ts';
import { changedNodes, type IndexedTree, indexTree } from './changes.ts';
import { accountHealth } from './health.ts';
import { knownOrganizations } from './knownOrganizations.ts';
import { buildTree, type TerminalGrant, type ViewNode, type ViewState } from './model.ts';
import { type OpenRepositories, watchOpenRepositories } from './openRepositories.ts';
import type { ViewDeps } from './registerView.ts';
import { createThrottle } from './throttle.ts';
import { treeItem } from './treeItem.ts';

/** What the view shows, while it can be seen; `find` serves the actions of its lines. */
export interface ViewContent extends Disposable {
  getChildren(id: string | undefined): Promise<string[]>;
  getTreeItem(id: string): vscode.TreeItem;
  find(id: unknown): ViewNode | undefined;
}

/** Milliseconds in which changes are put together. */
const settleTime = 300;
const minute = 60_000;

type Fire = Pick<vscode.EventEmitter<string[] | undefined>, 'fire'>;

/** Builds what the view shows, and keeps it true as long as the view is visible: nothing is followed while it is not. */
export function createViewContent(deps: ViewDeps, view: vscode.TreeView<string>, changed: Fire): ViewContent {
  const sources = new ViewSources(deps);
  let tree: IndexedTree = indexTree([]);
  const update = () => {
    const before = tree;
    tree = indexTree(buildTree(sources.read()));
    view.message = messageOf(deps) ?? '';
    const nodes = changedNodes(before, tree);
    if (nodes === 'all') {
      changed.fire(undefined);
    } else if (nodes.length > 0) {
      changed.fire([...nodes]);
    }
  };
  const throttle = createThrottle(update, settleTime);
  let following: vscode.Disposable | undefined;
  const follow = () => {
    following?.dispose();
    following = view.visible ? sources.follow(throttle.schedule) : undefined;
  };
  const visibility = view.onDidChangeVisibility(() => {
    follow();
    if (view.visible) {
      throttle.schedule();
    }
  });
  follow();
  return {
    getChildren: async (id) => {
      if (id === undefined) {
        await deps.state.ready();
        tree = indexTree(buildTree(sources.read()));
        view.message = messageOf(deps) ?? '';
      }
      const nodes = id === undefined ? tree.roots : (tree.byId.get(id)?.children ?? []);
      return nodes.map((node) => node.id);
    },
    getTreeItem: (id) => {
      const node = tree.byId.get(id);
      // A line can go while the editor still asks for it; it asks for its siblings next.
      return node === undefined ? new vscode.TreeItem('') : treeItem(node);
    },
    find: (id) => (typeof id === 'string' ? tree.byId.get(id) : undefined),
    dispose: () => {
      following?.dispose();
      visibility.dispose();
      throttle.dispose();
      sources.dispose();
    },
  };
}

/** Shown above the tree. It takes the place of the welcome text, which knows best what to do about the configuration. */
function messageOf({ state }: ViewDeps): string | undefined {
  const { accounts = [], error } = state.current() ?? {};
  if (error !== undefined && !(isAzureCredentialsError(error) && error.code === 'configuration')) {
    return describeError(error);
  }
  return accounts.length === 0 || vscode.workspace.isTrusted
    ? undefined
    : vscode.l10n.t('Restricted Mode: neither git nor terminals are given credentials in this workspace.');
}

/** Reads what the view shows from everywhere. */
class ViewSources implements Disposable {
  readonly #deps: ViewDeps;
  #repositories: OpenRepositories | undefined;

  constructor(deps: ViewDeps) {
    this.#deps = deps;
  }

  /** @param onChange told of everything that could change a line, also many times in a row */
  follow(onChange: () => void): vscode.Disposable {
    const { tokens, state, decisions, terminals } = this.#deps;
    const timer = setInterval(onChange, minute);
    this.#repositories ??= watchOpenRepositories(onChange);
    return vscode.Disposable.from(
      tokens.onDidRecordActivity(onChange),
      state.onDidChange(onChange),
      decisions.onDidChange(onChange),
      terminals.grants.onDidChange(onChange),
      terminals.settings.onDidChange(onChange),
      vscode.workspace.onDidGrantWorkspaceTrust(onChange),
      { dispose: () => clearInterval(timer) },
    );
  }

  read(): ViewState {
    const { tokens, state, decisions, terminals } = this.#deps;
    const accounts = state.current()?.accounts ?? [];
    const activity = tokens.activity();
    return {
      now: Date.now(),
      accounts,
      health: (accountId) => accountHealth(activity, accountId, state.changedTime),
      tokens: tokens.cachedTokens(),
      organizations: this.#organizations(accounts),
      extensions: decisions.list(),
      terminals: {
        isTrusted: vscode.workspace.isTrusted,
        groups: vscode.workspace.isTrusted ? terminals.settings.current().groups : [],
        grants: terminals.grants.keys().flatMap((key) => toGrant(key, accounts)),
      },
      activity,
    };
  }

  dispose(): void {
    this.#repositories?.dispose();
  }

  #organizations(accounts: ViewState['accounts']): ViewState['organizations'] {
    const { globalState, workspaceState, preference } = this.#deps;
    return knownOrganizations({
      stores: [workspaceState, globalState],
      bindings: createAccountBindings({ everywhere: globalState, workspace: workspaceState }),
      workspaceAccountId: () => preference.workspaceAccountId(),
      accounts,
      open: this.#repositories?.organizations() ?? [],
    });
  }
}

function toGrant(key: string, accounts: ViewState['accounts']): TerminalGrant[] {
  const grant = readGrantKey(key);
  const username = accounts.find(({ id }) => id === grant?.accountId)?.username;
  return grant === undefined ? [] : [{ key, resource: grant.resource, username }];
}
