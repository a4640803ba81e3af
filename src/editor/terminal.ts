import * as vscode from 'vscode';
import type { DialectGroup } from '../endpoint/dialectGroups.ts';
import type { LocalTokenEndpoint } from '../endpoint/localTokenEndpoint.ts';
import type { Clock } from '../tokens/ports.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { afterActivation } from './afterActivation.ts';
import { showError } from './errorMessages.ts';
import type { TerminalAccess } from './terminalApproval.ts';
import type { TerminalEnvironment } from './terminalEnvironment.ts';

export interface TerminalDeps {
  readonly tokens: TokenService;
  readonly secrets: vscode.SecretStorage;
  readonly workspaceState: vscode.Memento;
  readonly environment: TerminalEnvironment;
  readonly access: TerminalAccess;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
}

/** Name under which the endpoint's variables stand in the environment of terminals. */
const feature = 'localTokenEndpoint';

/**
 * Gives terminals the local token endpoint, as far as the settings say so: it runs only in a trusted workspace, and only while
 * a group of dialects is turned on.
 */
export function registerTerminal(deps: TerminalDeps): vscode.Disposable {
  const terminals = new ConnectedTerminals(deps);
  return vscode.Disposable.from(
    terminals,
    afterActivation(() => terminals.update()),
    deps.access.settings.onDidChange(() => terminals.update()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => terminals.update()),
    vscode.commands.registerCommand('azureCredentials.terminal.connect', () => runConnect(deps)),
  );
}

async function runConnect(deps: TerminalDeps): Promise<void> {
  try {
    const { connectTerminals } = await import('./terminalConnect.ts');
    await connectTerminals(deps);
  } catch (error) {
    await showError(error, deps.log);
  }
}

/** Starts and stops the endpoint; one change after the other. */
class ConnectedTerminals implements vscode.Disposable {
  readonly #deps: TerminalDeps;
  #endpoint: LocalTokenEndpoint | undefined;
  #lastUpdate: Promise<void> = Promise.resolve();
  #isDisposed = false;
  /** Was there ever something to serve? Until then nothing is loaded. */
  #isNeeded = false;

  constructor(deps: TerminalDeps) {
    this.#deps = deps;
  }

  update(): void {
    this.#isNeeded ||= this.#wantedGroups().length > 0;
    if (!this.#isNeeded) {
      return;
    }
    this.#lastUpdate = this.#lastUpdate.then(() => this.#apply()).catch((error) => this.#tell(error));
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#stop();
    await this.#lastUpdate;
    await this.#stop();
  }

  async #apply(): Promise<void> {
    const groups = this.#wantedGroups();
    if (groups.length === 0) {
      await this.#stop();
      return;
    }
    this.#endpoint ??= await this.#start();
    const { proxyException } = await import('../endpoint/proxyException.ts');
    const variables = { ...(await this.#endpoint.serve(groups)), ...proxyException(process.env) };
    this.#deps.environment.set(feature, { variables, description: describe(variables) });
  }

  /** Does not wait for the person: what changes meanwhile is followed. */
  #tell(error: unknown): void {
    void showError(error, this.#deps.log, () => this.update());
  }

  #wantedGroups(): readonly DialectGroup[] {
    return vscode.workspace.isTrusted && !this.#isDisposed ? this.#deps.access.settings.current().groups : [];
  }

  async #start(): Promise<LocalTokenEndpoint> {
    const { tokens, secrets, workspaceState, clock, log } = this.#deps;
    const [{ LocalTokenEndpoint }, { createOfferSignIn }, { cookieFolder, cookieTrouble }] = await Promise.all([
      import('../endpoint/localTokenEndpoint.ts'),
      import('./terminalSignIn.ts'),
      import('./cookieFolder.ts'),
    ]);
    const onFailure = createOfferSignIn({ tokens, log });
    const onCookieTrouble = (error: unknown, folder: string) => this.#tell(cookieTrouble(error, folder));
    return LocalTokenEndpoint.start({
      ...{ tokens, secrets, memory: workspaceState, cookieFolder, clock, log, onFailure, onCookieTrouble },
    });
  }

  async #stop(): Promise<void> {
    const endpoint = this.#endpoint;
    this.#endpoint = undefined;
    if (endpoint !== undefined) {
      this.#deps.environment.set(feature, undefined);
      await endpoint.dispose();
    }
  }
}

/** Shown in the editor where it tells why the environment of a terminal was changed. */
function describe(variables: Readonly<Record<string, string>>): string {
  const names = Object.keys(variables)
    .map((name) => `\`${name}\``)
    .join(', ');
  return vscode.l10n.t(
    'Programs in this terminal can ask Azure Credentials for tokens of the account that you are signed in with: {0}. Their secrets are good only on this machine, while this window is open.',
    names,
  );
}
