import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Memento } from 'vscode';
import { createAccountPreference } from '../../../src/editor/accountPreference.ts';
import type { SourceSettings } from '../../../src/editor/sourceSettings.ts';

const settings: SourceSettings = {
  source: 'application',
  clientId: '5a6b7c8d-1111-4e2f-9a0b-000000000001',
  tenantId: 'organizations',
  cloud: 'public',
  authorityHost: '',
  authType: 'viewer',
  signInMethod: 'browser',
};

describe('the default account', () => {
  it('is nobody until one is chosen, while who is used stays the same whoever signs in later', async () => {
    const preference = open();
    await preference.settle(['ada']);
    await preference.settle(['ben', 'ada']);
    assert.equal(preference.usualAccountId(), 'ada');
    assert.equal(preference.defaultAccountId(), undefined);
  });

  it('does not hold to somebody who is no longer signed in', async () => {
    const preference = open();
    await preference.settle(['ada']);
    await preference.settle(['cleo']);
    assert.equal(preference.usualAccountId(), 'cleo');
  });

  it('is the workspace’s own choice where there is one, and forgotten at sign-out', async () => {
    const preference = open();
    await preference.setDefaultAccount('ada', 'everywhere');
    await preference.setDefaultAccount('ben', 'workspace');
    assert.equal(preference.defaultAccountId(), 'ben');
    await preference.forget('ben');
    assert.equal(preference.defaultAccountId(), 'ada');
    await preference.forget('ada');
    assert.equal(preference.defaultAccountId(), undefined);
  });

  it('belongs to one application and one cloud', async () => {
    let current = settings;
    const preference = open(() => current);
    await preference.setDefaultAccount('ada', 'everywhere');
    current = { ...settings, cloud: 'usGovernment' };
    assert.equal(preference.defaultAccountId(), undefined);
    current = { ...settings };
    assert.equal(preference.defaultAccountId(), 'ada');
  });
});

function open(current: () => SourceSettings = () => settings) {
  return createAccountPreference({
    globalState: memento(),
    workspaceState: memento(),
    settings: current,
    onListenerError: () => assert.fail('a listener failed'),
  });
}

function memento(): Memento {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    get: (key: string) => values.get(key) as never,
    update: async (key, value) => {
      if (value === undefined) {
        values.delete(key);
      } else {
        values.set(key, value);
      }
    },
  };
}
