import assert from 'node:assert/strict';
import { normaliseTarget } from '../../../src/tokens/normaliseTarget.ts';
import { resourceCatalogue } from '../../../src/tokens/resourceCatalogue.ts';
import { findHostRule } from '../../../src/tokens/resourceHosts.ts';
import { findByApplicationId, listResources, resourceName } from '../../../src/tokens/resources.ts';

describe('resource catalogue', () => {
  it('names each service, alias, application id and URI once', () => {
    const names = resourceCatalogue.flatMap(({ id, aliases }) => [id, ...aliases]);
    assert.deepEqual(names, [...new Set(names)]);
    assert.ok(names.every((name) => /^[a-z0-9]+$/.test(name)));
    const ids = resourceCatalogue.flatMap(({ applicationId }) => applicationId ?? []);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const cloud of ['public', 'usGovernment', 'china'] as const) {
      const uris = resourceCatalogue.flatMap(({ resources }) => resources[cloud] ?? []);
      assert.deepEqual(uris, [...new Set(uris)]);
    }
  });

  it('lists what each cloud has, and every row of the list can be asked for as it stands', () => {
    for (const cloud of ['public', 'usGovernment', 'china', 'custom'] as const) {
      const list = listResources(cloud);
      assert.ok(list.length >= 14, `${cloud} has ${list.length}`);
      for (const { id, name, resource, description } of list) {
        assert.equal(normaliseTarget({ resource }, cloud).resource, resource);
        assert.equal(normaliseTarget({ resource: name }, cloud).resource, resource);
        assert.equal(normaliseTarget({ resource: id }, cloud).resource, resource);
        assert.ok(String(description).length > 0);
      }
    }
    assert.deepEqual(listResources('custom'), listResources('public'));
    assert.equal(listResources('public').length, resourceCatalogue.length);
  });

  it('calls a resource what people call it, in any cloud and spelling', () => {
    const names: [string, string][] = [
      ['https://storage.azure.com/', 'Azure Storage'],
      ['https://STORAGE.azure.com/.default', 'Azure Storage'],
      ['https://management.usgovcloudapi.net', 'Azure Resource Manager'],
      ['499B84AC-1321-427F-AA17-267CA6975798', 'Azure DevOps'],
      ['https://account1.dfs.core.windows.net', 'Azure Storage (account1)'],
      ['https://help.kusto.windows.net/', 'Azure Data Explorer (help)'],
      ['https://api.contoso.com', 'https://api.contoso.com'],
      ['', ''],
    ];
    for (const [resource, name] of names) {
      assert.equal(resourceName(resource), name);
    }
  });

  it('finds a service by application id in any case', () => {
    assert.equal(findByApplicationId('CFA8B339-82A2-471A-A3C9-0FC0BE7A4093')?.id, 'keyvault');
    assert.equal(findByApplicationId('00000000-0000-0000-0000-000000000000'), undefined);
  });

  it('does not take a look-alike host for a service’s', () => {
    assert.equal(findHostRule('evilvault.azure.net.contoso.com'), undefined);
    assert.equal(findHostRule('.vault.azure.net'), undefined);
    assert.equal(findHostRule('notvault.azure.net'), undefined);
    assert.equal(findHostRule('my.vault.azure.net')?.entryId, 'keyvault');
  });
});
