import * as vscode from 'vscode';
import type { Clock } from '../../tokens/ports.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import { showError } from '../errorMessages.ts';
import type { ShownDocuments } from '../shownDocuments.ts';
import type { SourceSettings } from '../sourceSettings.ts';
import type { TerminalAccess } from '../terminalApproval.ts';

export interface DiagnoseDeps {
  readonly tokens: TokenService;
  readonly settings: { current(): SourceSettings };
  readonly secrets: vscode.SecretStorage;
  readonly terminals: TerminalAccess;
  readonly documents: ShownDocuments;
  readonly collection: vscode.EnvironmentVariableCollection;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
}

/** Registers the command that finds out what works and what does not; the code for it is imported when it runs. */
export function registerDiagnose(deps: DiagnoseDeps): vscode.Disposable {
  return vscode.commands.registerCommand('azureCredentials.diagnose', async () => {
    try {
      const { diagnose } = await import('./diagnoseCommand.ts');
      await diagnose(deps);
    } catch (error) {
      await showError(error, deps.log);
    }
  });
}
