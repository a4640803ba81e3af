import assert from 'node:assert/strict';
import fc from 'fast-check';
import { neededAccess } from '../../src/editor/inspect/neededAccess.ts';
import { sourceSettingsFrom } from '../../src/editor/sourceSettingsFrom.ts';
import { type SettingValues, terminalSettingsFrom } from '../../src/editor/terminalSettingsFrom.ts';
import { isResourceAllowed } from '../../src/endpoint/allowedResources.ts';
import { dialectGroups } from '../../src/endpoint/dialectGroups.ts';
import { authorityFor, tenantUrl } from '../../src/entra/clouds.ts';
import { createEntraTokenSource } from '../../src/entra/entraTokenSource.ts';
import { systemClock } from '../../src/tokens/clock.ts';
import { listResources } from '../../src/tokens/resources.ts';
import { ids, KeptLog, SharedSecrets, TestPerson } from '../unit/entra/harness.ts';
import { hostileInput } from './cases.ts';
import { anyJson, anyText, assertOurs, spoiled } from './values.ts';

const sourceValues = fc.oneof(
  spoiled({
    source: 'auto',
    clientId: ids.publicClient,
    tenantId: 'organizations',
    cloud: 'public',
    authorityHost: '',
    authType: 'viewer',
    signInMethod: 'browser',
  }),
  spoiled({
    source: 'application',
    clientId: ids.publicClient,
    tenantId: 'contoso.com',
    cloud: 'custom',
    authorityHost: 'login.contoso.example',
    authType: 'serviceAccount',
    signInMethod: 'deviceCode',
  }),
);
const hosts = fc.oneof(
  anyText,
  fc
    .array(
      fc.constantFrom(
        'https://',
        'http://',
        'login.contoso.example',
        'login.microsoftonline.com',
        ':8443',
        '/',
        '@',
        'ada:x@',
        '?',
        '#',
        '\\',
        ' ',
        '..',
        '%2f',
        '\u212A',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
);

hostileInput('settings', ({ holds }) => {
  holds(
    'where tokens come from is a cloud and an application that are known, or the setting at fault is named',
    fc.tuple(sourceValues, hosts, fc.boolean()),
    ([values, host, isHost]) => {
      const given: Record<string, unknown> = isHost ? { ...values, authorityHost: host } : values;
      const settings = sourceSettingsFrom((key) => given[key]);
      assert.ok(['public', 'usGovernment', 'china', 'custom'].includes(settings.cloud));
      assert.ok(['viewer', 'serviceAccount'].includes(settings.authType));
      assert.ok(['browser', 'deviceCode'].includes(settings.signInMethod));
      assert.ok(
        [settings.clientId, settings.tenantId, settings.authorityHost].every((text) => typeof text === 'string'),
      );
      assert.ok(listResources(settings.cloud).length > 0);
      if (settings.unusable !== undefined) {
        assert.notEqual(given[settings.unusable] ?? undefined, undefined);
        return;
      }
      assertSource({ ...settings });
    },
  );
  holds(
    'a workspace takes away, and never adds, whatever its settings hold',
    fc.tuple(terminalValues(), fc.constantFrom('https://storage.azure.com', 'https://vault.azure.net')),
    ([values, resource]) => {
      const read = (key: string): SettingValues => values[key] ?? { own: undefined, narrowing: [] };
      const whole = terminalSettingsFrom(read);
      const own = terminalSettingsFrom((key) => ({ own: read(key).own, narrowing: [] }));
      assert.ok(whole.groups.every((group) => own.groups.includes(group) && read(group).own === true));
      assert.ok(whole.approval === 'firstUse' || own.approval === 'never');
      const isAllowed = isResourceAllowed(resource, whole.allowedResources, 'public');
      assert.ok(!isAllowed || isResourceAllowed(resource, own.allowedResources, 'public'));
      assert.ok(!isAllowed || Array.isArray(read('allowedResources').own), 'a list that is none allows nothing');
    },
  );
  holds(
    'an address that was answered 403 is explained, or not known',
    fc.tuple(hosts, fc.constantFrom('', 'GET ', 'POST https://graph.microsoft.com/v1.0/'), anyText),
    ([host, before, after]) => {
      const needed = neededAccess(`${before}${host}${after}`, 'public');
      assert.ok(
        needed === undefined ||
          (needed.permissions.every(Boolean) && !/[?#]/.test(needed.request.replace(/^\w+ /, ''))),
      );
    },
  );
});

/** The source that these settings make asks exactly one host, over https; or there is none, for a reason. */
function assertSource(
  settings: Parameters<typeof createEntraTokenSource>[0]['settings'] & { readonly authorityHost?: string },
): void {
  const shared = new SharedSecrets().window();
  try {
    const authority = authorityFor(settings.cloud, settings.authorityHost);
    assert.equal(new URL(`https://${authority.host}/tenant`).host, authority.host);
    assert.equal(new URL(tenantUrl(authority, settings.tenantId)).host, authority.host);
    assert.equal(
      (JSON.parse(authority.metadata) as { token_endpoint: string }).token_endpoint,
      `https://${authority.host}/{tenantid}/oauth2/v2.0/token`,
    );
    const source = createEntraTokenSource({
      ...{ settings, secrets: shared, prompt: new TestPerson(), clock: systemClock(), log: new KeptLog() },
      fetch: () => assert.fail('nothing was asked for'),
    });
    void source.dispose();
  } catch (error) {
    assertOurs(error, 'configuration');
  }
}

function terminalValues(): fc.Arbitrary<Record<string, SettingValues>> {
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      true,
      false,
      'never',
      'firstUse',
      [],
      ['storage'],
      ['https://storage.azure.com', 1],
      [[]],
      'storage',
    ),
    anyJson,
  );
  const values = fc.record({ own: value, narrowing: fc.array(value, { maxLength: 2 }) });
  return fc.record(Object.fromEntries([...dialectGroups, 'approval', 'allowedResources'].map((key) => [key, values])));
}
