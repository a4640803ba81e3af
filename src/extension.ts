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
import { registerDiagnose } from './editor/diagnose/registerDiagnose.ts';
import { registerGit } from './editor/git.ts';
import { registerManageAccess } from './editor/manageAccess.ts';
import { createShownDocuments } from './editor/shownDocuments.ts';
import { createSignInPrompt } from './editor/signInPrompt.ts';
import { watchSourceSettings } from './editor/sourceSettings.ts';
import { createStorageTrouble } from './editor/storageTrouble.ts';
import { registerTerminal } from './editor/terminal.ts';
import { createTerminalAccess } from './editor/terminalApproval.ts';
import { createTerminalEnvironment } from './editor/terminalEnvironment.ts';
import { registerOverview } from './editor/view/registerOverview.ts';
import { registerWalkthrough } from './editor/walkthrough.ts';
import { policyByRequester } from './tokens/accessPolicy.ts';
import type { Account } from './tokens/account.ts';
import { systemClock } from './tokens/clock.ts';
import { createLazyTokenService } from './tokens/lazyTokenService.ts';
import type { Clock } from './tokens/ports.ts';

/** Set while the extension is active: what the editor must wait for before it ends the extension host. */
let finish: (() => Promise<void>) | undefined;

/** Composition root: builds the parts and wires them. What is costly starts when it is first needed. */
export function activate(context: vscode.ExtensionContext): AzureCredentialsExports {
  const { globalState, workspaceState, secrets, storageUri, globalStorageUri, subscriptions } = context;
  const clock = systemClock();
  const log = vscode.window.createOutputChannel('Azure Credentials', { log: true });
  const onListenerError = (error: unknown) => log.error(`a listener failed: ${errorName(error)}`);
  const origin = createOrigin(context, { clock, log, onListenerError });
  const { source, settings, preference, prompt, clientSecrets } = origin;
  const consent = createExtensionConsent({ globalState, clock, onListenerError });
  const documents = createShownDocuments();
  const access = createTerminalAccess(workspaceState, clock);
  const policy = policyByRequester({ extension: consent.policy, program: access.policy });
  const tokens = createLazyTokenService({
    source,
    policy,
    preference,
    cloud: () => settings.current().cloud,
    clock,
    log,
  });
  const environment = createTerminalEnvironment(context.environmentVariableCollection);
  const api = createExports({ tokens, log, findExtension, confirmSignOut });
  finish = () => source.dispose();
  subscriptions.push(
    ...[log, prompt, settings, source, tokens, api, access],
    source.onDidReplace(() => tokens.clear()),
    documents,
    registerCommands({ tokens, preference, clientSecrets, prompt, documents, log }),
    registerAuthenticationProvider({ tokens, log }),
    registerManageAccess({ tokens, log, decisions: consent.decisions }),
    registerGit({ tokens, preference, globalState, workspaceState, storageUri, globalStorageUri, environment, log }),
    registerTerminal({ tokens, secrets, workspaceState, environment, access, clock, log }),
    registerWalkthrough(),
    registerDiagnose({
      ...{ tokens, settings, secrets, terminals: access, documents, clock, log },
      collection: context.environmentVariableCollection,
    }),
    registerOverview({
      ...{ tokens, settings, preference, decisions: consent.decisions, terminals: access },
      ...{ globalState, workspaceState, documents, log, onListenerError },
    }),
  );
  return api.exports;
}

interface Surroundings {
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
  readonly onListenerError: (error: unknown) => void;
}

/** Where tokens come from: the settings, the person, and the source that follows both. */
function createOrigin(context: vscode.ExtensionContext, { clock, log, onListenerError }: Surroundings) {
  const { globalState, workspaceState, secrets } = context;
  const clientSecrets = createClientSecrets(secrets);
  const prompt = createSignInPrompt();
  const settings = watchSourceSettings(onListenerError);
  const preference = createAccountPreference({
    globalState,
    workspaceState,
    settings: settings.current,
    onListenerError,
  });
  const onSignedIn = (accounts: readonly Account[]) => preference.settle(accounts.map(({ id }) => id));
  const onSignedOut = (account: Account) => preference.forget(account.id);
  const onStorageTrouble = createStorageTrouble(log);
  const source = createConfiguredSource({
    ...{ settings, secrets, clientSecrets, prompt, clock, log },
    ...{ onStorageTrouble, onSignedIn, onSignedOut, usualAccountId: preference.usualAccountId },
  });
  return { clientSecrets, prompt, settings, preference, source };
}

/** A refresh token that Entra has just renewed must reach SecretStorage before the window is gone. */
export async function deactivate(): Promise<void> {
  await finish?.();
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
