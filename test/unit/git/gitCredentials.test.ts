import assert from 'node:assert/strict';
import { type BoundAccount, createAccountBindings } from '../../../src/git/accountBindings.ts';
import { answerRequest, type GitFailure } from '../../../src/git/answerRequest.ts';
import { createGitCredentials } from '../../../src/git/gitCredentials.ts';
import { createOrganizationTenants } from '../../../src/git/organizationTenant.ts';
import type { Account } from '../../../src/tokens/account.ts';
import type { ActivityEntry } from '../../../src/tokens/activity.ts';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import type { TokenRequest } from '../../../src/tokens/tokenRequest.ts';

const contosoTenant = '11111111-1111-4111-8111-111111111111';
const fabrikamTenant = '22222222-2222-4222-8222-222222222222';
const zeroTenant = '00000000-0000-0000-0000-000000000000';
const claims = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}';

function account(username: string, tenantId: string): Account {
  return { id: `${username}-id`, username, name: username, tenantId, kind: 'user' };
}
const ada = account('ada@contoso.com', contosoTenant);
const frida = account('frida@fabrikam.com', fabrikamTenant);

class MapMemory {
  readonly values = new Map<string, unknown>();
  get<T>(key: string): T | undefined {
    return this.values.get(key) as T | undefined;
  }
  async update(key: string, value: unknown): Promise<void> {
    value === undefined ? this.values.delete(key) : this.values.set(key, value);
  }
}

/** What Azure DevOps answers to those it does not know. */
const servers: Record<string, Record<string, string>> = {
  contoso: { 'x-vss-resourcetenant': contosoTenant },
  fabrikam: {
    'www-authenticate': `Bearer authorization_uri=https://login.microsoftonline.com/${fabrikamTenant}, Basic realm="x"`,
    'x-vss-resourcetenant': contosoTenant,
  },
  personal: { 'x-vss-resourcetenant': zeroTenant },
};

function build(options: { accounts?: Account[]; workspaceAccountId?: string; openOrganization?: string } = {}) {
  const asked: string[] = [];
  const requests: TokenRequest[] = [];
  const cleared: unknown[] = [];
  const activity: ActivityEntry[] = [];
  const failures: GitFailure[] = [];
  const memory = new MapMemory();
  const bindings = createAccountBindings({ everywhere: new MapMemory(), workspace: new MapMemory() });
  const state = { error: undefined as Error | undefined, offline: false, accounts: options.accounts ?? [ada, frida] };
  const fakeFetch = async (input: unknown): Promise<Response> => {
    asked.push(String(input));
    if (state.offline) {
      throw new TypeError('fetch failed');
    }
    return new Response(null, { status: 302, headers: servers[String(input).split('/').at(-1) ?? ''] ?? {} });
  };
  const credentials = createGitCredentials({
    bindings,
    workspaceAccountId: () => options.workspaceAccountId,
    openOrganization: () => options.openOrganization,
    tenants: createOrganizationTenants({ fetch: fakeFetch as typeof fetch, memory }),
    tokens: {
      getAccounts: async () => state.accounts,
      clear: (filter) => cleared.push(filter),
      activity: () => activity,
      getToken: async (request, requester) => {
        requests.push(request);
        if (state.error) {
          throw state.error;
        }
        const chosen = state.accounts.find(({ id }) => id === request.account) ?? ada;
        activity.push({ requester, fromCache: requests.length > 1 } as ActivityEntry);
        return {
          token: `token ${request.tenantId ?? 'home'} ${chosen.username}`,
          expiresOnTimestamp: 1_800_000_000_000,
          tokenType: 'Bearer',
          resource: request.resource ?? '',
          scopes: [],
          tenantId: request.tenantId ?? chosen.tenantId,
          account: chosen,
        };
      },
    },
  });
  const ask = (lines: string) =>
    answerRequest(Buffer.from(`${lines}\n`), { credentials, onFailure: (failure) => failures.push(failure) });
  const get = (path: string, more = '') => ask(`action=get\nprotocol=https\nhost=dev.azure.com\npath=${path}${more}`);
  return { ask, get, asked, requests, cleared, failures, memory, bindings, state };
}

describe('git credentials', () => {
  it('serves the organization tenant with the account at home there', async () => {
    const git = build();
    assert.equal((await git.get('contoso/P/_git/r')).token, `token ${contosoTenant} ada@contoso.com`);
    assert.equal((await git.get('fabrikam/P/_git/r')).token, `token ${fabrikamTenant} frida@fabrikam.com`);
    assert.deepEqual(
      git.requests.map(({ resource, interactive, forceRefresh }) => ({ resource, interactive, forceRefresh })),
      Array.from({ length: 2 }, () => ({
        resource: '499b84ac-1321-427f-aa17-267ca6975798',
        interactive: false,
        forceRefresh: false,
      })),
    );
  });

  it('asks for a tenant once and remembers it', async () => {
    const git = build();
    await Promise.all([git.get('contoso/P/_git/r'), git.get('contoso/Q/_git/r'), git.get('Contoso/P/_git/r')]);
    await git.get('contoso/P/_git/r');
    assert.deepEqual(git.asked, ['https://dev.azure.com/contoso']);
  });

  it('uses the account without a tenant for an organization of Microsoft accounts, an unknown one, and offline', async () => {
    const git = build();
    await git.get('personal/P/_git/r');
    await git.get('nobody/P/_git/r');
    git.state.offline = true;
    await git.get('contoso/P/_git/r');
    assert.deepEqual(
      git.requests.map((request) => ['tenantId' in request, request.account]),
      Array.from({ length: 3 }, () => [false, ada.id]),
    );
    git.state.offline = false;
    assert.match((await git.get('contoso/P/_git/r')).token ?? '', new RegExp(contosoTenant));
  });

  it('believes the tenant and the claims that the server has just asked for', async () => {
    const git = build();
    const challenge = `\nwwwauth[]=Bearer authorization_uri="https://login.microsoftonline.com/${fabrikamTenant}", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"\nwwwauth[]=Basic realm="https://x/"`;
    await git.get('contoso/P/_git/r', challenge);
    assert.deepEqual(git.asked, []);
    assert.equal(git.requests[0]?.tenantId, fabrikamTenant);
    assert.equal(Buffer.from(git.requests[0]?.claims ?? '', 'base64').toString(), claims);
    await git.get('contoso/P/_git/r');
    assert.equal(git.requests[1]?.tenantId, fabrikamTenant);
    assert.equal(git.requests[1]?.claims, undefined);
  });

  it('chooses the account: address, binding of the workspace, binding, workspace, tenant, default', async () => {
    const used = async (git: ReturnType<typeof build>, more = '') => {
      await git.get('fabrikam/P/_git/r', more);
      return git.requests.at(-1)?.account;
    };
    const guest = account('guest@elsewhere.example', '33333333-3333-4333-8333-333333333333');
    const bind = (who: Account): BoundAccount => ({ accountId: who.id, username: who.username });
    const git = build({ accounts: [ada, frida, guest], workspaceAccountId: ada.id });
    assert.equal(await used(git), ada.id);
    await git.bindings.bind('Fabrikam', bind(guest), 'everywhere');
    assert.equal(await used(git), guest.id);
    await git.bindings.bind('fabrikam', bind(frida), 'workspace');
    assert.equal(await used(git), frida.id);
    assert.equal(await used(git, '\nusername=ADA@contoso.com'), ada.id);
    assert.equal(await used(build({ accounts: [ada, guest, frida] })), frida.id);
    assert.equal(await used(build({ accounts: [ada, guest] })), ada.id);
    assert.equal(await used(build({ accounts: [ada, frida] }), '\nusername=someone'), frida.id);
  });

  it('does not fall back to another account when the bound one is signed out', async () => {
    const git = build({ accounts: [ada] });
    await git.bindings.bind('fabrikam', { accountId: frida.id, username: frida.username }, 'everywhere');
    const answer = await git.get('fabrikam/P/_git/r');
    assert.equal(answer.quit, true);
    assert.match(answer.message ?? '', /fabrikam is bound to frida@fabrikam\.com, who is not signed in\..*Sign In/);
    assert.equal(git.requests.length, 0);
  });

  it('drops a refused token, asks for the tenant anew, and serves a fresh token once', async () => {
    const git = build();
    await git.get('contoso/P/_git/r');
    await git.ask(
      'action=erase\nprotocol=https\nhost=dev.azure.com\npath=contoso/P/_git/r\nusername=contoso\npassword=T',
    );
    assert.deepEqual(git.cleared, [{ token: 'T' }]);
    await git.get('contoso/P/_git/r');
    await git.get('contoso/P/_git/r');
    assert.deepEqual(git.asked, ['https://dev.azure.com/contoso', 'https://dev.azure.com/contoso']);
    assert.deepEqual(
      git.requests.map(({ forceRefresh }) => forceRefresh),
      [false, true, false],
    );
  });

  it('stays fresh after a refusal until a token was had', async () => {
    const git = build();
    await git.ask('action=erase\nprotocol=https\nhost=dev.azure.com\npath=contoso/P/_git/r\ncredential=T');
    git.state.error = new AzureCredentialsError('network', 'No connection.');
    await git.get('contoso/P/_git/r');
    git.state.error = undefined;
    await git.get('contoso/P/_git/r');
    assert.deepEqual(
      git.requests.map(({ forceRefresh }) => forceRefresh),
      [true, true],
    );
  });

  it('drops nothing for another host', async () => {
    const git = build();
    await git.ask('action=erase\nprotocol=https\nhost=github.com\npassword=T');
    await git.get('contoso/P/_git/r');
    assert.deepEqual(git.cleared, []);
    assert.equal(git.requests[0]?.forceRefresh, false);
  });

  it('ignores store', async () => {
    const git = build();
    const answer = await git.ask('action=store\nprotocol=https\nhost=dev.azure.com\nusername=x\npassword=T');
    assert.deepEqual(Object.keys(answer), ['trace']);
    assert.equal(git.requests.length, 0);
  });

  it('answers nothing for other hosts, and quits for an Azure Repos host without https', async () => {
    const git = build();
    for (const host of ['github.com', 'dev.azure.com.evil.example', 'dev.azure.com:8443']) {
      const answer = await git.ask(`action=get\nprotocol=https\nhost=${host}\npath=contoso/P/_git/r`);
      assert.deepEqual(Object.keys(answer), ['trace']);
    }
    const answer = await git.ask('action=get\nprotocol=http\nhost=dev.azure.com\npath=contoso/P/_git/r');
    assert.deepEqual([answer.token, answer.quit], [undefined, true]);
    assert.match(answer.message ?? '', /only given a token over https/);
    assert.equal(git.requests.length, 0);
  });

  it('quits a malformed request with a reason', async () => {
    const git = build();
    const answer = await git.get('contoso/P\nhost=dev.azure.com');
    assert.equal(answer.quit, true);
    assert.match(answer.message ?? '', /a key is given twice/);
    assert.equal(git.requests.length, 0);
  });

  it('takes the organization of the open repositories when the address has none', async () => {
    const git = build({ openOrganization: 'fabrikam' });
    assert.match((await git.ask('action=get\nprotocol=https\nhost=dev.azure.com')).token ?? '', /frida/);
  });

  it('tells who started git when there is no token', async () => {
    const git = build({ accounts: [] });
    const answer = await git.get('contoso/P/_git/r', '\ncaller=person');
    assert.equal(answer.message, 'not signed in: run "Azure Credentials: Sign In" in VS Code');
    assert.equal(answer.quit, true);
    assert.deepEqual(
      git.failures.map(({ caller, error, facts }) => [caller, error.code, facts.organization, facts.tenant]),
      [['person', 'not_signed_in', 'contoso', contosoTenant]],
    );
  });

  it('names the next step for whatever went wrong', async () => {
    const git = build();
    git.state.error = new AzureCredentialsError('interaction_required', 'Multi-factor authentication is needed.');
    assert.equal(
      (await git.get('contoso/P/_git/r')).message,
      'Multi-factor authentication is needed: run "Azure Credentials: Sign In" in VS Code',
    );
    git.state.error = new AzureCredentialsError('blocked_by_policy', 'Blocked.', { advice: 'Ask your administrator.' });
    assert.equal((await git.get('contoso/P/_git/r')).message, 'Blocked. Ask your administrator.');
  });

  it('traces action, host, organization, tenant, account and where the token came from, and no token', async () => {
    const git = build();
    const answers = [await git.get('contoso/P/_git/r', '\nusername=contoso'), await git.get('contoso/P/_git/r')];
    const line = `action=get host=dev.azure.com organization=contoso tenant=${contosoTenant} account=ada@contoso.com chosen=tenant`;
    assert.deepEqual(
      answers.map(({ trace }) => trace),
      [`${line} token=entra`, `${line} token=cache`],
    );
    const erased = await git.ask('action=erase\nprotocol=https\nhost=dev.azure.com\npath=contoso/r\npassword=SECRET');
    assert.doesNotMatch(erased.trace ?? '', /SECRET/);
    git.state.error = new AzureCredentialsError('network', 'No connection.');
    assert.match((await git.get('contoso/P/_git/r')).trace ?? '', /organization=contoso .*error=network$/);
  });

  it('sends the user name back, so that git asks for the same one, but never one with a colon', async () => {
    const git = build();
    assert.equal((await git.get('contoso/P/_git/r', '\nusername=contoso')).username, 'contoso');
    assert.equal((await git.get('contoso/P/_git/r', '\nusername=a:b')).username, undefined);
  });
});
