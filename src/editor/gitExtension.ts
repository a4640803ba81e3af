import * as vscode from 'vscode';

/** What is used of the Git extension's API, version 1 (`vscode.git`, `git.d.ts`). */
export interface GitApi {
  readonly git: { readonly path: string };
  readonly repositories: readonly GitRepository[];
  registerCredentialsProvider(provider: GitCredentialsProvider): vscode.Disposable;
}

export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly state: { readonly remotes: readonly GitRemote[] };
  readonly ui: { readonly selected: boolean };
}

interface GitRemote {
  readonly name: string;
  readonly fetchUrl?: string;
  readonly pushUrl?: string;
}

/** Asked when git wants a user name that no helper knew. */
export interface GitCredentialsProvider {
  getCredentials(host: vscode.Uri): Promise<{ readonly username: string; readonly password: string } | undefined>;
}

interface GitExtensionExports {
  readonly enabled: boolean;
  readonly onDidChangeEnablement: vscode.Event<boolean>;
  getAPI(version: 1): GitApi;
}

/** Follows the Git extension: it can be turned off and on (`git.enabled`), and installed while the editor runs. */
export class GitExtension implements vscode.Disposable {
  readonly #onChange: (api: GitApi | undefined) => void;
  readonly #listeners: vscode.Disposable[] = [];
  #exports: GitExtensionExports | undefined;
  #api: GitApi | undefined;
  #disposed = false;

  /** @param onChange told of the API when there is one, and of `undefined` when it goes away */
  constructor(onChange: (api: GitApi | undefined) => void) {
    this.#onChange = onChange;
  }

  /** The API, while the Git extension is on. */
  get api(): GitApi | undefined {
    return this.#api;
  }

  /** Starts to follow it. Rejects when the Git extension itself fails to start. */
  async start(): Promise<void> {
    if (this.#disposed || this.#exports) {
      return;
    }
    const extension = vscode.extensions.getExtension<GitExtensionExports>('vscode.git');
    if (!extension) {
      this.#listeners.push(vscode.extensions.onDidChange(() => void this.start().catch(() => undefined)));
      return;
    }
    const exports = await extension.activate();
    if (this.#disposed || this.#exports) {
      return;
    }
    this.#exports = exports;
    // The event comes between two assignments, before `getAPI` works (extensions/git/src/main.ts): after them is soon enough.
    this.#listeners.push(exports.onDidChangeEnablement(() => queueMicrotask(() => this.#update())));
    this.#update();
  }

  dispose(): void {
    this.#disposed = true;
    for (const listener of this.#listeners) {
      listener.dispose();
    }
  }

  /** `getAPI` throws while the extension is off. */
  #update(): void {
    if (this.#disposed) {
      return;
    }
    this.#api = this.#exports?.enabled ? this.#exports.getAPI(1) : undefined;
    this.#onChange(this.#api);
  }
}
