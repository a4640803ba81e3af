import * as vscode from 'vscode';
import type { TokenService } from '../tokens/tokenService.ts';
import { onDidChangeSettings } from './settings.ts';
import type { SourceSettingsWatch } from './sourceSettings.ts';
import type { TerminalAccess } from './terminalApproval.ts';
import type { OpenRepositories } from './view/openRepositories.ts';
import type { SignInState } from './view/signInState.ts';
import { createThrottle } from './view/throttle.ts';

export interface StatusBarDeps {
  readonly tokens: TokenService;
  readonly state: SignInState;
  readonly settings: SourceSettingsWatch;
  readonly terminals: TerminalAccess;
  readonly log: vscode.LogOutputChannel;
}

/** Milliseconds in which changes are put together. */
const settleTime = 200;
const minute = 60_000;

/**
 * Shows in the status bar who is signed in.
 *
 * Not shown before it means something to the person: when an application is configured, somebody is signed in, or a
 * repository of Azure DevOps is open.
 */
export function registerStatusBar(deps: StatusBarDeps): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('azureCredentials.status', vscode.StatusBarAlignment.Left, -100);
  item.name = 'Azure Credentials';
  let repositories: Promise<OpenRepositories> | undefined;
  let isDisposed = false;
  const update = async () => {
    const signedIn = deps.state.current();
    if (signedIn === undefined) {
      return;
    }
    if (!isConfigured(deps.settings) && signedIn.accounts.length === 0) {
      repositories ??= import('./view/openRepositories.ts').then((room) => room.watchOpenRepositories(soon.schedule));
      if ((await repositories).organizations().length === 0) {
        item.hide();
        return;
      }
    }
    const { describeStatus } = await import('./statusBarText.ts');
    if (!isDisposed) {
      Object.assign(item, describeStatus(deps));
      item.show();
    }
  };
  const soon = createThrottle(() => {
    update().catch((error: unknown) => {
      deps.log.error(`the status bar: ${error instanceof Error ? error.name : typeof error}`);
    });
  }, settleTime);
  // The hover tells the time left; nobody sees it in a window that is not in front.
  const timer = setInterval(() => vscode.window.state.focused && soon.schedule(), minute);
  return vscode.Disposable.from(
    item,
    soon,
    deps.state.onDidChange(soon.schedule),
    deps.tokens.onDidRecordColdActivity(soon.schedule),
    deps.terminals.settings.onDidChange(soon.schedule),
    onDidChangeSettings(['git'], soon.schedule),
    vscode.workspace.onDidGrantWorkspaceTrust(soon.schedule),
    vscode.window.onDidChangeWindowState(({ focused }) => focused && soon.schedule()),
    {
      dispose: () => {
        isDisposed = true;
        clearInterval(timer);
        void repositories?.then((watched) => watched.dispose());
      },
    },
  );
}

function isConfigured(settings: SourceSettingsWatch): boolean {
  const { source, clientId } = settings.current();
  return source !== 'auto' || clientId !== '';
}
