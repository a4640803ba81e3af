import * as vscode from 'vscode';
import type { Account } from '../../tokens/account.ts';
import { Emitter } from '../../tokens/emitter.ts';
import type { Disposable, Event } from '../../tokens/ports.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import type { StoredAccountPreference } from '../accountPreference.ts';
import { afterActivation } from '../afterActivation.ts';
import type { SourceSettings, SourceSettingsWatch } from '../sourceSettings.ts';
import { usesEditorAccount } from '../usesEditorAccount.ts';

export interface SignInStateDeps {
  readonly tokens: TokenService;
  readonly preference: StoredAccountPreference;
  readonly settings: SourceSettingsWatch;
  readonly onListenerError: (error: unknown) => void;
}

/** Who is signed in, as last read. */
interface SignedIn {
  /** The default account first; empty also when they could not be read. */
  readonly accounts: readonly Account[];
  /** Why they could not be read. */
  readonly error?: unknown;
}

/** Follows who is signed in, for all that shows it, and tells the editor in context keys (for `when` clauses). */
export interface SignInState extends Disposable {
  /** Undefined until the accounts were read for the first time. */
  current(): SignedIn | undefined;
  /** Waits for the first reading. */
  ready(): Promise<SignedIn>;
  readonly onDidChange: Event<void>;
  /** When accounts changed last: milliseconds since the epoch; 0 while they have not changed in this window. */
  readonly changedTime: number;
}

/** Where tokens come from, for `when` clauses: `none` means that an application is wanted and not set. */
type SourceKey = 'application' | 'editor' | 'none';

/** Reads the accounts right after activation, which does not wait for it. */
export function createSignInState(deps: SignInStateDeps): SignInState {
  const { tokens, preference, settings } = deps;
  const changed = new Emitter<void>(deps.onListenerError);
  const first = Promise.withResolvers<SignedIn>();
  let current: SignedIn | undefined;
  let changedTime = 0;
  let reading = 0;

  const update = async (): Promise<void> => {
    const mine = ++reading;
    const signedIn = await readAccounts(tokens);
    if (mine !== reading) {
      return;
    }
    current = signedIn;
    await setContext(signedIn, settings.current());
    first.resolve(signedIn);
    changed.fire();
  };
  const listeners = [
    afterActivation(() => void update()),
    tokens.onDidChangeAccounts(() => {
      changedTime = Date.now();
      void update();
    }),
    preference.onDidChange(() => void update()),
    settings.onDidChange(() => void update()),
  ];
  return {
    current: () => current,
    ready: () => (current === undefined ? first.promise : Promise.resolve(current)),
    onDidChange: changed.event,
    get changedTime() {
      return changedTime;
    },
    dispose: () => {
      changed.dispose();
      for (const listener of listeners) {
        listener.dispose();
      }
    },
  };
}

async function readAccounts(tokens: TokenService): Promise<SignedIn> {
  try {
    return { accounts: await tokens.getAccounts() };
  } catch (error) {
    return { accounts: [], error };
  }
}

async function setContext({ accounts }: SignedIn, settings: SourceSettings): Promise<void> {
  await Promise.all([
    vscode.commands.executeCommand('setContext', 'azureCredentials.signedIn', accounts.length > 0),
    // The palette asks for this one: until the accounts are known it keeps nothing back from somebody who is signed in.
    vscode.commands.executeCommand('setContext', 'azureCredentials.signedOut', accounts.length === 0),
    vscode.commands.executeCommand('setContext', 'azureCredentials.manyAccounts', accounts.length > 1),
    vscode.commands.executeCommand('setContext', 'azureCredentials.source', sourceKey(settings)),
  ]);
}

function sourceKey(settings: SourceSettings): SourceKey {
  if (usesEditorAccount(settings)) {
    return 'editor';
  }
  return settings.clientId === '' ? 'none' : 'application';
}
