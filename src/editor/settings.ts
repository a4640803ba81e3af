import * as vscode from 'vscode';
import type { Disposable } from '../tokens/ports.ts';

const section = 'azureCredentials';

/** Reads one setting of this extension; its default stands in package.json. */
export function readSetting<T>(key: string): T {
  return vscode.workspace.getConfiguration(section).get<T>(key) as T;
}

/** Is a setting on? A value that is not a boolean turns nothing on. */
export function isOn(key: string): boolean {
  return readSetting<unknown>(key) === true;
}

/** Calls back when one of the settings, named without the section, has changed. */
export function onDidChangeSettings(keys: readonly string[], listener: () => unknown): Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (keys.some((key) => event.affectsConfiguration(`${section}.${key}`))) {
      listener();
    }
  });
}

/**
 * Opens the settings editor at one of this extension's settings, or at all of them. They are settings of the machine: in a
 * remote window they are listed among those of the remote machine only.
 */
export async function openSettings(key = ''): Promise<void> {
  const query = key ? `${section}.${key}` : '@ext:delegated-credentials.azure-delegated-credentials';
  const place = vscode.env.remoteName === undefined ? 'openSettings' : 'openRemoteSettings';
  await vscode.commands.executeCommand(`workbench.action.${place}`, { query });
}
