import * as vscode from 'vscode';
import type { Clock } from '../../tokens/ports.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import { showError } from '../errorMessages.ts';
import type { SourceSettings } from '../sourceSettings.ts';
import type { TerminalAccess } from '../terminalApproval.ts';

export interface DiagnoseDeps {
  readonly tokens: TokenService;
  readonly settings: { current(): SourceSettings };
  readonly secrets: vscode.SecretStorage;
  readonly terminals: TerminalAccess;
  readonly collection: vscode.EnvironmentVariableCollection;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
}

/** Scheme of the reports, which are kept in memory while they are open. */
const scheme = 'azure-credentials-report';

/** Registers the command that finds out what works and what does not; the code for it is imported when it runs. */
export function registerDiagnose(deps: DiagnoseDeps): vscode.Disposable {
  const documents = new Map<string, string>();
  let number = 0;
  const show = async (content: string) => {
    number += 1;
    const uri = vscode.Uri.from({ scheme, path: `/${vscode.l10n.t('Azure Credentials diagnosis')} ${number}.md` });
    documents.set(uri.toString(), content);
    await vscode.window.showTextDocument(uri, { preview: true });
    return uri;
  };
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: (uri) =>
        documents.get(uri.toString()) ??
        vscode.l10n.t('The report is not kept. Run "Azure Credentials: Diagnose" again.'),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => documents.delete(uri.toString())),
    vscode.commands.registerCommand('azureCredentials.diagnose', async () => {
      try {
        const { diagnose } = await import('./diagnoseCommand.ts');
        await diagnose(deps, show);
      } catch (error) {
        await showError(error, deps.log);
      }
    }),
  );
}
