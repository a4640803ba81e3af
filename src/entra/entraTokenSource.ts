import type { AccessToken } from '../tokens/accessToken.ts';
import type { Account } from '../tokens/account.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { type Locale, phrase } from '../tokens/phrase.ts';
import type { Clock, Event, Log, SecretStore, SignInOptions, SignInPrompt, TokenSource } from '../tokens/ports.ts';
import { repeatable } from '../tokens/resourceText.ts';
import type { ResolvedRequest } from '../tokens/tokenRequest.ts';
import { AccountVault } from './accountVault.ts';
import { authorityFor, type EntraAuthority } from './clouds.ts';
import { type EntraSettings, isGuid } from './entraSettings.ts';
import { HandedOnToken } from './handedOnToken.ts';
import { interactiveSignIn } from './interactiveSignIn.ts';
import type { MsalClient } from './msalClient.ts';
import { EntraNetwork } from './network.ts';
import { type RefreshDeps, refreshWithVault, signedOutError } from './refreshToken.ts';
import { ServiceAccount } from './serviceAccount.ts';
import { TenantCheck } from './tenantCheck.ts';
import type { TokenAnswer } from './tokenAnswer.ts';
import { translateError } from './translateError.ts';
import { Turns } from './turns.ts';

export interface EntraTokenSourceDeps {
  readonly settings: EntraSettings;
  readonly secrets: SecretStore;
  readonly fetch: typeof fetch;
  readonly prompt: SignInPrompt;
  /** Language of the page that the browser is shown at the end; English when absent. */
  readonly locale?: Locale;
  readonly clock: Clock;
  readonly log: Log;
  /** Told once when the secret store fails: the session goes on in memory. */
  readonly onStorageTrouble?: (error: AzureCredentialsError) => void;
}

/**
 * Makes the token source for one value of the settings; dispose it and make another when they change. MSAL is loaded at
 * the first sign-in.
 *
 * @throws AzureCredentialsError `configuration` for a client id or authority host that cannot be one
 */
export function createEntraTokenSource(deps: EntraTokenSourceDeps): TokenSource {
  const { settings } = deps;
  if (!isGuid(settings.clientId)) {
    throw new AzureCredentialsError(
      'configuration',
      phrase`“${repeatable(settings.clientId)}” is not an application (client) id.`,
      {
        advice: phrase`Set azureCredentials.clientId to the GUID on the overview page of your application (Microsoft Entra admin center › Entra ID › App registrations).`,
      },
    );
  }
  return new EntraTokenSource(deps, authorityFor(settings.cloud, settings.authorityHost));
}

class EntraTokenSource implements TokenSource {
  readonly #deps: EntraTokenSourceDeps;
  readonly #authority: EntraAuthority;
  readonly #network: EntraNetwork;
  readonly #vault: AccountVault;
  readonly #tenants: TenantCheck;
  readonly #handedOn: HandedOnToken;
  readonly #service: ServiceAccount | undefined;
  readonly #refreshDeps: RefreshDeps;
  readonly #disposed = new AbortController();
  #client: Promise<MsalClient> | undefined;
  #secret: Promise<string | undefined> | undefined;
  /** Why the client secret, if there is one, could not be read. */
  #secretTrouble: AzureCredentialsError | undefined;
  #toldOfTrouble = false;

  constructor(deps: EntraTokenSourceDeps, authority: EntraAuthority) {
    const { settings, secrets, clock, log } = deps;
    const { clientId } = settings;
    this.#deps = deps;
    this.#authority = authority;
    this.#network = new EntraNetwork(deps);
    this.#vault = new AccountVault({
      scope: { clientId: clientId.toLowerCase(), environment: authority.host },
      secrets,
      clock,
      log,
      onStorageTrouble: (error) => this.#tellOfTrouble(error),
    });
    this.#refreshDeps = {
      ...{ authority, clientId, network: this.#network, clock },
      ...{ vault: this.#vault, turns: new Turns() },
    };
    this.#tenants = new TenantCheck({ authority, clientId, network: this.#network, clock });
    this.#handedOn = new HandedOnToken(clock);
    this.#service =
      settings.authType === 'serviceAccount'
        ? new ServiceAccount({
            settings,
            tenants: this.#tenants,
            client: () => this.#msal(),
            secret: () => this.#clientSecret(),
          })
        : undefined;
  }

  get onDidChangeAccounts(): Event<void> {
    return this.#vault.onDidChange;
  }

  async getAccounts(): Promise<readonly Account[]> {
    return this.#translated({}, async () =>
      this.#service ? [await this.#service.account()] : await this.#vault.accounts(),
    );
  }

  async acquireToken(request: ResolvedRequest): Promise<AccessToken> {
    return this.#translated(request, async () => {
      const signal = AbortSignal.any([this.#disposed.signal, ...(request.signal ? [request.signal] : [])]);
      if (this.#service) {
        return toAccessToken(request, await this.#service.acquireToken(request, signal));
      }
      const entry = await this.#vault.find(request.account.id);
      if (entry === undefined) {
        throw signedOutError(request);
      }
      const handedOn = this.#handedOn.take(request);
      if (handedOn !== undefined) {
        return toAccessToken(request, handedOn);
      }
      const clientSecret = await this.#clientSecret();
      const { tenantId, scopes, claims } = request;
      const call = { tenantId, scopes, signal, ...(claims !== undefined && { claims }) };
      return toAccessToken(
        request,
        await refreshWithVault(
          { ...this.#refreshDeps, ...(clientSecret !== undefined && { clientSecret }) },
          entry,
          call,
        ),
      );
    });
  }

  async signIn(options: SignInOptions): Promise<Account> {
    const tenantId = options.tenantId ?? this.#deps.settings.tenantId;
    const resource = options.scopes?.join(' ');
    return this.#translated({ tenantId, ...(resource && { resource }) }, async () => {
      if (this.#service) {
        await this.#service.requireSecret();
        return this.#service.account();
      }
      const clientSecret = await this.#clientSecret();
      const { answer, account, refreshToken } = await interactiveSignIn(
        {
          ...this.#deps,
          authority: this.#authority,
          network: this.#network,
          tenants: this.#tenants,
          client: await this.#msal(),
          ...(clientSecret !== undefined && { clientSecret }),
        },
        { ...options, tenantId, signals: [options.signal, this.#disposed.signal] },
      );
      await this.#vault.add({ account, refreshToken });
      this.#handedOn.keep(answer, { ...options, scopes: options.scopes ?? [] });
      this.#deps.log.info(`Signed in to tenant ${answer.tenantId}.`);
      return account;
    });
  }

  async signOut(account: Account): Promise<void> {
    if (this.#service === undefined) {
      this.#handedOn.drop();
      await this.#vault.remove(account.id);
    }
  }

  /** Ends what is in flight. Resolves when every renewed refresh token is stored. */
  async dispose(): Promise<void> {
    this.#disposed.abort();
    this.#handedOn.drop();
    await this.#vault.dispose();
  }

  /** Loads MSAL, a large module, when it is first needed. */
  #msal(): Promise<MsalClient> {
    this.#client ??= this.#loadMsal().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async #loadMsal(): Promise<MsalClient> {
    const [{ createMsalClient }, clientSecret] = await Promise.all([import('./msalClient.ts'), this.#clientSecret()]);
    return createMsalClient({
      authority: this.#authority,
      clientId: this.#deps.settings.clientId,
      network: this.#network,
      log: this.#deps.log,
      ...(clientSecret !== undefined && { clientSecret }),
    });
  }

  /** Reads the client secret once: whoever changes it makes a new source. */
  #clientSecret(): Promise<string | undefined> {
    this.#secret ??= this.#readClientSecret().catch((error: unknown) => {
      this.#secret = undefined;
      throw error;
    });
    return this.#secret;
  }

  /** For people, a secret that cannot be read is taken for none: most applications have none, and Entra says who needs it. */
  async #readClientSecret(): Promise<string | undefined> {
    try {
      // Half a character cannot be sent; with its replacement, Entra says that the secret is wrong.
      return (await this.#deps.settings.clientSecret?.())?.toWellFormed() || undefined;
    } catch (cause) {
      const trouble = unreadableSecretError(cause);
      if (this.#service !== undefined) {
        throw trouble;
      }
      this.#secretTrouble = trouble;
      this.#tellOfTrouble(trouble);
      return undefined;
    }
  }

  /** What really was wrong when Entra missed a secret; the next request reads it again. */
  #missedSecret(error: AzureCredentialsError): AzureCredentialsError | undefined {
    const trouble = error.aadsts === missingSecretNumber ? this.#secretTrouble : undefined;
    if (trouble !== undefined) {
      this.#secretTrouble = undefined;
      this.#secret = undefined;
      this.#client = undefined;
    }
    return trouble;
  }

  #tellOfTrouble(error: AzureCredentialsError): void {
    if (!this.#toldOfTrouble) {
      this.#toldOfTrouble = true;
      this.#deps.onStorageTrouble?.(error);
    }
  }

  /** The boundary: nothing but an AzureCredentialsError leaves. */
  async #translated<T>(
    { tenantId, resource }: { readonly tenantId?: string; readonly resource?: string },
    task: () => Promise<T>,
  ): Promise<T> {
    try {
      return await task();
    } catch (error) {
      const { settings } = this.#deps;
      const translated = translateError(error, {
        clientId: settings.clientId,
        tenantId: tenantId ?? settings.tenantId,
        ...(resource !== undefined && { resource }),
      });
      throw this.#missedSecret(translated) ?? translated;
    }
  }
}

/** AADSTS7000218: the application must show a secret and showed none. */
const missingSecretNumber = 7000218;

function unreadableSecretError(cause: unknown): AzureCredentialsError {
  return new AzureCredentialsError(
    'storage',
    phrase`The client secret could not be read from the editor’s secret storage.`,
    {
      advice: phrase`Unlock or install a keyring and restart the editor, or run “Azure Credentials: Set Client Secret” again.`,
      cause: { name: cause instanceof Error ? cause.name : typeof cause },
    },
  );
}

function toAccessToken(request: ResolvedRequest, answer: TokenAnswer): AccessToken {
  const { accessToken: token, expiresOnTimestamp, refreshAfterTimestamp, scopes, tenantId } = answer;
  return {
    token,
    expiresOnTimestamp,
    ...(refreshAfterTimestamp !== undefined && { refreshAfterTimestamp }),
    tokenType: 'Bearer',
    resource: request.resource,
    scopes: scopes.length > 0 ? scopes : request.scopes,
    tenantId: tenantId || request.tenantId,
    account: request.account,
  };
}
