import * as vscode from 'vscode';

const keyringGuide = 'https://code.visualstudio.com/docs/configure/settings-sync#_troubleshooting-keychain-issues';

/** Tells the person once that the editor's secret storage does not work, what that means, and how to mend it. */
export function createStorageTrouble(log: vscode.LogOutputChannel): (error: unknown) => void {
  let told = false;
  return (error) => {
    log.warn(`secret storage failed: ${error instanceof Error ? error.name : typeof error}`);
    if (!told) {
      told = true;
      void tell();
    }
  };
}

async function tell(): Promise<void> {
  const guide = vscode.l10n.t('How to Mend It');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'The secret storage of the editor does not work (a locked or missing keyring, usually). You stay signed in to Azure until this window closes, and must sign in again after that. Unlock or install a keyring to change this.',
    ),
    guide,
  );
  if (answer === guide) {
    await vscode.env.openExternal(vscode.Uri.parse(keyringGuide));
  }
}
