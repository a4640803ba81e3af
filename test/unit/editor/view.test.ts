import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { changedNodes, indexTree } from '../../../src/editor/view/changes.ts';
import { accountHealth } from '../../../src/editor/view/health.ts';
import { knownOrganizations } from '../../../src/editor/view/knownOrganizations.ts';
import { buildTree, minutesLeft, type ViewNode, type ViewState } from '../../../src/editor/view/model.ts';
import { createThrottle } from '../../../src/editor/view/throttle.ts';
import { readGrantKey } from '../../../src/endpoint/approval.ts';
import { createAccountBindings } from '../../../src/git/accountBindings.ts';
import { createOrganizationTenants } from '../../../src/git/organizationTenant.ts';
import type { Account } from '../../../src/tokens/account.ts';
import type { ActivityEntry } from '../../../src/tokens/activity.ts';
import type { CachedTokenInfo } from '../../../src/tokens/tokenService.ts';

const now = Date.parse('2026-05-04T10:00:00Z');
const contoso = '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01';
const fabrikam = 'c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e02';
const ada = account('ada@contoso.com', contoso);
const finn = account('finn@fabrikam.com', fabrikam);

function account(username: string, tenantId: string): Account {
  return { id: `${username.slice(0, 3)}.${tenantId}`, username, name: username, tenantId, kind: 'user' };
}

function token(resource: string, more: Partial<CachedTokenInfo> = {}): CachedTokenInfo {
  return {
    expiresOnTimestamp: now + 3_600_000,
    tokenType: 'Bearer',
    resource,
    scopes: [`${resource}/user_impersonation`],
    tenantId: contoso,
    account: ada,
    request: { scopes: [`${resource}/.default`], tenantId: 'contoso.com' },
    ...more,
  };
}

function entry(outcome: ActivityEntry['outcome'], more: Partial<ActivityEntry> = {}): ActivityEntry {
  return {
    time: now,
    requester: { kind: 'person', id: 'x', label: 'Command palette' },
    resource: 'https://storage.azure.com',
    accountId: ada.id,
    tenantId: contoso,
    outcome,
    fromCache: false,
    milliseconds: 1,
    ...more,
  };
}

function state(more: Partial<ViewState> = {}): ViewState {
  return {
    now,
    accounts: [ada],
    health: () => 'ok',
    tokens: [],
    organizations: [],
    extensions: [],
    terminals: { isTrusted: true, groups: [], grants: [] },
    activity: [],
    ...more,
  };
}

function outline(nodes: readonly ViewNode[]): unknown[] {
  return nodes.map(({ subject, children }) => {
    const name = subject.kind === 'section' ? subject.section : subject.kind;
    return children.length === 0 ? name : [name, outline(children)];
  });
}

class Store {
  readonly #values = new Map<string, unknown>();
  keys(): readonly string[] {
    return [...this.#values.keys()];
  }
  get<T>(key: string): T | undefined {
    return this.#values.get(key) as T | undefined;
  }
  async update(key: string, value: unknown): Promise<void> {
    this.#values.set(key, value);
  }
}

describe('What the view shows', () => {
  it('is nothing while nobody is signed in, so that the welcome text is shown', () => {
    assert.deepEqual(buildTree(state({ accounts: [], activity: [entry('not_signed_in')] })), []);
  });

  it('is accounts, their tenants and tokens, then who else has access, then what happened', () => {
    const tree = buildTree(
      state({
        accounts: [ada, finn],
        tokens: [
          token('https://vault.azure.net', { tenantId: fabrikam }),
          token('https://vault.azure.net'),
          token('https://storage.azure.com'),
        ],
        organizations: [{ organization: 'contoso', username: ada.username, reason: 'tenant' }],
        extensions: [
          {
            extensionId: 'a.b',
            label: 'B',
            decisions: [{ accountId: ada.id, accountName: ada.username, resource: '*', allowed: true, time: now }],
          },
        ],
        terminals: { isTrusted: true, groups: ['azd'], grants: [{ key: 'k', resource: 'r', username: undefined }] },
        activity: [entry('granted')],
      }),
    );
    assert.deepEqual(outline(tree), [
      [
        'account',
        [
          ['tenant', ['token', 'token']],
          ['tenant', ['token']],
        ],
      ],
      ['account', ['noTokens']],
      ['organizations', ['organization']],
      ['extensions', [['extension', ['decision']]]],
      ['terminals', ['grant']],
      ['activity', ['activity']],
    ]);
    const [first, second] = tree;
    assert.ok(first?.subject.kind === 'account' && first.subject.isDefault);
    assert.ok(second?.subject.kind === 'account' && !second.subject.isDefault);
    const home = first.children[0]?.subject;
    assert.ok(home?.kind === 'tenant' && home.isHome && home.domain === 'contoso.com');
  });

  it('gives every line an id of its own', () => {
    const tokens = [
      token('https://a.example'),
      token('https://b.example'),
      token('https://a.example', { account: finn }),
    ];
    const other = token('https://a.example', {
      request: { scopes: ['https://a.example/.default'], tenantId: contoso },
    });
    const tree = buildTree(state({ accounts: [ada, finn], tokens: [...tokens, other] }));
    const count = (nodes: readonly ViewNode[]): number =>
      nodes.reduce((sum, { children }) => sum + 1 + count(children), 0);
    assert.equal(indexTree(tree).byId.size, count(tree));
    assert.equal(count(tree), 2 + 2 + 4 + 1);
  });

  it('marks no account as the default one when there is only one', () => {
    const [only] = buildTree(state());
    assert.ok(only?.subject.kind === 'account' && !only.subject.isDefault);
  });

  it('offers terminals in a trusted workspace only, but what they were allowed can always be revoked', () => {
    const grants = [{ key: 'k', resource: 'r', username: 'ada@contoso.com' }];
    assert.deepEqual(outline(buildTree(state())), [['account', ['noTokens']], 'terminals']);
    const restricted = (terminals: ViewState['terminals']) => outline(buildTree(state({ terminals })));
    assert.deepEqual(restricted({ isTrusted: false, groups: [], grants: [] }), [['account', ['noTokens']]]);
    assert.deepEqual(restricted({ isTrusted: false, groups: [], grants }), [
      ['account', ['noTokens']],
      ['terminals', ['grant']],
    ]);
  });

  it('counts requests that are alike, newest first, and shows no more than twenty lines', () => {
    const activity = [
      entry('granted', { time: now - 120_000 }),
      ...Array.from({ length: 30 }, (_, index) => entry('granted', { resource: `https://${index}.example` })),
      entry('network', { time: now }),
      entry('granted', { time: now + 61_000 }),
    ];
    const section = buildTree(state({ activity })).at(-1);
    assert.equal(section?.children.length, 20);
    const [first, second] = (section?.children ?? []).map(({ subject }) => subject);
    assert.ok(first?.kind === 'activity' && first.count === 2 && first.lastTime === now + 60_000);
    assert.ok(second?.kind === 'activity' && second.outcome === 'network');
  });

  it('promises no more minutes than there are', () => {
    assert.deepEqual(
      [59_999, 60_000, 119_999, -5].map((left) => minutesLeft(now + left, now)),
      [0, 1, 1, 0],
    );
  });
});

describe('What is drawn anew', () => {
  const changes = (before: ViewState, after: ViewState) =>
    changedNodes(indexTree(buildTree(before)), indexTree(buildTree(after)));
  const storage = token('https://storage.azure.com');
  const storageId = `account/${ada.id}/tenant/${contoso}/token/https://storage.azure.com/.default@contoso.com`;

  it('is nothing when nothing changed, also within one minute', () => {
    const before = state({ tokens: [storage], activity: [entry('granted')] });
    assert.deepEqual(changes(before, { ...before, tokens: [{ ...storage }] }), []);
    assert.deepEqual(changes({ ...before, now: now + 1 }, { ...before, now: now + 59_999 }), []);
  });

  it('is the token alone when its time left has changed or when it was renewed', () => {
    const before = state({ tokens: [storage, token('https://vault.azure.net', { expiresOnTimestamp: now + 60_000 })] });
    const renewed = { ...storage, expiresOnTimestamp: now + 5_000_000 };
    assert.deepEqual(changes(before, { ...before, tokens: [renewed, ...before.tokens.slice(1)] }), [storageId]);
  });

  it('is the tenant when it got another token, and the account when it got another tenant', () => {
    const before = state({ tokens: [storage] });
    const more = (one: CachedTokenInfo) => changes(before, { ...before, tokens: [storage, one] });
    assert.deepEqual(more(token('https://vault.azure.net')), [`account/${ada.id}/tenant/${contoso}`]);
    assert.deepEqual(more(token('https://vault.azure.net', { tenantId: fabrikam })), [`account/${ada.id}`]);
  });

  it('is everything only when the top level changed', () => {
    assert.equal(changes(state(), state({ accounts: [ada, finn] })), 'all');
    assert.equal(changes(state(), state({ accounts: [] })), 'all');
    const health = { ...state(), health: () => 'offline' as const };
    assert.deepEqual(changes(state(), health), [`account/${ada.id}`]);
  });
});

describe('How an account is', () => {
  it('follows the last request that reached Entra', () => {
    const health = (...activity: ActivityEntry[]) => accountHealth(activity, ada.id, 0);
    assert.equal(health(), 'ok');
    assert.equal(health(entry('granted'), entry('interaction_required')), 'signInNeeded');
    assert.equal(health(entry('interaction_required'), entry('granted')), 'ok');
    assert.equal(health(entry('network'), entry('granted', { fromCache: true })), 'offline');
    assert.equal(health(entry('blocked_by_policy'), entry('cancelled'), entry('access_denied')), 'blocked');
  });

  it('passes over other accounts, and over what was before the last sign-in', () => {
    assert.equal(accountHealth([entry('network', { accountId: finn.id })], ada.id, 0), 'ok');
    assert.equal(accountHealth([entry('interaction_required')], ada.id, now + 1), 'ok');
    assert.equal(accountHealth([entry('interaction_required')], ada.id, now), 'signInNeeded');
  });
});

describe('Organizations in the view', () => {
  it('are those that were bound, met or are open, each with the account that git would use', async () => {
    const everywhere = new Store();
    const workspace = new Store();
    const bindings = createAccountBindings({ everywhere, workspace });
    await bindings.bind('Bound', { accountId: finn.id, username: finn.username }, 'workspace');
    await bindings.bind('gone', { accountId: 'x', username: 'old@contoso.com' }, 'everywhere');
    await createOrganizationTenants({ fetch, memory: everywhere }).remember('met', fabrikam);
    const found = knownOrganizations({
      stores: [workspace, everywhere],
      bindings,
      workspaceAccountId: () => undefined,
      accounts: [ada, finn],
      open: ['open', 'met'],
    });
    assert.deepEqual(found, [
      { organization: 'bound', username: finn.username, reason: 'binding' },
      { organization: 'gone', missing: 'old@contoso.com' },
      { organization: 'met', tenant: fabrikam, username: finn.username, reason: 'tenant' },
      { organization: 'open', username: ada.username, reason: 'default' },
    ]);
  });
});

describe('Grants of terminals', () => {
  it('are read back from the keys under which they are kept, and nothing else is', () => {
    const grant = { accountId: ada.id, tenantId: contoso, resource: 'https://storage.azure.com' };
    assert.deepEqual(readGrantKey(`${ada.id} ${contoso} https://storage.azure.com`), grant);
    assert.equal(readGrantKey('nonsense'), undefined);
    assert.equal(readGrantKey('a b c d'), undefined);
  });
});

describe('A throttle', () => {
  it('runs once for many calls, and keeps running while they never stop', async () => {
    let runs = 0;
    const throttle = createThrottle(() => {
      runs += 1;
    }, 20);
    for (let call = 0; call < 30; call++) {
      throttle.schedule();
      await wait(5);
    }
    assert.ok(runs >= 3 && runs <= 10, `${runs} runs`);
    throttle.schedule();
    throttle.dispose();
    const last = runs;
    await wait(40);
    assert.equal(runs, last);
  });
});
