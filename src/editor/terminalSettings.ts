import * as vscode from 'vscode';
import type { ApprovalSettings } from '../endpoint/approval.ts';
import { type DialectGroup, dialectGroups } from '../endpoint/dialectGroups.ts';
import type { Disposable, Event } from '../tokens/ports.ts';

const section = 'azureCredentials.terminal';

/** What programs in terminals may have, after the workspace has narrowed what the person set. */
export interface TerminalSettings extends ApprovalSettings {
  readonly groups: readonly DialectGroup[];
  /** Groups that the person has turned on, whatever the workspace says. */
  readonly personalGroups: readonly DialectGroup[];
}

/** The values of one setting: the person's own, and those that come with the workspace and its folders. */
interface Values {
  readonly own: unknown;
  readonly narrowing: readonly unknown[];
}

/**
 * Reads the settings of terminals. A workspace's settings come with a repository, so they can only take away: a group is on
 * when the person turned it on and no workspace setting turns it off; a question is left out only when nobody wants it
 * asked; a resource must be in every list. Values of a wrong type count as the narrowest.
 */
function readTerminalSettings(): TerminalSettings {
  const personalGroups = dialectGroups.filter((group) => readValues(group).own === true);
  const groups = personalGroups.filter((group) => readValues(group).narrowing.every((value) => value === true));
  const approval = readValues('approval');
  const isNever = [approval.own, ...approval.narrowing].every((value) => value === 'never');
  const allowed = readValues('allowedResources');
  return {
    groups,
    personalGroups,
    approval: isNever ? 'never' : 'firstUse',
    allowedResources: [allowed.own, ...allowed.narrowing].map(asList),
  };
}

function readValues(key: string): Values {
  const inspect = (scope?: vscode.Uri) => vscode.workspace.getConfiguration(section, scope ?? null).inspect(key);
  const whole = inspect();
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => inspect(uri)?.workspaceFolderValue);
  return {
    own: whole?.globalValue ?? whole?.defaultValue,
    narrowing: [whole?.workspaceValue, ...folders].filter((value) => value !== undefined),
  };
}

/** A list that is none allows nothing, rather than anything. */
function asList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : ['none'];
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
  let settings = readTerminalSettings();
  const changed = new vscode.EventEmitter<void>();
  const refresh = () => {
    settings = readTerminalSettings();
    changed.fire();
  };
  const listeners = vscode.Disposable.from(
    changed,
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(section) && refresh()),
  );
  return { current: () => settings, onDidChange: changed.event, dispose: () => listeners.dispose() };
}
