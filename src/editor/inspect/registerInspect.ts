import * as vscode from 'vscode';
import type { TokenService } from '../../tokens/tokenService.ts';
import { showError } from '../errorMessages.ts';
import type { InspectArguments, InspectDeps } from './inspectCommands.ts';

/** Scheme of documents that are made here and kept nowhere. */
const scheme = 'azure-credentials';

/** Registers what shows a token's claims and explains a 403; the code for it is imported when it runs. */
export function registerInspect(deps: {
  readonly tokens: TokenService;
  readonly log: vscode.LogOutputChannel;
}): vscode.Disposable {
  const documents = new Map<string, string>();
  let number = 0;
  const show = async (name: string, content: string) => {
    number += 1;
    const uri = vscode.Uri.from({ scheme, path: `/${name.replaceAll('/', '∕')}`, query: String(number) });
    documents.set(uri.toString(), content);
    await vscode.window.showTextDocument(uri, { preview: true });
  };
  const register = (name: string, run: (inspect: InspectDeps, args: unknown) => Promise<void>) =>
    vscode.commands.registerCommand(`azureCredentials.${name}`, async (args: unknown) => {
      try {
        await run({ tokens: deps.tokens, show }, args);
      } catch (error) {
        await showError(error, deps.log);
      }
    });
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: (uri) =>
        documents.get(uri.toString()) ??
        vscode.l10n.t('// What was shown here is not kept. Run "Azure Credentials: Inspect Token" again.'),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => documents.delete(uri.toString())),
    register('inspectToken', async (inspect, args) =>
      (await import('./inspectCommands.ts')).inspectToken(inspect, readArguments(args)),
    ),
    register('explainForbidden', async (inspect) => (await import('./inspectCommands.ts')).explainForbidden(inspect)),
  );
}

/** The palette passes nothing; whatever is no request is as good as nothing. */
function readArguments(args: unknown): InspectArguments | undefined {
  const { resource, scopes, account, tenantId } = (args ?? {}) as Partial<Record<keyof InspectArguments, unknown>>;
  if (typeof resource !== 'string' && !Array.isArray(scopes)) {
    return;
  }
  return {
    ...(typeof resource === 'string' ? { resource } : { scopes: (scopes as unknown[]).map(String) }),
    ...(typeof account === 'string' && { account }),
    ...(typeof tenantId === 'string' && { tenantId }),
  };
}
