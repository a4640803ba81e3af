import * as vscode from 'vscode';
import { type DialectGroup, dialectGroups } from '../endpoint/dialectGroups.ts';
import type { Disposable, Event } from '../tokens/ports.ts';
import { type SettingValues, type TerminalSettings, terminalSettingsFrom } from './terminalSettingsFrom.ts';

const section = 'azureCredentials.terminal';

/** Reads the settings of terminals. */
function readTerminalSettings(): TerminalSettings {
  return terminalSettingsFrom(readValues);
}

function readValues(key: string): SettingValues {
  const inspect = (scope?: vscode.Uri) => vscode.workspace.getConfiguration(section, scope ?? null).inspect(key);
  const whole = inspect();
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => inspect(uri)?.workspaceFolderValue);
  return {
    own: whole?.globalValue ?? whole?.defaultValue,
    narrowing: [whole?.workspaceValue, ...folders].filter((value) => value !== undefined),
  };
}

/** Turns groups on or off for the person, in every workspace. */
export async function writeTerminalGroups(groups: readonly DialectGroup[]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section, null);
  for (const group of dialectGroups) {
    const isOn = configuration.inspect<boolean>(group)?.globalValue === true;
    if (isOn !== groups.includes(group)) {
      const value = groups.includes(group) ? true : undefined;
      await configuration.update(group, value, vscode.ConfigurationTarget.Global);
    }
  }
}

/** The settings of terminals, read once for each change: every request of a program looks at them. */
export interface TerminalSettingsView extends Disposable {
  current(): TerminalSettings;
  readonly onDidChange: Event<void>;
}

/** Follows the settings, and the folders that bring settings. */
export function followTerminalSettings(): TerminalSettingsView {
  let settings: TerminalSettings | undefined;
  const changed = new vscode.EventEmitter<void>();
  const refresh = () => {
    settings = undefined;
    changed.fire();
  };
  const listeners = vscode.Disposable.from(
    changed,
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(section) && refresh()),
  );
  const current = () => {
    settings ??= readTerminalSettings();
    return settings;
  };
  return { current, onDidChange: changed.event, dispose: () => listeners.dispose() };
}
