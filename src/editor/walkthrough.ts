import * as vscode from 'vscode';

const walkthrough = 'delegated-credentials.azure-delegated-credentials#getStarted';

/** Registers the command that opens the walkthrough, which package.json describes. */
export function registerWalkthrough(): vscode.Disposable {
  return vscode.commands.registerCommand('azureCredentials.openWalkthrough', async () => {
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false);
  });
}
