import * as vscode from 'vscode';
import type { TokenService } from '../tokens/tokenService.ts';
import type { AccessDecisions } from './consentDecisions.ts';
import { showError } from './errorMessages.ts';

export interface ManageAccessDeps {
  readonly decisions: AccessDecisions;
  readonly tokens: TokenService;
  readonly log: vscode.LogOutputChannel;
}

/** Registers `azureCredentials.manageAccess`; what it shows is imported when it runs. */
export function registerManageAccess(deps: ManageAccessDeps): vscode.Disposable {
  return vscode.commands.registerCommand('azureCredentials.manageAccess', async () => {
    try {
      await (await import('./consentList.ts')).showAccessList(deps);
    } catch (error) {
      await showError(error, deps.log);
    }
  });
}
