import type * as vscode from 'vscode';

/** What one feature puts into new terminals. */
interface TerminalContribution {
  readonly variables: Readonly<Record<string, string>>;
  /** Markdown that tells a person what the variables do; shown where the editor shows why a terminal's environment changed. */
  readonly description: string;
}

/** A collection of environment variables that several features share. */
export interface TerminalEnvironment {
  /** Replaces what a feature contributes; `undefined` takes it all away. */
  set(feature: string, contribution: TerminalContribution | undefined): void;
}

/**
 * Shares the one collection that the editor gives an extension. Nothing of it is kept on disk: variables hold secrets, so they
 * are given anew in every window.
 */
export function createTerminalEnvironment(collection: vscode.EnvironmentVariableCollection): TerminalEnvironment {
  const contributions = new Map<string, TerminalContribution>();
  return {
    set: (feature, contribution) => {
      const before = contributions.get(feature)?.variables ?? {};
      if (contribution === undefined) {
        contributions.delete(feature);
      } else {
        contributions.set(feature, contribution);
      }
      apply(collection, before, contribution?.variables ?? {});
      collection.description = [...contributions.values()].map(({ description }) => description).join('\n\n');
    },
  };
}

function apply(
  collection: vscode.EnvironmentVariableCollection,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): void {
  collection.persistent = false;
  for (const name of Object.keys(before)) {
    if (!(name in after)) {
      collection.delete(name);
    }
  }
  for (const [name, value] of Object.entries(after)) {
    if (before[name] !== value) {
      collection.replace(name, value);
    }
  }
}
