import * as vscode from 'vscode';
import type { AccessToken } from '../tokens/accessToken.ts';
import type { Account } from '../tokens/account.ts';
import type { CloudName } from '../tokens/cloud.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import type { Clock, SignInOptions, TokenSource } from '../tokens/ports.ts';
import { isGuid } from '../tokens/resourceText.ts';
import { tokenClaims } from '../tokens/tokenClaims.ts';
import type { ResolvedRequest } from '../tokens/tokenRequest.ts';

/** An opaque token tells no expiry; the provider renews it long before, so that a short life is safe and never wrong. */
const assumedLifeMs = 6 * 60_000;

/** The scope by which VS Code's Microsoft provider is told the tenant (its `scopeData.ts`). */
const tenantScope = (tenantId: string): string => `VSCODE_TENANT:${tenantId}`;

/**
 * Tokens from the editor's own Microsoft account, for people whose administrator has registered no application.
 *
 * VS Code keeps the refresh token, asks the person whether this extension may use the account, and signs in and out:
 * an extension can do neither silently. `forceRefresh` cannot be passed on: VS Code has no such option.
 */
export function createEditorAccountSource(deps: {
  readonly cloud: CloudName;
  /** Tenant to sign in to when a sign-in names none. */
  readonly tenantId: string;
  readonly clock: Clock;
}): TokenSource {
  const provider = providerId(deps.cloud);
  return {
    getAccounts: async () => (await vscode.authentication.getAccounts(provider)).map(toAccount),
    onDidChangeAccounts: (listener) =>
      vscode.authentication.onDidChangeSessions((event) => (event.provider.id === provider ? listener() : undefined)),
    acquireToken: (request) => acquireToken(provider, request, deps.clock),
    signIn: (options) => signIn(provider, { tenantId: deps.tenantId, ...options }),
    async signOut() {
      throw new AzureCredentialsError(
        'configuration',
        phrase`This account is the editor's own and cannot be signed out here.`,
        {
          advice: phrase`Open the editor's Accounts menu, choose the account, and select Sign Out there.`,
        },
      );
    },
    dispose: () => undefined,
  };
}

function providerId(cloud: CloudName): string {
  if (cloud === 'custom') {
    throw new AzureCredentialsError('configuration', phrase`The editor's own account knows no custom cloud.`, {
      advice: phrase`Set "azureCredentials.clientId" to your application, or "azureCredentials.cloud" to "public".`,
    });
  }
  return cloud === 'public' ? 'microsoft' : 'microsoft-sovereign-cloud';
}

function toAccount(information: vscode.AuthenticationSessionAccountInformation): Account {
  return {
    id: information.id,
    username: information.label,
    name: information.label,
    // The provider's account ids are MSAL's `<object id>.<home tenant>`.
    tenantId: information.id.split('.')[1] ?? 'organizations',
    kind: 'user',
  };
}

async function acquireToken(provider: string, request: ResolvedRequest, clock: Clock): Promise<AccessToken> {
  const { account, tenantId } = request;
  const session = await askEditor(provider, request, {
    silent: true,
    account: { id: account.id, label: account.username },
  });
  if (session === undefined) {
    throw new AzureCredentialsError(
      'interaction_required',
      phrase`${account.username} must allow this in the editor first.`,
      {
        advice: phrase`Run "Azure Credentials: Sign In" and allow this extension to use the account.`,
      },
    );
  }
  const claims = tokenClaims(session.accessToken);
  const expiry = claims?.['exp'];
  const tenant = claims?.['tid'];
  if (typeof tenant === 'string' && isGuid(tenantId) && tenant.toLowerCase() !== tenantId.toLowerCase()) {
    throw otherTenantError(tenantId, tenant);
  }
  return {
    token: session.accessToken,
    expiresOnTimestamp: typeof expiry === 'number' ? expiry * 1000 : clock.now() + assumedLifeMs,
    tokenType: 'Bearer',
    resource: request.resource,
    scopes: request.scopes,
    tenantId: typeof tenant === 'string' ? tenant : tenantId,
    account,
  };
}

/** The editor takes a token out of a cache that it fills for several tenants: it must not pass for one of this tenant. */
function otherTenantError(wanted: string, actual: string): AzureCredentialsError {
  return new AzureCredentialsError(
    'identity_provider',
    phrase`The editor gave a token of tenant ${actual}, not ${wanted}.`,
    {
      advice: phrase`Try again; if it lasts, sign the account out in the Accounts menu of the editor and sign in again.`,
    },
  );
}

async function signIn(provider: string, options: SignInOptions): Promise<Account> {
  const scopes = options.scopes ?? ['openid', 'profile'];
  const account = await accountNamed(provider, options.loginHint);
  const session = await askEditor(
    provider,
    { ...options, scopes },
    {
      createIfNone: { detail: vscode.l10n.t('Azure Delegated Credentials hands out tokens of this account.') },
      // Whoever is meant is named, or else asked for: the account of an earlier sign-in is not taken silently.
      ...(account === undefined ? { clearSessionPreference: true } : { account }),
    },
  );
  if (session === undefined) {
    throw new AzureCredentialsError('cancelled', 'The sign-in was cancelled.');
  }
  return toAccount(session.account);
}

async function accountNamed(
  provider: string,
  username: string | undefined,
): Promise<vscode.AuthenticationSessionAccountInformation | undefined> {
  const wanted = username?.toLowerCase();
  return wanted === undefined
    ? undefined
    : (await vscode.authentication.getAccounts(provider)).find(({ label }) => label.toLowerCase() === wanted);
}

type Ask = Pick<ResolvedRequest, 'scopes'> & Partial<Pick<ResolvedRequest, 'tenantId' | 'claims'>>;

async function askEditor(
  provider: string,
  ask: Ask,
  options: vscode.AuthenticationGetSessionOptions,
): Promise<vscode.AuthenticationSession | undefined> {
  const scopes = ask.tenantId === undefined ? ask.scopes : [...ask.scopes, tenantScope(ask.tenantId)];
  const request = ask.claims === undefined ? scopes : challenge(ask.claims, scopes);
  try {
    return await vscode.authentication.getSession(provider, request, options);
  } catch (error) {
    throw translate(error);
  }
}

/** Claims reach the provider only in the form that a resource sends them in: a `WWW-Authenticate` header. */
function challenge(claims: string, scopes: readonly string[]): vscode.AuthenticationWwwAuthenticateRequest {
  const encoded = Buffer.from(claims).toString('base64');
  return {
    wwwAuthenticate: `Bearer realm="", error="insufficient_claims", claims="${encoded}"`,
    fallbackScopes: scopes,
  };
}

/** The provider throws plain errors; a refusal by the person is told apart by VS Code's own words only. */
function translate(error: unknown): AzureCredentialsError {
  const text = error instanceof Error ? error.message : '';
  if (/did not consent|cancel/i.test(text)) {
    return new AzureCredentialsError('cancelled', 'The sign-in was cancelled.');
  }
  return new AzureCredentialsError('identity_provider', phrase`The editor's own Microsoft account gave no token.`, {
    advice: phrase`Run "Azure Credentials: Sign In" to try again; the log "Microsoft Authentication" of the editor says why it failed.`,
  });
}
