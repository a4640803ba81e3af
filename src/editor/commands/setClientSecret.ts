import * as vscode from 'vscode';
import { AzureCredentialsError } from '../../tokens/errors.ts';
import { phrase } from '../../tokens/phrase.ts';
import type { ClientSecrets } from '../clientSecrets.ts';
import { readSourceSettings } from '../sourceSettings.ts';

const secretIdPattern = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Asks for the client secret of the configured application and keeps it in SecretStorage; an empty one removes it. */
export async function setClientSecret(deps: { readonly clientSecrets: ClientSecrets }): Promise<void> {
  const { clientId } = readSourceSettings();
  if (clientId === '') {
    throw new AzureCredentialsError(
      'configuration',
      phrase`A client secret belongs to an application, and none is configured.`,
      {
        advice: phrase`Set "azureCredentials.clientId" first.`,
      },
    );
  }
  const secret = await vscode.window.showInputBox({
    title: vscode.l10n.t('Client secret of application {0}', clientId),
    prompt: vscode.l10n.t("Paste the secret's value. Leave it empty to remove the stored secret."),
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) =>
      secretIdPattern.test(value.trim())
        ? vscode.l10n.t('This is the id of a secret. Paste the value that Entra showed once, when the secret was made.')
        : undefined,
  });
  if (secret === undefined) {
    return;
  }
  const value = secret.trim();
  await deps.clientSecrets.set(clientId, value === '' ? undefined : value);
  void vscode.window.showInformationMessage(
    value === ''
      ? vscode.l10n.t('The client secret was removed.')
      : vscode.l10n.t('The client secret is kept in the secret storage of the editor.'),
  );
}
