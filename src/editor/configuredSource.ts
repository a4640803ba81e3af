import type { LogOutputChannel, SecretStorage } from 'vscode';
import type { EntraSettings } from '../entra/entraSettings.ts';
import type { Account } from '../tokens/account.ts';
import { Emitter } from '../tokens/emitter.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import type { Clock, Event, SignInPrompt, TokenSource } from '../tokens/ports.ts';
import type { ClientSecrets } from './clientSecrets.ts';
import { editorLocale } from './localize.ts';
import type { SourceSettings, SourceSettingsWatch } from './sourceSettings.ts';
import { usesEditorAccount } from './usesEditorAccount.ts';

export interface ConfiguredSourceDeps {
  readonly settings: SourceSettingsWatch;
  readonly secrets: SecretStorage;
  readonly clientSecrets: ClientSecrets;
  readonly prompt: SignInPrompt;
  readonly clock: Clock;
  readonly log: LogOutputChannel;
  readonly onStorageTrouble: (error: unknown) => void;
  /** Who is first among the accounts, whatever order the source has them in: the first is used while nobody is chosen. */
  readonly usualAccountId: () => string | undefined;
  /** Called after a sign-in here, with the accounts signed in: the one that requests without one meant before is first. */
  readonly onSignedIn: (accounts: readonly Account[]) => Promise<void>;
  /** Called after an account was signed out here. */
  readonly onSignedOut: (account: Account) => Promise<void>;
}

/** A token source that follows the settings, and tells when it was replaced: tokens of the old one must be dropped. */
export interface ConfiguredSource extends TokenSource {
  readonly onDidReplace: Event<void>;
  /** Resolves when every renewed refresh token is stored. */
  dispose(): Promise<void>;
}

/**
 * Makes the token source that the settings ask for, when it is first needed, and again after they have changed.
 *
 * The rooms behind it are imported at that moment: activation pays for none of them.
 */
export function createConfiguredSource(deps: ConfiguredSourceDeps): ConfiguredSource {
  const onListenerError = (error: unknown): void =>
    deps.log.error(`a listener of the token source failed: ${error instanceof Error ? error.name : typeof error}`);
  const accountsChanged = new Emitter<void>(onListenerError);
  const replaced = new Emitter<void>(onListenerError);
  let current: Promise<OpenSource> | undefined;

  const close = async (): Promise<void> => {
    const closing = current?.catch(() => undefined);
    current = undefined;
    await (await closing)?.dispose();
  };
  const replace = (): void => {
    void close();
    replaced.fire();
    accountsChanged.fire();
  };
  const open = (): Promise<OpenSource> => {
    current ??= openSource(deps, () => accountsChanged.fire()).catch((error: unknown) => {
      current = undefined;
      throw error;
    });
    return current;
  };
  const getAccounts = async (): Promise<readonly Account[]> => {
    const accounts = await (await open()).source.getAccounts();
    const usual = deps.usualAccountId();
    return [...accounts.filter(({ id }) => id === usual), ...accounts.filter(({ id }) => id !== usual)];
  };
  const listeners = [deps.settings.onDidChange(replace), deps.clientSecrets.onDidChange(replace)];

  return {
    onDidChangeAccounts: accountsChanged.event,
    onDidReplace: replaced.event,
    getAccounts,
    acquireToken: async (request) => (await open()).source.acquireToken(request),
    async signIn(options) {
      const { source } = await open();
      const before = await getAccounts().catch(() => undefined);
      const account = await source.signIn(options);
      // Where nobody can tell who was there, nobody takes their place.
      if (before !== undefined) {
        await deps.onSignedIn([...before, account]);
      }
      return account;
    },
    async signOut(account) {
      await (await open()).source.signOut(account);
      await deps.onSignedOut(account);
    },
    async dispose() {
      for (const listener of listeners) {
        listener.dispose();
      }
      await close();
    },
  };
}

interface OpenSource {
  readonly source: TokenSource;
  dispose(): Promise<void>;
}

async function openSource(deps: ConfiguredSourceDeps, accountsChanged: () => void): Promise<OpenSource> {
  const source = await createSource(deps, deps.settings.current());
  const subscription = source.onDidChangeAccounts(accountsChanged);
  return {
    source,
    async dispose() {
      subscription.dispose();
      await source.dispose();
    },
  };
}

async function createSource(deps: ConfiguredSourceDeps, settings: SourceSettings): Promise<TokenSource> {
  if (settings.unusable !== undefined) {
    const name = `azureCredentials.${settings.unusable}`;
    throw new AzureCredentialsError('configuration', phrase`The setting ${name} has a value that it cannot have.`, {
      advice: phrase`Open the settings and give ${name} one of the values that are offered there, or remove it from settings.json.`,
    });
  }
  if (usesEditorAccount(settings)) {
    const { createEditorAccountSource } = await import('./editorAccountSource.ts');
    return createEditorAccountSource({ cloud: settings.cloud, tenantId: settings.tenantId, clock: deps.clock });
  }
  if (settings.clientId === '') {
    throw new AzureCredentialsError('configuration', phrase`No application is configured to sign in with.`, {
      advice: phrase`Set "azureCredentials.clientId" to the application (client) id that your administrator registered, or set "azureCredentials.source" to "editor" to use the editor's own Microsoft account.`,
    });
  }
  const { createEntraTokenSource } = await import('../entra/entraTokenSource.ts');
  return createEntraTokenSource({
    settings: entraSettings(settings, deps.clientSecrets),
    secrets: deps.secrets,
    fetch: (input, init) => globalThis.fetch(input, init),
    prompt: deps.prompt,
    locale: editorLocale(),
    clock: deps.clock,
    log: deps.log,
    onStorageTrouble: deps.onStorageTrouble,
  });
}

function entraSettings(settings: SourceSettings, clientSecrets: ClientSecrets): EntraSettings {
  const { clientId, tenantId, cloud, authorityHost, authType, signInMethod } = settings;
  return {
    clientId,
    tenantId,
    cloud,
    authType,
    signInMethod,
    clientSecret: () => clientSecrets.get(clientId),
    ...(authorityHost === '' ? {} : { authorityHost }),
  };
}
