import * as vscode from 'vscode';
import type { RefreshableTokenService } from '../../tokens/tokenService.ts';
import type { StoredAccountPreference } from '../accountPreference.ts';
import type { AccessDecisions } from '../consentDecisions.ts';
import { showError } from '../errorMessages.ts';
import type { TerminalAccess } from '../terminalApproval.ts';
import type { SignInState } from './signInState.ts';
import type { ViewAction } from './viewActions.ts';
import type { ViewContent } from './viewContent.ts';

export interface ViewDeps {
  readonly tokens: RefreshableTokenService;
  readonly state: SignInState;
  readonly preference: StoredAccountPreference;
  readonly decisions: AccessDecisions;
  readonly terminals: TerminalAccess;
  readonly globalState: vscode.Memento;
  readonly workspaceState: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
}

/** Id of the view, as package.json has it. */
const viewId = 'azureCredentials.view';

/** Actions of the view's lines, by command after `azureCredentials.view.`. */
const actions: readonly ViewAction[] = [
  'getToken',
  'copyToken',
  'refreshToken',
  'inspectToken',
  'makeDefault',
  'signOut',
  'bindAccount',
  'revoke',
];

/**
 * Registers the view "Azure Credentials" and the actions of its lines.
 *
 * What it shows is imported when it is opened for the first time: until then it costs next to nothing. A line is known to
 * the editor by the id of its node, so that it stays the same line through every change.
 */
export function registerView(deps: ViewDeps): vscode.Disposable {
  const changed = new vscode.EventEmitter<string[] | undefined>();
  let content: Promise<ViewContent> | undefined;
  const load = (): Promise<ViewContent> => {
    content ??= import('./viewContent.ts').then(({ createViewContent }) => createViewContent(deps, view, changed));
    return content;
  };
  const view = vscode.window.createTreeView<string>(viewId, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (id) => (await load()).getChildren(id),
      getTreeItem: async (id) => (await load()).getTreeItem(id),
      getParent: () => undefined,
    },
  });
  const register = (action: ViewAction) =>
    vscode.commands.registerCommand(`azureCredentials.view.${action}`, async (id: unknown) => {
      try {
        const { runViewAction } = await import('./viewActions.ts');
        await runViewAction(deps, action, (await load()).find(id));
      } catch (error) {
        await showError(error, deps.log);
      }
    });
  const signInAgain = async (id: unknown) => {
    try {
      await (await import('./viewActions.ts')).signInAgain(deps, id);
    } catch (error) {
      await showError(error, deps.log);
    }
  };
  return vscode.Disposable.from(
    view,
    changed,
    ...actions.map(register),
    vscode.commands.registerCommand('azureCredentials.view.signInAgain', signInAgain),
    {
      dispose: () => void content?.then((loaded) => loaded.dispose()),
    },
  );
}
