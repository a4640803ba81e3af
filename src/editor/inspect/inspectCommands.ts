import * as vscode from 'vscode';
import type { AccessToken } from '../../tokens/accessToken.ts';
import type { Account } from '../../tokens/account.ts';
import type { Requester } from '../../tokens/requester.ts';
import { resourceName } from '../../tokens/resources.ts';
import { tokenClaims } from '../../tokens/tokenClaims.ts';
import type { TokenRequest } from '../../tokens/tokenRequest.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import { getTokenForPerson } from '../commands/getAccessToken.ts';
import { pickResource } from '../resourcePick.ts';
import type { ShownDocuments } from '../shownDocuments.ts';
import { readSourceSettings } from '../sourceSettings.ts';
import { claimDocument } from './claimDocument.ts';
import { type NeededAccess, neededAccess } from './neededAccess.ts';
import { judge } from './verdict.ts';
import { verdictDocument } from './verdictDocument.ts';

export interface InspectDeps {
  readonly tokens: TokenService;
  readonly documents: Pick<ShownDocuments, 'show' | 'preview'>;
}

/** What a caller of the command may pass; the person is asked for what is absent. */
export type InspectArguments = Pick<TokenRequest, 'resource' | 'scopes' | 'account' | 'tenantId'>;

/** Shows what a token says about itself. The token is had as by any person, and forgotten. */
export async function inspectToken(
  { tokens, documents }: InspectDeps,
  args: InspectArguments | undefined,
): Promise<void> {
  const request = args ?? (await pickToken(tokens));
  if (request === undefined) {
    return;
  }
  const { claims, about } = await readToken(tokens, request, 'azureCredentials.inspectToken');
  await documents.show(`${resourceName(about.resource)}.jsonc`, claimDocument(about, claims, Date.now()));
}

/** Says whether a token fits a request that was answered 403, and who has to do what. */
export async function explainForbidden({ tokens, documents }: InspectDeps): Promise<void> {
  const { cloud } = readSourceSettings();
  const text = await askForRequest();
  const found = text === undefined ? undefined : neededAccess(text, cloud);
  const needed = found && (await askForPermission(found));
  const request = needed && (await pickToken(tokens, needed.resource));
  if (needed === undefined || request === undefined) {
    return;
  }
  const { claims, about } = await readToken(tokens, request, 'azureCredentials.explainForbidden');
  if (claims === undefined) {
    await documents.show(`${resourceName(about.resource)}.jsonc`, claimDocument(about, claims, Date.now()));
    return;
  }
  await documents.preview('403.md', verdictDocument(needed, about, judge(claims, needed, Date.now())));
}

/** Lets go of the token at once: only what it says is handed on. */
async function readToken(tokens: TokenService, request: TokenRequest, id: string) {
  const requester: Requester = { kind: 'person', id, label: vscode.l10n.t('Inspect Token') };
  const { token, ...about }: AccessToken = await getTokenForPerson(tokens, request, requester);
  return { claims: tokenClaims(token), about };
}

function askForRequest(): Thenable<string | undefined> {
  const { cloud } = readSourceSettings();
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Explain a 403 (1/3): the request'),
    prompt: vscode.l10n.t('Paste the address that was refused, with its method if it is not GET, or name the API'),
    placeHolder: 'GET https://graph.microsoft.com/v1.0/users',
    ignoreFocusOut: true,
    validateInput: (text) =>
      text.trim() === '' || neededAccess(text, cloud) !== undefined
        ? undefined
        : vscode.l10n.t('Neither an address that begins with https:// or api://, nor an API that is known.'),
  });
}

/** Where the address tells no permission, the API's documentation does. */
async function askForPermission(needed: NeededAccess): Promise<NeededAccess | undefined> {
  if (needed.permissions.length > 0) {
    return needed;
  }
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Explain a 403 (2/3): the permission'),
    prompt: vscode.l10n.t(
      'Permission that the documentation of {0} names for this request. Leave it empty if you do not know.',
      needed.service ?? needed.request,
    ),
    placeHolder: 'Orders.Read',
    ignoreFocusOut: true,
  });
  return text === undefined
    ? undefined
    : { ...needed, permissions: text.split(/[\s,]+/).filter((name) => name !== '') };
}

type TokenItem = vscode.QuickPickItem & { readonly choose: () => Promise<InspectArguments | undefined> };

/** Lets the person choose a token in memory, or a new one. @param resource resource that is offered first */
async function pickToken(tokens: TokenService, resource?: string): Promise<InspectArguments | undefined> {
  const cached = tokens.cachedTokens().map(
    (token): TokenItem => ({
      label: `$(key) ${resourceName(token.resource)}`,
      description: token.account.username,
      detail: vscode.l10n.t('in memory · {0} · tenant {1}', token.resource, token.tenantId),
      choose: async () => ({ ...token.request, account: token.account.id }),
    }),
  );
  const isKnown = tokens.cachedTokens().some((token) => token.resource === resource);
  const fitting: TokenItem[] =
    resource === undefined || isKnown
      ? []
      : [
          {
            label: `$(add) ${resourceName(resource)}`,
            description: vscode.l10n.t('get a token for this API'),
            choose: () => withAccount(tokens, resource),
          },
        ];
  const other: TokenItem = {
    label: vscode.l10n.t('$(search) Another resource…'),
    choose: async () => withAccount(tokens, await pickResource(readSourceSettings().cloud)),
  };
  const items = [...fitting, ...cached, other];
  const picked =
    items.length === 1
      ? other
      : await vscode.window.showQuickPick(items, {
          title: vscode.l10n.t('Inspect a token'),
          placeHolder: vscode.l10n.t('The token itself is not shown, only what it says'),
          matchOnDescription: true,
          matchOnDetail: true,
        });
  return picked?.choose();
}

async function withAccount(tokens: TokenService, resource: string | undefined): Promise<InspectArguments | undefined> {
  const accounts = resource === undefined ? [] : await tokens.getAccounts();
  if (resource === undefined || accounts.length < 2) {
    return resource === undefined ? undefined : { resource };
  }
  const items = accounts.map((account: Account) => ({
    label: account.username,
    description: account.name,
    account: account.id,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Account of the token') });
  return picked && { resource, account: picked.account };
}
