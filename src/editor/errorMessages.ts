import * as vscode from 'vscode';
import { AzureCredentialsError, isAzureCredentialsError, textsOf } from '../tokens/errors.ts';
import { localize } from './localize.ts';
import { openSettings } from './settings.ts';
import { readSourceSettings } from './sourceSettings.ts';

/** What went wrong and what to do next, in one text for people to read. */
export function describeError(error: unknown): string {
  if (!isAzureCredentialsError(error)) {
    return vscode.l10n.t('Something unexpected went wrong. The log says more.');
  }
  const { message, advice } = textsOf(error);
  return advice === undefined ? localize(message) : `${localize(message)} ${localize(advice)}`;
}

interface NextStep {
  readonly title: string;
  run(): unknown;
}

/** AADSTS numbers of a client secret that is missing, wrong, expired, or one too many. */
const secretNumbers: ReadonlySet<number> = new Set([7000218, 7000215, 7000222, 700025]);
/** AADSTS numbers of an answer of the browser that belongs to another sign-in: Entra calls it a wrong client. */
const answerNumbers: ReadonlySet<number> = new Set([500112, 501481]);

/** Buttons by what has to be done about an error. */
function nextSteps(error: unknown): readonly NextStep[] {
  const log = { title: vscode.l10n.t('Show Log'), run: () => executeCommand('azureCredentials.showLog') };
  if (!isAzureCredentialsError(error)) {
    return [log];
  }
  const signIn = { title: vscode.l10n.t('Sign In'), run: () => executeCommand('azureCredentials.signIn') };
  switch (error.code) {
    case 'not_signed_in':
    case 'interaction_required':
    case 'consent_required':
    case 'timed_out':
      return [signIn, log];
    case 'network':
      return [{ title: vscode.l10n.t('Diagnose'), run: () => executeCommand('azureCredentials.diagnose') }, log];
    case 'configuration':
      return error.aadsts !== undefined && answerNumbers.has(error.aadsts)
        ? [signIn, log]
        : [...configurationSteps(error), log];
    default:
      return [log];
  }
}

function configurationSteps({ aadsts }: AzureCredentialsError): readonly NextStep[] {
  const settings = { title: vscode.l10n.t('Open Settings'), run: () => openSettings() };
  const secret = {
    title: vscode.l10n.t('Set Client Secret'),
    run: () => executeCommand('azureCredentials.setClientSecret'),
  };
  if (aadsts !== undefined && secretNumbers.has(aadsts)) {
    return [secret, settings];
  }
  return readSourceSettings().authType === 'serviceAccount' ? [settings, secret] : [settings];
}

async function executeCommand(id: string): Promise<void> {
  await vscode.commands.executeCommand(id);
}

/** What may be over in a moment, without anything else being done in the editor. */
const passing: ReadonlySet<string> = new Set(['network', 'identity_provider', 'storage']);

/**
 * Shows an error with the button that mends it. A cancellation is no error and shows nothing.
 * @param tryAgain does once more what failed; offered where that is all there is to do
 */
export async function showError(error: unknown, log: vscode.LogOutputChannel, tryAgain?: () => unknown): Promise<void> {
  if (isCancellation(error)) {
    return;
  }
  log.error(logLine(error));
  const again = tryAgain !== undefined && isAzureCredentialsError(error) && passing.has(error.code);
  const steps = [...(again ? [{ title: vscode.l10n.t('Try Again'), run: tryAgain }] : []), ...nextSteps(error)];
  const chosen = await vscode.window.showErrorMessage(describeError(error), ...steps.map((step) => step.title));
  await steps.find((step) => step.title === chosen)?.run();
}

/**
 * An error for whoever ran a command: a task, or another extension. What they show of it is its message, so that it says all
 * that there is to say. When the person gave up it is VS Code's own cancellation, which nobody shows.
 */
export function errorForCaller(error: unknown, log: vscode.LogOutputChannel): Error {
  if (isCancellation(error)) {
    return new vscode.CancellationError();
  }
  log.error(logLine(error));
  const words = describeError(error);
  return isAzureCredentialsError(error) ? new AzureCredentialsError(error.code, words) : new Error(words);
}

/** True when the person, or a caller's signal, gave up. */
export function isCancellation(error: unknown): boolean {
  return isAzureCredentialsError(error) && error.code === 'cancelled';
}

/**
 * One line for the log: name, code and message. Only our own errors are written in full, since the text of a foreign one
 * could quote a request.
 */
function logLine(error: unknown): string {
  if (isAzureCredentialsError(error)) {
    return `${error.code}: ${error.message}${details(error)}`;
  }
  const stack = error instanceof Error ? (error.stack?.split('\n').slice(1, 6).join('\n') ?? '') : '';
  return `unexpected ${error instanceof Error ? error.name : typeof error}\n${stack}`;
}

function details(error: AzureCredentialsError): string {
  const aadsts = error.aadsts === undefined ? '' : ` AADSTS${error.aadsts}`;
  return error.traceId === undefined ? aadsts : `${aadsts} trace ${error.traceId}`;
}
