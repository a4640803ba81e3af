import * as vscode from 'vscode';
import type { TokenService } from '../../tokens/tokenService.ts';
import { showError } from '../errorMessages.ts';
import type { ShownDocuments } from '../shownDocuments.ts';
import type { InspectArguments, InspectDeps } from './inspectCommands.ts';

/** Registers what shows a token's claims and explains a 403; the code for it is imported when it runs. */
export function registerInspect(deps: {
  readonly tokens: TokenService;
  readonly documents: ShownDocuments;
  readonly log: vscode.LogOutputChannel;
}): vscode.Disposable {
  const register = (name: string, run: (inspect: InspectDeps, args: unknown) => Promise<void>) =>
    vscode.commands.registerCommand(`azureCredentials.${name}`, async (args: unknown) => {
      try {
        await run(deps, args);
      } catch (error) {
        await showError(error, deps.log);
      }
    });
  return vscode.Disposable.from(
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
