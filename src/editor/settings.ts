import * as vscode from 'vscode';
import type { CloudName } from '../tokens/cloud.ts';
import type { Disposable } from '../tokens/ports.ts';

const section = 'azureCredentials';

/** Settings that decide where tokens come from. A change of any of them replaces the token source. */
export interface SourceSettings {
  /** Where tokens come from: `auto` means the application when a client id is set, else the editor's own account. */
  readonly source: 'auto' | 'application' | 'editor';
  /** Application (client) id: a GUID, or empty. */
  readonly clientId: string;
  /** Tenant id, verified domain, or `organizations`. */
  readonly tenantId: string;
  readonly cloud: CloudName;
  /** Host of the authority when `cloud` is `custom`. */
  readonly authorityHost: string;
  readonly authType: 'viewer' | 'serviceAccount';
  readonly signInMethod: 'browser' | 'deviceCode';
}

const sourceKeys: readonly (keyof SourceSettings)[] = [
  'source',
  'clientId',
  'tenantId',
  'cloud',
  'authorityHost',
  'authType',
  'signInMethod',
];

/** Reads one setting of this extension; its default stands in package.json. */
export function readSetting<T>(key: string): T {
  return vscode.workspace.getConfiguration(section).get<T>(key) as T;
}

/** Reads what decides the token source, trimmed, since ids are pasted with blanks around them. */
export function readSourceSettings(): SourceSettings {
  const text = (key: string): string => (readSetting<string | null>(key) ?? '').trim();
  return {
    source: text('source') as SourceSettings['source'],
    clientId: text('clientId'),
    tenantId: text('tenantId') || 'organizations',
    cloud: text('cloud') as CloudName,
    authorityHost: text('authorityHost'),
    authType: text('authType') as SourceSettings['authType'],
    signInMethod: text('signInMethod') as SourceSettings['signInMethod'],
  };
}

/** Calls back when one of the settings, named without the section, has changed. */
export function onDidChangeSettings(keys: readonly string[], listener: () => unknown): Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (keys.some((key) => event.affectsConfiguration(`${section}.${key}`))) {
      listener();
    }
  });
}

/** Calls back when the token source must be replaced. */
export function onDidChangeSourceSettings(listener: () => unknown): Disposable {
  return onDidChangeSettings(sourceKeys, listener);
}

/** Opens the settings editor at one of this extension's settings, or at all of them. */
export async function openSettings(key = ''): Promise<void> {
  const query = key ? `${section}.${key}` : '@ext:delegated-credentials.azure-delegated-credentials';
  await vscode.commands.executeCommand('workbench.action.openSettings', query);
}
