import * as vscode from 'vscode';
import type { AccessToken } from '../tokens/accessToken.ts';
import type { Account } from '../tokens/account.ts';
import { AzureCredentialsError, isAzureCredentialsError } from '../tokens/errors.ts';
import type { Requester } from '../tokens/requester.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { describeError } from './errorMessages.ts';
import {
  type AuthenticationConstraint,
  requestOfChallenges,
  requestOfScopes,
  type SessionRequest,
} from './sessionRequest.ts';

export interface AuthenticationProviderDeps {
  readonly tokens: TokenService;
  readonly log: vscode.LogOutputChannel;
}

const providerId = 'azure-delegated';

/**
 * Registers "Azure (delegated)" with `vscode.authentication`.
 *
 * `supportsChallenges` and the two methods it stands for are not in the stable `vscode.d.ts`, but VS Code asks for no
 * proposal there; without them `getSession` with a `WWW-Authenticate` request is refused for this provider.
 */
export function registerAuthenticationProvider(deps: AuthenticationProviderDeps): vscode.Disposable {
  const provider = new DelegatedAuthenticationProvider(deps);
  const options = { supportsMultipleAccounts: true, supportsChallenges: true };
  return vscode.Disposable.from(
    provider,
    vscode.authentication.registerAuthenticationProvider(
      providerId,
      vscode.l10n.t('Azure (delegated)'),
      provider,
      options,
    ),
  );
}

/** Failures that a sign-in can mend: there is no session yet. Any other failure is told to whoever asks. */
const mendedBySignIn = new Set(['not_signed_in', 'interaction_required', 'consent_required']);

/** More extensions than this do not wait for a sign-in; the oldest is forgotten. */
const maximumAwaited = 50;

/**
 * One session for each account and list of scopes, made from the token service whenever it is asked for, so that its
 * access token is fresh. Nothing is kept here. VS Code decides which extension may use which account.
 */
class DelegatedAuthenticationProvider implements vscode.AuthenticationProvider, vscode.Disposable {
  readonly #tokens: TokenService;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly #subscription: vscode.Disposable;
  readonly #requester: Requester;
  /** Accounts as the editor knows them. */
  #told: readonly Account[] = [];
  /** Scopes for which there was no session, as JSON: the editor shows "Sign in to use X" until it hears of one. */
  readonly #awaited = new Set<string>();
  #following: Promise<void> = Promise.resolve();

  constructor({ tokens, log }: AuthenticationProviderDeps) {
    this.#tokens = tokens;
    this.#log = log;
    this.#requester = { kind: 'session', id: 'vscode.authentication', label: vscode.l10n.t('Editor sessions') };
    this.#subscription = vscode.Disposable.from(
      tokens.onDidChangeAccounts(() => {
        this.#following = this.#following.then(() => this.#tellChanges());
      }),
    );
  }

  get onDidChangeSessions(): vscode.Event<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent> {
    return this.#changed.event;
  }

  /** Without scopes (that is the Accounts menu) there is one session for each account, and no token in it. */
  async getSessions(
    scopes: readonly string[] | undefined,
    options: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession[]> {
    if (scopes === undefined) {
      return (await this.#listAccounts()).map((account) => sessionOf(account, [], ''));
    }
    return await withEditorErrors(() => this.#sessionsFor(requestOfScopes(scopes), options));
  }

  async getSessionsFromChallenges(
    constraint: AuthenticationConstraint,
    options: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession[]> {
    return await withEditorErrors(() => this.#sessionsFor(requestOfChallenges(constraint), options));
  }

  async createSession(
    scopes: readonly string[],
    options: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession> {
    return await withEditorErrors(() => this.#createSession(requestOfScopes(scopes), options));
  }

  async createSessionFromChallenges(
    constraint: AuthenticationConstraint,
    options: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession> {
    return await withEditorErrors(() => this.#createSession(requestOfChallenges(constraint), options));
  }

  /** Signs the session's account out, since one refresh token serves all its sessions. Gone already is as good. */
  async removeSession(sessionId: string): Promise<void> {
    const [accountId] = sessionId.split(' ', 1);
    await withEditorErrors(async () => {
      const account = (await this.#tokens.getAccounts()).find(({ id }) => id === accountId);
      if (account !== undefined) {
        await this.#tokens.signOut(account);
      }
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #sessionsFor(
    { scopes, request }: SessionRequest,
    { account }: vscode.AuthenticationProviderSessionOptions,
  ): Promise<vscode.AuthenticationSession[]> {
    const all = await this.#tokens.getAccounts().catch(noneIfUnreadable);
    const accounts = all.filter(({ id }) => account === undefined || id === account.id);
    const attempts = await Promise.allSettled(
      accounts.map(({ id }) => this.#tokens.getToken({ ...request, account: id }, this.#requester)),
    );
    const tokens = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    if (tokens.length === 0) {
      throwUnlessMended(attempts);
      this.#await(scopes);
    }
    return tokens.map((token) => sessionOf(token.account, scopes, token.token));
  }

  /** The editor asks for a new session only after the person agreed; so this always shows the sign-in. */
  async #createSession(
    { scopes, request }: SessionRequest,
    { account }: vscode.AuthenticationProviderSessionOptions,
  ): Promise<vscode.AuthenticationSession> {
    const { scopes: scopesToConsent, tenantId, claims } = request;
    const signedIn = await this.#tokens.signIn({
      ...(scopesToConsent === undefined ? {} : { scopes: scopesToConsent }),
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(claims === undefined ? {} : { claims }),
      ...(account === undefined ? {} : { loginHint: account.label }),
    });
    const token = await this.#tokens.getToken({ ...request, account: signedIn.id, interactive: true }, this.#requester);
    const session = sessionOf(token.account, scopes, token.token);
    this.#awaited.delete(JSON.stringify(scopes));
    this.#changed.fire({ added: [session], removed: undefined, changed: undefined });
    return session;
  }

  #await(scopes: readonly string[]): void {
    const [oldest] = this.#awaited;
    if (oldest !== undefined && this.#awaited.size >= maximumAwaited) {
      this.#awaited.delete(oldest);
    }
    this.#awaited.add(JSON.stringify(scopes));
  }

  async #listAccounts(): Promise<readonly Account[]> {
    try {
      this.#told = await this.#tokens.getAccounts();
    } catch (error) {
      this.#log.debug(
        `No accounts for the Accounts menu: ${isAzureCredentialsError(error) ? error.code : 'unexpected'}`,
      );
    }
    return this.#told;
  }

  async #tellChanges(): Promise<void> {
    const before = this.#told;
    const after = await this.#listAccounts();
    const added = after.filter(({ id }) => !before.some((account) => account.id === id));
    const removed = before.filter(({ id }) => !after.some((account) => account.id === id));
    if (added.length === 0 && removed.length === 0) {
      return;
    }
    const awaited = added.length === 0 ? [] : [...this.#awaited].map((scopes): readonly string[] => JSON.parse(scopes));
    this.#awaited.clear();
    this.#changed.fire({
      added: added.flatMap((account) => [[], ...awaited].map((scopes) => sessionOf(account, scopes, ''))),
      removed: removed.map((account) => sessionOf(account, [], '')),
      changed: undefined,
    });
  }
}

/** Its id is the account's, then the scopes: the same whenever it is asked for. */
function sessionOf(account: Account, scopes: readonly string[], accessToken: string): vscode.AuthenticationSession {
  return {
    id: [account.id, ...scopes].join(' '),
    accessToken,
    account: { id: account.id, label: account.username },
    scopes: [...scopes],
  };
}

/** An empty list would make the editor offer a sign-in, which does not help against, say, a lost connection. */
function throwUnlessMended(attempts: readonly PromiseSettledResult<AccessToken>[]): void {
  for (const attempt of attempts) {
    if (attempt.status === 'rejected' && !isMendedBySignIn(attempt.reason)) {
      throw attempt.reason;
    }
  }
}

/** Without sessions the editor offers a sign-in, which is good until the window closes. */
function noneIfUnreadable(error: unknown): readonly Account[] {
  if (isAzureCredentialsError(error) && error.code === 'storage') {
    return [];
  }
  throw error;
}

function isMendedBySignIn(error: unknown): boolean {
  return isAzureCredentialsError(error) && mendedBySignIn.has(error.code);
}

/**
 * Between extensions VS Code carries no more of an error than its name and message. So the message takes the advice
 * along, and a cancellation becomes the editor's own, which it does not show.
 */
async function withEditorErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isAzureCredentialsError(error)) {
      throw error;
    }
    if (error.code === 'cancelled') {
      throw new vscode.CancellationError();
    }
    throw new AzureCredentialsError(error.code, describeError(error));
  }
}
