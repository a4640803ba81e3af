import * as vscode from 'vscode';
import type { RefreshableTokenService } from '../../tokens/tokenService.ts';
import type { StoredAccountPreference } from '../accountPreference.ts';
import type { AccessDecisions } from '../consentDecisions.ts';
import { registerInspect } from '../inspect/registerInspect.ts';
import { openSettings } from '../settings.ts';
import type { ShownDocuments } from '../shownDocuments.ts';
import type { SourceSettingsWatch } from '../sourceSettings.ts';
import { registerStatusBar } from '../statusBar.ts';
import type { TerminalAccess } from '../terminalApproval.ts';
import { registerView } from './registerView.ts';
import { createSignInState } from './signInState.ts';

export interface OverviewDeps {
  readonly tokens: RefreshableTokenService;
  readonly settings: SourceSettingsWatch;
  readonly preference: StoredAccountPreference;
  readonly decisions: AccessDecisions;
  readonly terminals: TerminalAccess;
  readonly documents: ShownDocuments;
  readonly globalState: vscode.Memento;
  readonly workspaceState: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
  readonly onListenerError: (error: unknown) => void;
}

/** Registers what shows the person who is signed in and who has what: status bar, view, and what inspects a token. */
export function registerOverview(deps: OverviewDeps): vscode.Disposable {
  const state = createSignInState(deps);
  return vscode.Disposable.from(
    state,
    registerStatusBar({ ...deps, state }),
    registerView({ ...deps, state }),
    registerInspect(deps),
    vscode.commands.registerCommand('azureCredentials.openSettings', (key: unknown) =>
      openSettings(typeof key === 'string' ? key : undefined),
    ),
  );
}
