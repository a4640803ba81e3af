import * as vscode from 'vscode';
import type { TokenService } from '../tokens/tokenService.ts';
import type { StoredAccountPreference } from './accountPreference.ts';
import { afterActivation } from './afterActivation.ts';
import { showError } from './errorMessages.ts';
import { gitAudiences } from './gitAudiences.ts';
import type { GitSession } from './gitSession.ts';
import { accountsForGit } from './gitSignedIn.ts';
import { onDidChangeSettings } from './settings.ts';
import type { TerminalEnvironment } from './terminalEnvironment.ts';

export interface GitDeps {
  readonly tokens: TokenService;
  readonly preference: StoredAccountPreference;
  readonly globalState: vscode.Memento;
  readonly workspaceState: vscode.Memento;
  readonly storageUri: vscode.Uri | undefined;
  readonly globalStorageUri: vscode.Uri;
  readonly environment: TerminalEnvironment;
  readonly log: vscode.LogOutputChannel;
}

/**
 * Lets git use Azure DevOps with the person's account, in the editor and in its terminals.
 *
 * Only in a trusted workspace, as far as the settings say so, and only while somebody is signed in: otherwise git behaves as
 * if this extension were not there.
 */
export function registerGit(deps: GitDeps): vscode.Disposable {
  const support = new GitSupport(deps);
  return vscode.Disposable.from(
    support,
    afterActivation(() => support.update()),
    onDidChangeSettings(['git'], () => support.update()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => support.update()),
    deps.tokens.onDidChangeAccounts(() => support.update()),
    registerCommand(deps, 'bindAccount', async (args) => {
      const { bindAccount } = await import('./gitBindAccount.ts');
      await bindAccount({ ...deps, session: await support.session() }, args);
    }),
    registerCommand(deps, 'diagnose', async () => {
      const { diagnose } = await import('./gitDiagnose.ts');
      await diagnose({ ...deps, session: await support.session() });
    }),
  );
}

function registerCommand({ log }: GitDeps, name: string, run: (args: unknown) => Promise<void>): vscode.Disposable {
  return vscode.commands.registerCommand(`azureCredentials.git.${name}`, async (args: unknown) => {
    try {
      await run(args);
    } catch (error) {
      await showError(error, log);
    }
  });
}

/** Whether somebody was signed in when a window last looked. */
const signedInKey = 'git.isSignedIn';

/** Starts what git needs when it is first wanted, and follows settings, trust and sign-ins; one change after the other. */
class GitSupport implements vscode.Disposable {
  readonly #deps: GitDeps;
  #session: Promise<GitSession> | undefined;
  #lastUpdate: Promise<void> = Promise.resolve();
  #isDisposed = false;
  #running: GitSession | undefined;

  constructor(deps: GitDeps) {
    this.#deps = deps;
  }

  update(): void {
    this.#lastUpdate = this.#lastUpdate.then(() => this.#apply()).catch((error) => this.#tell(error));
  }

  /** The session, also where git is given nothing: commands need it. */
  async session(): Promise<GitSession> {
    this.#session ??= this.#create();
    return this.#session;
  }

  /** Does not wait: the extension host is about to end, and git must not be left with a helper that nobody answers. */
  dispose(): void {
    this.#isDisposed = true;
    this.#running?.dispose();
  }

  /** Does not wait for the person: what changes meanwhile is followed. */
  #tell(error: unknown): void {
    void import('./fileTrouble.ts').then(({ fileTrouble }) =>
      showError(fileTrouble(error), this.#deps.log, () => this.update()),
    );
  }

  async #create(): Promise<GitSession> {
    const { GitSession } = await import('./gitSession.ts');
    const session = new GitSession(this.#deps);
    this.#running = session;
    await session.start();
    if (this.#isDisposed) {
      session.dispose();
    }
    return session;
  }

  async #apply(): Promise<void> {
    const audiences = gitAudiences();
    if (this.#isDisposed || (audiences.size === 0 && !this.#session)) {
      return;
    }
    const session = await this.session();
    if (!session.place) {
      // Who is signed in takes longer to find out than git can wait in a window that has just been opened.
      await session.supply({ audiences, isSignedIn: this.#deps.globalState.get(signedInKey, false) });
    }
    const isSignedIn = audiences.size > 0 && (await this.#isSignedIn());
    if (!this.#isDisposed) {
      await session.supply({ audiences, isSignedIn });
    }
  }

  /** While the account list cannot be read it is as it was: whoever asks for a token is told why there is none. */
  async #isSignedIn(): Promise<boolean> {
    const { tokens, globalState } = this.#deps;
    const known = await tokens.getAccounts().catch(() => undefined);
    if (known === undefined) {
      return globalState.get(signedInKey, false);
    }
    const isSignedIn = (await accountsForGit(known)).length > 0;
    if (globalState.get(signedInKey, false) !== isSignedIn) {
      await globalState.update(signedInKey, isSignedIn);
    }
    return isSignedIn;
  }
}
