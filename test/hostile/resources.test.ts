import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isResourceAllowed } from '../../src/endpoint/allowedResources.ts';
import type { CloudName } from '../../src/tokens/cloud.ts';
import { normaliseTarget, type Target } from '../../src/tokens/normaliseTarget.ts';
import { hostileInput } from './cases.ts';
import { anyJson, anyText, assertMisuse, assertOurs, marker } from './values.ts';

const clouds = fc.constantFrom<CloudName>('public', 'usGovernment', 'china', 'custom');
const pieces = fc.constantFrom(
  ...[
    'https://',
    'HTTPS://',
    'http://',
    'api://',
    'storage.azure.com',
    'vault.azure.net',
    'management.azure.com',
    'ada@',
    ':443',
  ],
  ...[
    '/',
    '//',
    '/.default',
    '/.Default',
    '/user_impersonation',
    '..',
    '%2e',
    '?a=b',
    '#',
    ' ',
    '\t',
    '.evil.example',
    'graph',
  ],
  ...['499b84ac-1321-427f-aa17-267ca6975798', 'contoso.blob.core.windows.net', 'openid', `eyJ0eXAiOiJKV1Qi.${marker}`],
);
const resources = fc.oneof(
  anyText,
  fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join('')),
);

const listed = fc.oneof(
  resources,
  fc.constantFrom('storage', 'https://storage.azure.com/', 'e406a681-f3d4-42a8-90b6-c2b029497af1'),
);

hostileInput('resources and scopes', ({ holds }) => {
  holds(
    'a resource becomes one that stays the same, on the host it named, or is refused with a reason',
    fc.tuple(resources, clouds),
    ([resource, cloud]) => {
      const target = normalised(() => normaliseTarget({ resource }, cloud));
      if (target !== undefined) {
        assertSound(target, cloud);
        assertSameHost(resource, target.resource);
      }
    },
  );
  holds(
    'scopes become those of one resource, or are refused with a reason',
    fc.tuple(fc.array(resources, { maxLength: 5 }), clouds),
    ([scopes, cloud]) => {
      const target = normalised(() => normaliseTarget({ scopes }, cloud));
      if (target !== undefined) {
        assertSound(target, cloud);
      }
    },
  );
  holds(
    'what is no text is told to the programmer',
    fc.tuple(anyJson, anyJson, clouds),
    ([resource, scopes, cloud]) => {
      const given = { resource, scopes } as { resource: string; scopes: string[] };
      const target = normalised(() => normaliseTarget(given, cloud));
      assert.equal(target, undefined);
      const [only, other] = [{ resource: given.resource }, { scopes: given.scopes }];
      normalised(() => normaliseTarget(only, cloud));
      normalised(() => normaliseTarget(other, cloud));
    },
  );
  holds(
    'no list that is not empty allows a resource which no entry of it means',
    fc.tuple(fc.array(listed, { minLength: 1, maxLength: 4 }), clouds),
    ([list, cloud]) => {
      const known = 'https://storage.azure.com';
      const names = list.some((entry) => {
        const meant = normalised(() => normaliseTarget({ resource: entry }, cloud))?.resource.replace(/\/$/, '');
        return meant === known || meant === 'e406a681-f3d4-42a8-90b6-c2b029497af1';
      });
      const isAllowed = isResourceAllowed(known, [list], cloud);
      assert.ok(!isAllowed || names, `${JSON.stringify(list)} allows ${known}`);
    },
  );
});

/** The target; undefined where it was refused in the way that is promised. */
function normalised(run: () => Target): Target | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof TypeError) {
      assertMisuse(error);
    } else {
      assertOurs(error, 'resource_invalid');
    }
    return undefined;
  }
}

function assertSound({ resource, scopes, key }: Target, cloud: CloudName): void {
  assert.ok(scopes.length > 0);
  assert.match(resource, /^(?:https:\/\/[^\s/?#@]+|api:\/\/[^\s?#@]+|[0-9a-f-]{36})/);
  for (const scope of scopes) {
    assert.match(scope, /^[\x21-\x7e]+$/);
    assert.ok(scope.startsWith(`${resource}/`), `${scope} is not a scope of ${resource}`);
  }
  const again = normaliseTarget({ scopes }, cloud);
  assert.deepEqual([again.key, again.resource], [key, resource]);
}

/** Nobody is led to another host than the one that was written. Names (such as `storage`) stand for one of ours. */
function assertSameHost(written: string, resource: string): void {
  const asked = /^\s*https:\/\/([^/]+)/i.exec(written)?.[1]?.toLowerCase();
  if (asked !== undefined) {
    assert.equal(new URL(resource).hostname, new URL(`https://${asked}`).hostname);
  }
}
