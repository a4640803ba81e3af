import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { followTerminalSettings } from '../../src/editor/terminalSettings.ts';
import type { TerminalSettings } from '../../src/editor/terminalSettingsFrom.ts';

const { Global, Workspace } = vscode.ConfigurationTarget;
const keys = ['azureSdk', 'azd', 'positWorkbench', 'approval', 'allowedResources'];

/** The editor's own settings decide: what the person sets, and what a workspace brings along. */
describe('settings of terminals', () => {
  const write = async (target: vscode.ConfigurationTarget, values: Readonly<Record<string, unknown>>) => {
    for (const [key, value] of Object.entries(values)) {
      await vscode.workspace.getConfiguration('azureCredentials.terminal').update(key, value, target);
    }
  };
  const clear = async () => {
    const none = Object.fromEntries(keys.map((key) => [key, undefined]));
    await write(Global, none);
    await write(Workspace, none);
  };
  const read = (): TerminalSettings => {
    const view = followTerminalSettings();
    view.dispose();
    return view.current();
  };

  beforeEach(clear);
  afterEach(clear);

  it('are closed unless something is set: nothing is connected, the first use is asked about', () => {
    assert.deepEqual(read().groups, []);
    assert.equal(read().approval, 'firstUse');
    assert.ok(read().allowedResources.every((list) => list.length === 0));
  });

  it('of the person connect what they name', async () => {
    await write(Global, { azd: true, positWorkbench: true });
    assert.deepEqual(read().groups, ['azd', 'positWorkbench']);
  });

  it('of a workspace connect nothing', async () => {
    await write(Workspace, { azureSdk: true, azd: true, positWorkbench: true });
    assert.deepEqual(read().groups, []);
  });

  it('of a workspace disconnect what the person connected', async () => {
    await write(Global, { azureSdk: true, azd: true });
    await write(Workspace, { azd: false });
    assert.deepEqual(read().groups, ['azureSdk']);
    assert.deepEqual(read().personalGroups, ['azureSdk', 'azd']);
  });

  it('leave questions out only when neither the person nor the workspace wants them', async () => {
    await write(Workspace, { approval: 'never' });
    assert.equal(read().approval, 'firstUse');
    await write(Global, { approval: 'never' });
    assert.equal(read().approval, 'never');
    await write(Workspace, { approval: 'firstUse' });
    assert.equal(read().approval, 'firstUse');
  });

  it('keep the lists of the person and of the workspace apart, since a resource must be in both', async () => {
    await write(Global, { allowedResources: ['storage'] });
    await write(Workspace, { allowedResources: ['https://vault.azure.net'] });
    // The settings of a window's only folder are told twice: as the workspace's, and as the folder's.
    const lists = new Set(read().allowedResources.map((list) => list.join()));
    assert.deepEqual([...lists], ['storage', 'https://vault.azure.net']);
  });

  it('of a wrong type are the narrowest', async () => {
    await write(Global, { azureSdk: 'true', azd: true });
    await write(Workspace, { azd: 'yes', allowedResources: '*', approval: ['never'] });
    assert.deepEqual(read().groups, []);
    assert.equal(read().approval, 'firstUse');
    assert.ok(read().allowedResources.some((list) => list.length === 1 && list[0] === 'none'));
  });

  it('are told of when they change', async () => {
    const view = followTerminalSettings();
    try {
      const changed = new Promise<void>((resolve) => view.onDidChange(resolve));
      await write(Global, { azd: true });
      await changed;
      assert.deepEqual(view.current().groups, ['azd']);
    } finally {
      view.dispose();
    }
  });
});
