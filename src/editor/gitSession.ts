import { sep } from 'node:path';
import * as vscode from 'vscode';
import { type AccountBindings, createAccountBindings } from '../git/accountBindings.ts';
import { answerRequest } from '../git/answerRequest.ts';
import { includeVariables } from '../git/gitConfiguration.ts';
import { createGitCredentials, type GitCredentials } from '../git/gitCredentials.ts';
import type { HelperAudience, HelperPlace } from '../git/helperPlace.ts';
import { createOrganizationTenants } from '../git/organizationTenant.ts';
import type { GitDeps } from './git.ts';
import {
  inheritedVariables,
  onDidChangeTerminalVariables,
  setProcessVariables,
  terminalVariables,
} from './gitEnvironment.ts';
import { type GitApi, GitExtension } from './gitExtension.ts';
import { createGitFailureNotice } from './gitFailureNotice.ts';
import { type StartedHelper, startGitHelper } from './gitHelperStart.ts';
import { onlyOrganization } from './gitOrganizations.ts';
import { createGitProvider } from './gitProvider.ts';

/** Name under which our variables stand in the environment of terminals. */
const feature = 'git';

/** What git is to be given, by the settings and by who is signed in. */
export interface GitSupply {
  readonly audiences: ReadonlySet<HelperAudience>;
  /** False takes the helper away from git at once, also in terminals that are open; a sign-in brings it back there. */
  readonly isSignedIn: boolean;
}

/** Everything that gives git its tokens in one window: credential server and helper, their environment, the provider. */
export class GitSession implements vscode.Disposable {
  readonly bindings: AccountBindings;
  readonly credentials: GitCredentials;
  readonly #deps: GitDeps;
  readonly #extension: GitExtension;
  readonly #onFailure: ReturnType<typeof createGitFailureNotice>;
  /** What this process had before any of ours: terminals have it too. */
  readonly #inherited = inheritedVariables();
  readonly #listeners: vscode.Disposable[] = [];
  #started: StartedHelper | undefined;
  #processVariables: vscode.Disposable | undefined;
  #provider: vscode.Disposable | undefined;
  #isDisposed = false;
  #supply: GitSupply = { audiences: new Set(), isSignedIn: false };

  constructor(deps: GitDeps) {
    this.#deps = deps;
    this.#onFailure = createGitFailureNotice(deps.log);
    this.#extension = new GitExtension(() => this.#updateProvider());
    this.bindings = createAccountBindings({ everywhere: deps.globalState, workspace: deps.workspaceState });
    this.credentials = createGitCredentials({
      tokens: deps.tokens,
      bindings: this.bindings,
      workspaceAccountId: () => deps.preference.workspaceAccountId(),
      openOrganization: () => onlyOrganization(this.#extension.api),
      tenants: createOrganizationTenants({
        fetch: (input, init) => globalThis.fetch(input, init),
        memory: deps.globalState,
      }),
    });
  }

  /** The Git extension's API, while it is on. */
  get git(): GitApi | undefined {
    return this.#extension.api;
  }

  /** Where the helper is, once its server runs. */
  get place(): HelperPlace | undefined {
    return this.#started?.place;
  }

  /** Follows the Git extension. Git is given nothing before `supply`. */
  async start(): Promise<void> {
    this.#listeners.push(onDidChangeTerminalVariables(() => this.#updateEnvironment()));
    await this.#extension.start().catch((error: unknown) => {
      this.#deps.log.warn(`The Git extension did not start: ${error instanceof Error ? error.name : typeof error}`);
    });
  }

  /** Gives git what it is to have, and nothing else. The credential server runs while git is to have anything. */
  async supply(supply: GitSupply): Promise<void> {
    this.#supply = supply;
    this.#updateProvider();
    if (supply.audiences.size === 0) {
      this.#stopHelper();
      return;
    }
    this.#started ??= await this.#startHelper();
    if (this.#isDisposed) {
      this.#stopHelper();
      return;
    }
    await this.#started.helper.serve(supply.isSignedIn ? supply.audiences : new Set());
    this.#updateEnvironment();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#stopHelper();
    this.#provider?.dispose();
    this.#extension.dispose();
    for (const listener of this.#listeners) {
      listener.dispose();
    }
  }

  #startHelper(): Promise<StartedHelper> {
    return startGitHelper({
      ...this.#deps,
      answer: (bytes, signal) =>
        answerRequest(bytes, { credentials: this.credentials, onFailure: this.#onFailure }, signal),
    });
  }

  #stopHelper(): void {
    this.#processVariables?.dispose();
    this.#processVariables = undefined;
    this.#deps.environment.set(feature, undefined);
    this.#started?.helper.dispose();
    this.#started = undefined;
  }

  /** The variables stay while nobody is signed in: git passes over the file that is not there. */
  #updateEnvironment(): void {
    if (!this.#started) {
      return;
    }
    const { place, root } = this.#started;
    const { audiences } = this.#supply;
    const isOurs = (path: string): boolean => path.startsWith(root + sep);
    if (!this.#processVariables) {
      const variables = includeVariables(process.env, place.configuration.editor, isOurs);
      this.#processVariables = variables && setProcessVariables(variables);
    }
    const variables = audiences.has('terminal')
      ? terminalVariables(this.#inherited, place.configuration.terminal, isOurs)
      : undefined;
    this.#deps.environment.set(feature, variables && { variables, description: description() });
  }

  #updateProvider(): void {
    this.#provider?.dispose();
    const { audiences, isSignedIn } = this.#supply;
    this.#provider =
      isSignedIn && audiences.has('editor')
        ? this.#extension.api?.registerCredentialsProvider(
            createGitProvider({ credentials: this.credentials, onFailure: this.#onFailure }),
          )
        : undefined;
  }
}

/** Shown in the editor where it tells why the environment of a terminal was changed. */
function description(): string {
  return vscode.l10n.t(
    'Git in this terminal can use Azure DevOps repositories with the account that you are signed in with (setting `azureCredentials.git.terminal`).',
  );
}
