import type { DialectGroup } from '../../endpoint/dialectGroups.ts';
import type { AccountReason } from '../../git/chooseAccount.ts';
import type { Account } from '../../tokens/account.ts';
import type { ActivityEntry } from '../../tokens/activity.ts';
import type { CachedTokenInfo } from '../../tokens/tokenService.ts';
import type { AccessDecision, ExtensionAccess } from '../consentDecisions.ts';
import { type ActivityGroup, groupActivity } from './activityGroups.ts';
import type { AccountHealth } from './health.ts';

/** An organization of Azure DevOps and the account that git uses it with. */
export interface OrganizationUse {
  readonly organization: string;
  /** Tenant (id or domain) as far as it is remembered; `personal` for Microsoft accounts. */
  readonly tenant?: string;
  /** Absent when the account that it is bound to is not signed in. */
  readonly username?: string;
  readonly reason?: AccountReason;
  /** Who it is bound to, although nobody with that account is signed in. */
  readonly missing?: string;
}

/** Something that programs in terminals of this workspace may have. */
export interface TerminalGrant {
  readonly key: string;
  readonly resource: string;
  /** Undefined when that account is signed out. */
  readonly username: string | undefined;
}

/** All that the view shows, at one moment. */
export interface ViewState {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The default account first. */
  readonly accounts: readonly Account[];
  readonly health: (accountId: string) => AccountHealth;
  readonly tokens: readonly CachedTokenInfo[];
  readonly organizations: readonly OrganizationUse[];
  readonly extensions: readonly ExtensionAccess[];
  readonly terminals: {
    readonly isTrusted: boolean;
    readonly groups: readonly DialectGroup[];
    readonly grants: readonly TerminalGrant[];
  };
  /** Oldest first. */
  readonly activity: readonly ActivityEntry[];
}

type SectionName = 'organizations' | 'extensions' | 'terminals' | 'activity';

/** What one line of the view is about. */
export type NodeSubject =
  | { readonly kind: 'account'; readonly account: Account; readonly isDefault: boolean; readonly health: AccountHealth }
  | { readonly kind: 'noTokens'; readonly account: Account }
  | { readonly kind: 'tenant'; readonly tenantId: string; readonly domain?: string; readonly isHome: boolean }
  | { readonly kind: 'token'; readonly token: CachedTokenInfo; readonly minutesLeft: number }
  | { readonly kind: 'section'; readonly section: SectionName; readonly groups?: readonly DialectGroup[] }
  | ({ readonly kind: 'organization' } & OrganizationUse)
  | { readonly kind: 'extension'; readonly extensionId: string; readonly label: string }
  | { readonly kind: 'decision'; readonly extensionId: string; readonly decision: AccessDecision }
  | ({ readonly kind: 'grant' } & TerminalGrant)
  | ({ readonly kind: 'activity' } & ActivityGroup);

/** One line of the view. Its id stays the same as long as it is about the same thing, and is unique in the view. */
export interface ViewNode {
  readonly id: string;
  readonly subject: NodeSubject;
  readonly children: readonly ViewNode[];
}

/** What the view shows, as a tree. Nothing at all while nobody is signed in: the editor shows the welcome text then. */
export function buildTree(state: ViewState): readonly ViewNode[] {
  if (state.accounts.length === 0) {
    return [];
  }
  return [
    ...state.accounts.map((account, index) => accountNode(state, account, index === 0 && state.accounts.length > 1)),
    ...sectionNode('organizations', state.organizations.map(organizationNode)),
    ...sectionNode('extensions', state.extensions.map(extensionNode)),
    ...terminalsNode(state.terminals),
    ...sectionNode('activity', groupActivity(state.activity).map(activityNode)),
  ];
}

/** Minutes until a token ends, rounded down so that no more is promised than there is. Never negative. */
export function minutesLeft(expiresOnTimestamp: number, now: number): number {
  return Math.max(0, Math.floor((expiresOnTimestamp - now) / 60_000));
}

/** Id of the line of an account. */
export function accountNodeId({ id }: Pick<Account, 'id'>): string {
  return `account/${id}`;
}

function accountNode(state: ViewState, account: Account, isDefault: boolean): ViewNode {
  const id = accountNodeId(account);
  const tokens = state.tokens.filter((token) => token.account.id === account.id);
  const tenantIds = [...new Set(tokens.map(({ tenantId }) => tenantId))].sort(homeFirst(account.tenantId));
  const children = tenantIds.map((tenantId) =>
    tenantNode(
      { id, home: account.tenantId, now: state.now },
      tenantId,
      tokens.filter((token) => token.tenantId === tenantId),
    ),
  );
  const subject = { kind: 'account', account, isDefault, health: state.health(account.id) } as const;
  return { id, subject, children: children.length === 0 ? [noTokens(id, account)] : children };
}

/** There is always something below an account: the editor would not open a line that gets its first child later. */
function noTokens(id: string, account: Account): ViewNode {
  return leaf(`${id}/none`, { kind: 'noTokens', account });
}

function homeFirst(home: string): (left: string, right: string) => number {
  return (left, right) => Number(right === home) - Number(left === home) || left.localeCompare(right);
}

interface TenantPlace {
  readonly id: string;
  readonly home: string;
  readonly now: number;
}

function tenantNode({ id, home, now }: TenantPlace, tenantId: string, tokens: readonly CachedTokenInfo[]): ViewNode {
  const tenant = `${id}/tenant/${tenantId}`;
  const domain = tokens.map(({ request }) => request.tenantId).find((text) => text.includes('.'));
  const children = tokens
    .map((token) => tokenNode(tenant, token, now))
    .sort((left, right) => left.id.localeCompare(right.id));
  return {
    id: tenant,
    subject: { kind: 'tenant', tenantId, isHome: tenantId === home, ...(domain !== undefined && { domain }) },
    children,
  };
}

/** A token is the same one after it was renewed: its place in the cache names it. */
function tokenNode(tenant: string, token: CachedTokenInfo, now: number): ViewNode {
  const { scopes, tenantId } = token.request;
  return {
    id: `${tenant}/token/${scopes.toSorted().join(' ')}@${tenantId}`,
    subject: { kind: 'token', token, minutesLeft: minutesLeft(token.expiresOnTimestamp, now) },
    children: [],
  };
}

function sectionNode(section: SectionName, children: readonly ViewNode[]): readonly ViewNode[] {
  return children.length === 0 ? [] : [{ id: section, subject: { kind: 'section', section }, children }];
}

/** Always there in a trusted workspace, since it is from here that terminals are connected. */
function terminalsNode({ isTrusted, groups, grants }: ViewState['terminals']): readonly ViewNode[] {
  const children = grants.map((grant) => leaf(`terminals/${grant.key}`, { kind: 'grant', ...grant }));
  return isTrusted || children.length > 0
    ? [{ id: 'terminals', subject: { kind: 'section', section: 'terminals', groups }, children }]
    : [];
}

function organizationNode(use: OrganizationUse): ViewNode {
  return leaf(`organizations/${use.organization}`, { kind: 'organization', ...use });
}

function extensionNode({ extensionId, label, decisions }: ExtensionAccess): ViewNode {
  const id = `extensions/${extensionId}`;
  const children = decisions.map((decision) =>
    leaf(`${id}/${decision.accountId}/${decision.resource}`, { kind: 'decision', extensionId, decision }),
  );
  return { id, subject: { kind: 'extension', extensionId, label }, children };
}

function activityNode(group: ActivityGroup): ViewNode {
  return leaf(`activity/${group.key}`, { kind: 'activity', ...group });
}

function leaf(id: string, subject: NodeSubject): ViewNode {
  return { id, subject, children: [] };
}
