import * as vscode from 'vscode';
import type { RefreshableTokenService } from '../tokens/tokenService.ts';
import type { StoredAccountPreference } from './accountPreference.ts';
import type { ClientSecrets } from './clientSecrets.ts';
import type { GetAccessTokenArguments } from './commands/getAccessToken.ts';
import type { SignInArguments } from './commands/signIn.ts';
import { errorForCaller, showError } from './errorMessages.ts';
import type { ShownDocuments } from './shownDocuments.ts';
import type { EditorSignInPrompt } from './signInPrompt.ts';

export interface CommandDeps {
  readonly tokens: RefreshableTokenService;
  readonly preference: StoredAccountPreference;
  readonly clientSecrets: ClientSecrets;
  readonly prompt: EditorSignInPrompt;
  readonly documents: ShownDocuments;
  readonly log: vscode.LogOutputChannel;
}

type Handler = (deps: CommandDeps, args: unknown) => unknown;

/** Every command, by its name after `azureCredentials.`; what a command does is imported when it runs. */
const commands: Readonly<Record<string, Handler>> = {
  signIn: async (deps, args) => (await import('./commands/signIn.ts')).signIn(deps, asObject<SignInArguments>(args)),
  signOut: async (deps) => (await import('./commands/signOut.ts')).signOut(deps),
  switchAccount: async (deps) => (await import('./commands/switchAccount.ts')).switchAccount(deps),
  getAccessToken: async (deps, args) =>
    (await import('./commands/getAccessToken.ts')).getAccessToken(deps, asObject<GetAccessTokenArguments>(args)),
  refreshTokens: async (deps) => (await import('./commands/refreshTokens.ts')).refreshAllTokens(deps),
  setClientSecret: async (deps) => (await import('./commands/setClientSecret.ts')).setClientSecret(deps),
  pasteSignInAddress: ({ prompt }) => prompt.pasteAddress(),
  copySignInLink: ({ prompt }) => prompt.copyAddress(),
  copyDeviceCode: ({ prompt }) => prompt.copyDeviceCode(),
  showLog: ({ log }) => log.show(),
};

/**
 * Registers the commands. An error is shown to the person, and also reaches a caller of the command (a task, another
 * extension), which must not go on as if it had a token. Whoever asked for a token with arguments shows the error: once is
 * enough.
 */
export function registerCommands(deps: CommandDeps): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, handler]) =>
      vscode.commands.registerCommand(`azureCredentials.${name}`, (args: unknown) => run(handler, deps, args)),
    ),
  );
}

async function run(handler: Handler, deps: CommandDeps, args: unknown): Promise<unknown> {
  try {
    return await handler(deps, args);
  } catch (error) {
    if (asObject<GetAccessTokenArguments>(args)?.resource !== undefined) {
      throw errorForCaller(error, deps.log);
    }
    void showError(error, deps.log, () => run(handler, deps, args).catch(() => undefined));
    if (args !== undefined) {
      throw error;
    }
    return undefined;
  }
}

/** The palette passes nothing, a view or a task an object; anything else is ignored. */
function asObject<T extends object>(args: unknown): T | undefined {
  return typeof args === 'object' && args !== null ? (args as T) : undefined;
}
