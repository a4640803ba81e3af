import * as vscode from 'vscode';
import { type ConfigurationVariables, includeVariables } from '../git/gitConfiguration.ts';

/** Sets variables of this process, which the Git extension hands to each git it starts. @returns what takes them back */
export function setProcessVariables(variables: ConfigurationVariables): vscode.Disposable {
  const before = new Map(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  return new vscode.Disposable(() => {
    // Somebody who added an entry after ours counts on it: then ours stays, and includes a file that is not there.
    if (process.env['GIT_CONFIG_COUNT'] !== variables['GIT_CONFIG_COUNT']) {
      return;
    }
    for (const [name, value] of before) {
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
  });
}

/** The `GIT_CONFIG_` variables that this process was given, for a terminal has them too. */
export function inheritedVariables(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('GIT_CONFIG_')));
}

const platformNames: Partial<Record<NodeJS.Platform, string>> = { win32: 'windows', darwin: 'osx' };
const terminalSetting = `terminal.integrated.env.${platformNames[process.platform] ?? 'linux'}`;

/**
 * The variables that give a new terminal our configuration, after the entries that it will have anyway: those of the
 * editor's own environment, or those of the setting `terminal.integrated.env.*`.
 *
 * What a shell's own start files set is not knowable here. A file that sets `GIT_CONFIG_COUNT` replaces our entry, and git
 * in that shell works as if this extension were not there. The other way round would break git for the person, so the
 * variables are not applied a second time by shell integration.
 */
export function terminalVariables(
  inherited: Readonly<Record<string, string | undefined>>,
  file: string,
  isOurs: (path: string) => boolean,
): ConfigurationVariables | undefined {
  const own = vscode.workspace.getConfiguration().get<Record<string, string | null>>(terminalSetting) ?? {};
  const overrides = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, value ?? undefined]));
  return includeVariables({ ...inherited, ...overrides }, file, isOurs);
}

/** Calls back when the setting that also gives terminals variables has changed. */
export function onDidChangeTerminalVariables(listener: () => unknown): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(terminalSetting)) {
      listener();
    }
  });
}
