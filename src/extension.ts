import * as vscode from 'vscode';
import { createAccountPreference } from './editor/accountPreference.ts';
import { createClientSecrets } from './editor/clientSecrets.ts';
import { registerCommands } from './editor/commands.ts';
import { createConfiguredSource } from './editor/configuredSource.ts';
import { readSourceSettings } from './editor/settings.ts';
import { createSignInPrompt } from './editor/signInPrompt.ts';
import { createStorageTrouble } from './editor/storageTrouble.ts';
import { policyByRequester } from './tokens/accessPolicy.ts';
import { systemClock } from './tokens/clock.ts';
import { createTokenService } from './tokens/tokenService.ts';

/** Composition root: builds the parts and wires them. What is costly starts when it is first needed. */
export function activate(context: vscode.ExtensionContext): void {
  const clock = systemClock();
  const log = vscode.window.createOutputChannel('Azure Credentials', { log: true });
  const clientSecrets = createClientSecrets(context.secrets);
  const prompt = createSignInPrompt();
  const preference = createAccountPreference(context);
  const source = createConfiguredSource({
    secrets: context.secrets,
    clientSecrets,
    prompt,
    clock,
    log,
    onStorageTrouble: createStorageTrouble(log),
  });
  const tokens = createTokenService({
    source,
    policy: policyByRequester({}),
    preference,
    cloud: () => readSourceSettings().cloud,
    clock,
    log,
  });
  context.subscriptions.push(
    log,
    prompt,
    source,
    tokens,
    source.onDidReplace(() => tokens.clear()),
    registerCommands({ tokens, preference, clientSecrets, prompt, log }),
  );
}
