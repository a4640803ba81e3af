import assert from 'node:assert/strict';
import { isResourceAllowed } from '../../../src/endpoint/allowedResources.ts';

const storage = 'https://storage.azure.com';

describe('allowed resources', () => {
  const cases: readonly (readonly [string, readonly (readonly string[])[], boolean])[] = [
    ['empty lists allow anything', [[], []], true],
    ['no lists allow anything', [], true],
    ['a list allows what it names', [[storage]], true],
    ['a list allows nothing else', [['https://vault.azure.net']], false],
    ['the spelling does not matter', [['HTTPS://Storage.Azure.com/.default']], true],
    ['a name that people use is understood', [['storage']], true],
    ['the application id of a service is the service', [['e406a681-f3d4-42a8-90b6-c2b029497af1']], true],
    ['every list must allow it', [[storage], ['https://vault.azure.net']], false],
    ['an empty list of the workspace takes nothing away', [[storage], []], true],
    ['an empty list of the person gives the choice to the workspace', [[], [storage]], true],
    ['an entry that is no resource allows nothing', [['http://storage.azure.com', '*', '']], false],
    ['a look-alike is another resource', [['https://storage.azure.com.attacker.example']], false],
  ];
  for (const [title, lists, expected] of cases) {
    it(title, () => assert.equal(isResourceAllowed(storage, lists, 'public'), expected));
  }
});
