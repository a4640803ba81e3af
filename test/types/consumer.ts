// Every member of the API, used from the outside by an extension's author.
import * as vscode from 'vscode';
import type {
  AccessToken,
  Account,
  AzureCredentialsApi,
  AzureCredentialsExports,
  ErrorCode,
} from '../../src/api/azureCredentials.js';

const extensionId = 'delegated-credentials.azure-delegated-credentials';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const extension = vscode.extensions.getExtension<AzureCredentialsExports>(extensionId);
  const exports = await extension?.activate();
  const api = exports?.getAPI(1, context.extension);
  if (api !== undefined) {
    context.subscriptions.push(
      api.onDidChangeAccounts((accounts) => showAccounts(accounts)),
      api.onDidChangeAccounts(showAccounts, undefined, context.subscriptions),
    );
    await useEveryMember(api);
  }
}

function showAccounts(accounts: readonly Account[]): void {
  vscode.window.setStatusBarMessage(accounts.map(({ name, username, kind }) => `${name} ${username} ${kind}`).join());
}

async function useEveryMember(api: AzureCredentialsApi): Promise<void> {
  await api.ready;
  const [first] = api.accounts;
  const account = first ?? (await api.signIn());
  await api.signIn({
    tenantId: 'contoso.com',
    loginHint: account.username,
    scopes: ['https://storage.azure.com/.default'],
  });
  const { signal } = new AbortController();
  const tokens: readonly AccessToken[] = await Promise.all([
    api.getToken('https://storage.azure.com'),
    api.getToken({ resource: 'https://vault.azure.net', account, interactive: true, signal }),
    api.getToken({ scopes: ['https://graph.microsoft.com/User.Read'], account: 'ada@contoso.com', forceRefresh: true }),
    api.getToken({ resource: 'https://management.azure.com/', tenantId: undefined, claims: undefined }),
  ]);
  tokens.map(
    ({ expiresOnTimestamp, refreshAfterTimestamp }) => (refreshAfterTimestamp ?? expiresOnTimestamp) - Date.now(),
  );
  await api.signOut(account);
  await api.signOut('ada@contoso.com');
  await api.signOut();
}

export function explain(api: AzureCredentialsApi, error: unknown): string {
  if (!api.isAzureCredentialsError(error)) {
    throw error;
  }
  const { code, message, advice = '', retryAfterTimestamp, traceId, aadsts, claims } = error;
  return [code, message, advice, retryAfterTimestamp, traceId, aadsts, claims].join(' ');
}

/** The codes are a union that a switch can exhaust. */
export function needsPerson(code: ErrorCode): boolean {
  switch (code) {
    case 'not_signed_in':
    case 'interaction_required':
    case 'consent_required':
    case 'access_denied':
      return true;
    case 'blocked_by_policy':
    case 'cancelled':
    case 'timed_out':
    case 'caller_rejected':
    case 'resource_invalid':
    case 'unsupported_remote':
    case 'throttled':
    case 'network':
    case 'identity_provider':
    case 'configuration':
    case 'storage':
      return false;
    default:
      return code satisfies never;
  }
}
