import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CloudName } from '../../../src/tokens/cloud.ts';
import { isAzureCredentialsError } from '../../../src/tokens/errors.ts';
import { normaliseTarget, type Target } from '../../../src/tokens/normaliseTarget.ts';
import { listResources } from '../../../src/tokens/resources.ts';
import { code } from './serviceUnderTest.ts';

const ofResource = (resource: string, cloud: CloudName = 'public'): Target => normaliseTarget({ resource }, cloud);
const ofScopes = (scopes: string[], cloud: CloudName = 'public'): Target => normaliseTarget({ scopes }, cloud);

describe('normalising a resource', () => {
  const table: [written: string, resource: string, scope: string, cloud?: CloudName][] = [
    ['https://storage.azure.com', 'https://storage.azure.com', 'https://storage.azure.com/.default'],
    ['https://storage.azure.com/', 'https://storage.azure.com', 'https://storage.azure.com/.default'],
    ['https://management.azure.com', 'https://management.azure.com/', 'https://management.azure.com//.default'],
    [
      'https://management.azure.com/.default',
      'https://management.azure.com/',
      'https://management.azure.com//.default',
    ],
    [
      'https://management.azure.com//.default',
      'https://management.azure.com/',
      'https://management.azure.com//.default',
    ],
    ['HTTPS://MANAGEMENT.AZURE.COM:443/', 'https://management.azure.com/', 'https://management.azure.com//.default'],
    [
      'https://management.core.windows.net',
      'https://management.core.windows.net/',
      'https://management.core.windows.net//.default',
    ],
    ['https://datalake.azure.net', 'https://datalake.azure.net/', 'https://datalake.azure.net//.default'],
    [
      'https://analysis.windows.net/powerbi/api/',
      'https://analysis.windows.net/powerbi/api',
      'https://analysis.windows.net/powerbi/api/.default',
    ],
    ['https://api.contoso.com', 'https://api.contoso.com', 'https://api.contoso.com/.default'],
    ['https://api.contoso.com/', 'https://api.contoso.com/', 'https://api.contoso.com//.default'],
    ['https://API.contoso.com/Orders', 'https://api.contoso.com/Orders', 'https://api.contoso.com/Orders/.default'],
    [
      '499B84AC-1321-427F-AA17-267CA6975798',
      '499b84ac-1321-427f-aa17-267ca6975798',
      '499b84ac-1321-427f-aa17-267ca6975798/.default',
    ],
    ['api://Contoso-Orders', 'api://Contoso-Orders', 'api://Contoso-Orders/.default'],
    [
      'API://499B84AC-1321-427F-AA17-267CA6975798/v2',
      'api://499b84ac-1321-427f-aa17-267ca6975798/v2',
      'api://499b84ac-1321-427f-aa17-267ca6975798/v2/.default',
    ],
    ['Key Vault', 'https://vault.azure.net', 'https://vault.azure.net/.default'],
    ['vault.azure.net', 'https://vault.azure.net', 'https://vault.azure.net/.default'],
    ['Key Vault', 'https://vault.azure.cn', 'https://vault.azure.cn/.default', 'china'],
    ['devops', '499b84ac-1321-427f-aa17-267ca6975798', '499b84ac-1321-427f-aa17-267ca6975798/.default'],
    [
      'https://account1.blob.core.windows.net',
      'https://account1.blob.core.windows.net',
      'https://account1.blob.core.windows.net/.default',
    ],
    ['https://help.kusto.windows.net', 'https://help.kusto.windows.net', 'https://help.kusto.windows.net/.default'],
    ['https://cosmos.azure.com', 'https://cosmos.azure.com', 'https://cosmos.azure.com/.default', 'china'],
    ['https://vault.azure.cn', 'https://vault.azure.cn', 'https://vault.azure.cn/.default', 'custom'],
  ];
  for (const [written, resource, scope, cloud] of table) {
    it(`takes ${written} as ${scope}${cloud === undefined ? '' : ` in ${cloud}`}`, () => {
      const target = ofResource(written, cloud);
      assert.deepEqual([target.resource, target.scopes], [resource, [scope]]);
    });
  }

  const refused: [written: string, words: RegExp, cloud?: CloudName][] = [
    ['', /No resource is named/],
    ['http://storage.azure.com', /begins with http\..*https:/],
    ['ftp://storage.azure.com', /scheme.*https:\/\/ or api:\/\//],
    ['https://user:hunter2@storage.azure.com', /user name or password/],
    ['https://storage.azure.com?x=1', /no query/],
    ['https://storage.azure.com/#x', /no fragment/],
    ['https://storage azure.com', /not a resource/],
    ['https://storage.azure.com\r\nHost: evil', /characters/],
    ['https://störage.azure.com', /characters.*xn--/],
    ['https://', /not a resource/],
    ['https://a..b.com', /not a resource/],
    ['https://contoso.com/../evil', /not a resource/],
    ['https://contoso.com:99999', /not a resource/],
    ['api://', /Application ID URI/],
    [`https://${'a'.repeat(600)}.com`, /too long.*512/],
    ['storrage', /not a resource.*"storage"/],
    ['contoso.com', /Begin it with https:\/\//],
    ['https://my.vault.azure.net', /address of Key Vault.*"https:\/\/vault\.azure\.net"/],
    ['https://server.database.windows.net', /Azure SQL.*"https:\/\/database\.windows\.net"/],
    ['https://adb-1.2.azuredatabricks.net', /Databricks.*2ff814a6/],
    ['https://dev.azure.com/contoso', /Azure DevOps.*499b84ac/],
    ['https://contoso.visualstudio.com', /Azure DevOps.*499b84ac/],
    ['https://graph.microsoft.com/v1.0/me', /address of Microsoft Graph.*"https:\/\/graph\.microsoft\.com"/],
    ['https://account1.blob.core.windows.net/container', /storage\.azure\.com" or "https:\/\/account1\.blob/],
    ['https://vault.azure.cn', /China.*public Azure cloud.*"https:\/\/vault\.azure\.net"/],
    ['https://vault.azure.net', /public Azure cloud.*China.*"https:\/\/vault\.azure\.cn"/, 'china'],
    ['https://management.azure.com', /"https:\/\/management\.usgovcloudapi\.net\/"/, 'usGovernment'],
    ['https://my.vault.usgovcloudapi.net', /US Government.*"https:\/\/vault\.azure\.net"/],
    ['https://account1.blob.core.chinacloudapi.cn', /China.*"https:\/\/storage\.azure\.com"/],
    ['cosmos', /No resource is known for Azure Cosmos DB/, 'china'],
  ];
  for (const [written, words, cloud] of refused) {
    it(`refuses ${JSON.stringify(written.slice(0, 60))}${cloud === undefined ? '' : ` in ${cloud}`} with words`, () => {
      assert.throws(() => ofResource(written, cloud), code('resource_invalid', words));
    });
  }

  it('repeats nothing in its words that may be a secret', () => {
    const secrets = ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'https://user:hunter2@x.com', 'x'.repeat(64)];
    for (const secret of secrets) {
      assert.throws(
        () => ofResource(secret),
        (error: Error) => !`${error.message} ${String(Reflect.get(error, 'advice'))}`.includes(secret.slice(8, 20)),
      );
    }
  });
});

describe('normalising scopes', () => {
  const graph = 'https://graph.microsoft.com';

  it('leaves out OpenID’s own, repetitions and space, and keeps the order', () => {
    const given = ['openid', ` ${graph}/Mail.Read  ${graph}/User.Read`, 'PROFILE', `${graph}/Mail.Read`];
    const { resource, scopes } = ofScopes(given);
    assert.deepEqual([resource, scopes], [graph, [`${graph}/Mail.Read`, `${graph}/User.Read`]]);
  });

  it('takes a bare name for a scope of Microsoft Graph, as Entra does', () => {
    assert.deepEqual(ofScopes(['User.Read']), ofScopes([`${graph}/User.Read`]));
    assert.equal(ofScopes(['User.Read'], 'usGovernment').resource, 'https://graph.microsoft.us');
  });

  it('has one key for the same scopes in any order', () => {
    const two = ['User.Read', 'Mail.Read'];
    assert.equal(ofScopes(two).key, ofScopes(two.toReversed()).key);
    assert.notEqual(ofScopes(two).key, ofScopes(['User.Read']).key);
  });

  it('keeps the second slash of a resource that ends in one', () => {
    assert.deepEqual(ofScopes(['https://management.azure.com/user_impersonation']).scopes, [
      'https://management.azure.com//user_impersonation',
    ]);
    assert.deepEqual(ofScopes(['https://api.contoso.com//Read']).scopes, ['https://api.contoso.com//Read']);
    assert.deepEqual(ofScopes(['api://contoso/orders/Read']).resource, 'api://contoso/orders');
  });

  const refused: [scopes: string[], words: RegExp][] = [
    [[], /name no resource/],
    [['openid', 'offline_access'], /name no resource/],
    [['https://storage.azure.com/.default', 'https://vault.azure.net/.default'], /2 resources.*one request for each/],
    [['User.Read', `${graph}/.default`], /cannot be combined/],
    [['https://storage.azure.com'], /not a scope.*\.default/],
    [['https://storage.azure.com/'], /not a scope.*\.default/],
    [['https://analysis.windows.net/powerbi/api'], /not a scope.*\.default/],
    [['499b84ac-1321-427f-aa17-267ca6975798'], /not a scope/],
    [['api://contoso'], /not a scope/],
    [['https://vault.azure.cn/.default'], /China/],
    [['https://contoso.com/a?b'], /characters/],
    [Array.from({ length: 51 }, (_, i) => `Scope.${i}`), /51 scopes/],
  ];
  for (const [scopes, words] of refused) {
    it(`refuses ${JSON.stringify(scopes.slice(0, 2))} with words`, () => {
      assert.throws(() => ofScopes(scopes), code('resource_invalid', words));
    });
  }

  it('is a programmer’s mistake to give something else than strings', () => {
    assert.throws(() => ofScopes('User.Read' as never), TypeError);
    assert.throws(() => ofScopes([1 as never]), TypeError);
  });
});

describe('normalising anything', () => {
  const clouds = fc.constantFrom<CloudName>('public', 'usGovernment', 'china', 'custom');
  const hosts = fc.oneof(
    fc.domain(),
    fc.constantFrom('storage.azure.com', 'x.blob.core.windows.net', 'vault.azure.net'),
  );
  const written = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc
      .tuple(fc.constantFrom('https://', 'HTTPS://', 'http://', 'api://', ''), hosts, fc.string())
      .map((x) => x.join('')),
    fc.uuid().map((id) => id.toUpperCase()),
    fc.constantFrom(...listResources('public').flatMap(({ id, name, resource }) => [id, name, resource])),
  );

  it('gives a resource that Entra can be sent, or words: never anything else', () => {
    fc.assert(
      fc.property(written, clouds, (text, cloud) => {
        for (const make of [() => ofResource(text, cloud), () => ofScopes([text], cloud)]) {
          try {
            const { resource, scopes } = make();
            assert.match(resource, /^(?:https:\/\/[^\s@?#/]+(?:\/[^\s?#]*)?|api:\/\/[^\s?#]+|[0-9a-f-]{36})$/);
            for (const scope of scopes) {
              assert.ok(scope.startsWith(`${resource}/`) && !/\s/.test(scope), scope);
            }
          } catch (error) {
            assert.ok(isAzureCredentialsError(error) && error.code === 'resource_invalid', String(error));
            assert.ok((error.advice ?? '').length > 0);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
            assert.doesNotMatch(error.message, /[\u0000-\u001f]/);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('changes nothing when applied twice, and its scopes mean the same target', () => {
    let accepted = 0;
    fc.assert(
      fc.property(written, clouds, (text, cloud) => {
        let once: Target;
        try {
          once = ofResource(text, cloud);
        } catch {
          return;
        }
        accepted += 1;
        assert.deepEqual(ofResource(once.resource, cloud), once);
        assert.deepEqual(ofScopes([...once.scopes], cloud), once);
      }),
      { numRuns: 3000 },
    );
    assert.ok(accepted > 300, `only ${accepted} were accepted`);
  });
});
