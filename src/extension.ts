import * as vscode from 'vscode';
import type { AzureCredentialsExports } from './api/azureCredentials.d.ts';
import { createExports } from './api/exports.ts';
import { createAccountPreference } from './editor/accountPreference.ts';
import { registerAuthenticationProvider } from './editor/authenticationProvider.ts';
import { createClientSecrets } from './editor/clientSecrets.ts';
import { registerCommands } from './editor/commands.ts';
import { createConfiguredSource } from './editor/configuredSource.ts';
import { createExtensionConsent } from './editor/consent.ts';
import { confirmSignOut, findExtension } from './editor/consumerExtension.ts';
import { registerGit } from './editor/git.ts';
import { registerManageAccess } from './editor/manageAccess.ts';
import { createSignInPrompt } from './editor/signInPrompt.ts';
import { watchSourceSettings } from './editor/sourceSettings.ts';
import { createStorageTrouble } from './editor/storageTrouble.ts';
import { registerTerminal } from './editor/terminal.ts';
import { createTerminalAccess } from './editor/terminalApproval.ts';
import { createTerminalEnvironment } from './editor/terminalEnvironment.ts';
import { policyByRequester } from './tokens/accessPolicy.ts';
import { systemClock } from './tokens/clock.ts';
import { createTokenService } from './tokens/tokenService.ts';

/** Set while the extension is active: what the editor must wait for before it ends the extension host. */
let finish: (() => Promise<void>) | undefined;

/** Composition root: builds the parts and wires them. What is costly starts when it is first needed. */
export function activate(context: vscode.ExtensionContext): AzureCredentialsExports {
  const clock = systemClock();
  const log = vscode.window.createOutputChannel('Azure Credentials', { log: true });
  const onListenerError = (error: unknown) => log.error(`a listener failed: ${errorName(error)}`);
  const clientSecrets = createClientSecrets(context.secrets);
  const prompt = createSignInPrompt();
  const settings = watchSourceSettings(onListenerError);
  const preference = createAccountPreference({
    globalState: context.globalState,
    workspaceState: context.workspaceState,
    settings: settings.current,
    onListenerError,
  });
  const source = createConfiguredSource({
    settings,
    secrets: context.secrets,
    clientSecrets,
    prompt,
    clock,
    log,
    onStorageTrouble: createStorageTrouble(log),
    onSignedOut: (account) => preference.forget(account.id),
  });
  finish = () => source.dispose();
  const consent = createExtensionConsent({ globalState: context.globalState, clock, onListenerError });
  const terminalAccess = createTerminalAccess(context.workspaceState, clock);
  const tokens = createTokenService({
    source,
    policy: policyByRequester({ extension: consent.policy, program: terminalAccess.policy }),
    preference,
    cloud: () => settings.current().cloud,
    clock,
    log,
  });
  const environment = createTerminalEnvironment(context.environmentVariableCollection);
  const api = createExports({ tokens, log, findExtension, confirmSignOut });
  context.subscriptions.push(
    log,
    prompt,
    settings,
    source,
    tokens,
    source.onDidReplace(() => tokens.clear()),
    registerCommands({ tokens, preference, clientSecrets, prompt, log }),
    api,
    registerAuthenticationProvider({ tokens, log }),
    registerManageAccess({ tokens, log, decisions: consent.decisions }),
    registerGit({
      tokens,
      preference,
      globalState: context.globalState,
      workspaceState: context.workspaceState,
      storageUri: context.storageUri,
      globalStorageUri: context.globalStorageUri,
      environment,
      log,
    }),
    terminalAccess,
    registerTerminal({
      tokens,
      secrets: context.secrets,
      workspaceState: context.workspaceState,
      environment,
      access: terminalAccess,
      clock,
      log,
    }),
  );
  return api.exports;
}

/** A refresh token that Entra has just renewed must reach SecretStorage before the window is gone. */
export async function deactivate(): Promise<void> {
  await finish?.();
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
