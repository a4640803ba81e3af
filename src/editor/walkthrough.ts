import * as vscode from 'vscode';

const walkthrough = 'delegated-credentials.azure-delegated-credentials#getStarted';
const openedContext = 'azureCredentials.walkthroughOpened';

/**
 * Registers the command that opens the walkthrough, which package.json describes.
 *
 * The editor ticks a step when a context key of it changes, and not for what was done before it looked; so one key changes
 * whenever the walkthrough is opened.
 */
export function registerWalkthrough(): vscode.Disposable {
  return vscode.commands.registerCommand('azureCredentials.openWalkthrough', async () => {
    await vscode.commands.executeCommand('setContext', openedContext, false);
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false);
    await vscode.commands.executeCommand('setContext', openedContext, true);
  });
}
