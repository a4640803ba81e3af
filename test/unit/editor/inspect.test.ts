import assert from 'node:assert/strict';
import { listClaims, valueText } from '../../../src/editor/inspect/claimList.ts';
import { graphPermissions } from '../../../src/editor/inspect/graphPermissions.ts';
import { type NeededAccess, neededAccess } from '../../../src/editor/inspect/neededAccess.ts';
import { type Finding, judge } from '../../../src/editor/inspect/verdict.ts';

const now = Date.parse('2026-05-04T10:00:00Z');
const seconds = now / 1000;

describe('The claims of a token', () => {
  it('come in the order in which people ask: resource, times, person, permissions, client, the rest, the unknown', () => {
    const claims = { zzz: 1, uti: 'u', scp: 's', oid: 'o', exp: seconds, aud: 'a', appid: 'c', abc: 2 };
    assert.deepEqual(
      listClaims(claims).map(({ name }) => name),
      ['aud', 'exp', 'oid', 'scp', 'appid', 'uti', 'abc', 'zzz'],
    );
  });

  it('have times in milliseconds, also when the issuer wrote text, and never from a value that is none', () => {
    const time = (claims: Record<string, unknown>) => listClaims(claims)[0]?.time;
    assert.equal(time({ exp: seconds }), now);
    assert.equal(time({ exp: String(seconds) }), now);
    assert.equal(time({ exp: 'soon' }), undefined);
    assert.equal(time({ uti: seconds }), undefined);
  });

  it('are written as JSON, indented below their name', () => {
    assert.equal(valueText(['a']), '[\n    "a"\n  ]');
    assert.equal(valueText(undefined), 'null');
  });
});

describe('What a refused request needs', () => {
  const needed = (text: string) => neededAccess(text, 'public') ?? assert.fail(`nothing found for ${text}`);

  it('is found by the address, with or without its method', () => {
    const blob = needed('PUT https://contosodata.blob.core.windows.net/samples/a.txt');
    assert.equal(blob.service, 'Azure Storage');
    assert.equal(blob.decider, 'azureRoles');
    assert.deepEqual(blob.permissions, ['user_impersonation']);
    assert.ok(blob.audiences.includes('https://storage.azure.com'));
    assert.ok(blob.audiences.includes('https://contosodata.blob.core.windows.net'));
    assert.equal(needed('https://contoso.vault.azure.net/secrets/x').service, 'Key Vault');
    assert.equal(needed('https://management.azure.com/subscriptions').resource, 'https://management.azure.com/');
    assert.equal(needed('https://dev.azure.com/contoso/_apis/projects').decider, 'organization');
    assert.equal(needed('https://api.powerbi.com/v1.0/myorg/reports').service, 'Power BI');
    assert.deepEqual(needed('POST https://api.loganalytics.io/v1/workspaces/w/query').permissions, ['Data.Read']);
  });

  it('never repeats the query of an address, in which a signature may stand', () => {
    const { request } = needed('https://contosodata.blob.core.windows.net/a?sv=1&sig=SECRET#x');
    assert.equal(request, 'GET https://contosodata.blob.core.windows.net/a');
    assert.doesNotMatch(JSON.stringify(needed('https://user:SECRET@api.contoso.com/orders')), /SECRET/);
  });

  it('is found by the name of an API and by an application id', () => {
    assert.equal(needed('Microsoft Graph').service, 'Microsoft Graph');
    assert.equal(needed('499b84ac-1321-427f-aa17-267ca6975798').service, 'Azure DevOps');
  });

  it('is left open for somebody’s own API', () => {
    const own = needed('https://api.contoso.com/orders');
    assert.deepEqual([own.service, own.audiences, own.permissions, own.decider], [undefined, [], [], 'api']);
    assert.deepEqual(needed('api://contoso.com/orders').audiences, ['api://contoso.com/orders']);
  });

  it('is nothing for a text that is neither', () => {
    for (const text of ['', '  ', 'hello world', 'GET', 'ftp://x', 'https://']) {
      assert.equal(neededAccess(text, 'public'), undefined, text);
    }
  });

  it('takes the names of the cloud: a token of another cloud does not fit', () => {
    const government = neededAccess('https://graph.microsoft.us/v1.0/me', 'usGovernment');
    assert.ok(government?.audiences.includes('https://graph.microsoft.us'));
    assert.ok(!government?.audiences.includes('https://graph.microsoft.com'));
  });

  it('depends in Microsoft Graph on path and method, the least permission first', () => {
    assert.equal(graphPermissions('GET', '/v1.0/me')[0], 'User.Read');
    assert.equal(graphPermissions('GET', '/beta/users/ada@contoso.com')[0], 'User.ReadBasic.All');
    assert.equal(graphPermissions('PATCH', '/v1.0/users/1')[0], 'User.ReadWrite.All');
    assert.equal(graphPermissions('GET', '/v1.0/me/messages')[0], 'Mail.ReadBasic');
    assert.equal(graphPermissions('GET', '/v1.0/me/drive/root')[0], 'Files.Read');
    assert.equal(graphPermissions('GET', '/v1.0/groups/1/members')[0], 'GroupMember.Read.All');
    assert.deepEqual(graphPermissions('GET', '/v1.0/planets'), []);
  });
});

describe('The verdict on a token and a refused request', () => {
  const users = neededAccess('https://graph.microsoft.com/v1.0/users', 'public') as NeededAccess;
  const token = { aud: 'https://graph.microsoft.com/', exp: seconds + 60, scp: 'openid User.Read profile' };
  const results = (findings: readonly Finding[]) => findings.map(({ check, result }) => `${check} ${result}`);

  it('names the scope that is missing', () => {
    const findings = judge(token, users, now);
    assert.deepEqual(results(findings), ['audience fits', 'lifetime fits', 'permission fails']);
    const permission = findings[2];
    assert.ok(permission?.check === 'permission');
    assert.deepEqual(permission.has, ['openid', 'User.Read', 'profile']);
    assert.equal(permission.needsOneOf[0], 'User.ReadBasic.All');
  });

  it('takes any of the permissions, in any case of letters, and then points beyond the token', () => {
    const findings = judge({ ...token, scp: 'user.readwrite.all' }, users, now);
    assert.deepEqual(results(findings), ['audience fits', 'lifetime fits', 'permission fits', 'beyond unknown']);
    assert.deepEqual(findings.at(-1), { check: 'beyond', result: 'unknown', decider: 'api' });
  });

  it('finds a token for something else, and one that has ended', () => {
    const findings = judge({ ...token, aud: 'https://management.azure.com/', exp: seconds }, users, now);
    assert.deepEqual(results(findings).slice(0, 2), ['audience fails', 'lifetime fails']);
    assert.deepEqual(results(judge({ aud: '00000003-0000-0000-C000-000000000000' }, users, now)).slice(0, 2), [
      'audience fits',
      'lifetime unknown',
    ]);
  });

  it('compares roles for an application that acts as itself', () => {
    const app = { ...token, scp: undefined, idtyp: 'app', roles: ['User.Read.All'] };
    assert.deepEqual(results(judge(app, users, now))[2], 'permission fits');
    const storage = neededAccess('https://x.blob.core.windows.net/', 'public') as NeededAccess;
    assert.deepEqual(results(judge({ ...app, aud: 'https://storage.azure.com' }, storage, now)), [
      'audience fits',
      'lifetime fits',
      'permission unknown',
      'beyond unknown',
    ]);
  });
});
