import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ada } from './faultsConsumers.ts';
import { holdFaults } from './faultsMatrix.ts';
import type { FaultsRig } from './faultsRig.ts';
import { copiedClaims, getToken } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/** Settings of the person; `null` takes one back. */
async function set({ tell }: FaultsRig, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const { error } = await tell('/settings', { settings });
  assert.equal(error, undefined, JSON.stringify(error));
}

/** Whether a file of that name is anywhere below the window's temporary folder. */
async function isWritten({ editor }: FaultsRig, name: string): Promise<true | undefined> {
  const names = await readdir(join(editor.dataFolder, 'temporary'), { recursive: true });
  return names.some((path) => path.endsWith(`/${name}`)) ? true : undefined;
}

/** Runs while nothing that the extension writes reaches the disk. */
async function withFullDisk(rig: FaultsRig, run: () => Promise<void>): Promise<void> {
  await rig.clear();
  await rig.tell('/machine', { isDiskFull: true });
  try {
    await run();
  } finally {
    await rig.tell('/machine');
  }
}

holdFaults('What only a window can show of a fault', {}, (rig) => {
  it('a person who is offline is told what to do, and tries again from the message once they are online', async () => {
    const { azure, editor } = rig();
    await azure.control.breakProxy({ kind: 'down' });
    await getToken(editor, 'Azure Storage');
    const { severity, message, buttons } = await editor.waitForNotification(/could not be reached/);
    assert.equal(severity, 'error');
    assert.match(message, /Check your connection and your proxy/);
    assert.equal(buttons[0], 'Try Again');
    await editor.screenshot('offline');
    await azure.control.clearFaults();
    await editor.clickNotificationButton('Try Again');
    await editor.pick('Azure Storage');
    await editor.waitForNotification(/The token for Azure Storage is in the clipboard/);
    const { upn, unique_name: name = upn } = await copiedClaims(editor);
    assert.equal(name, ada);
  });

  it('git is helped again once a full disk has room, and the person is told meanwhile', async () => {
    const { editor } = rig();
    await waitFor(() => isWritten(rig(), 'editor.gitconfig'), { what: 'the helper' });
    await set(rig(), { 'azureCredentials.git.enabled': false });
    await waitFor(async () => ((await isWritten(rig(), 'editor.gitconfig')) ? undefined : true), { what: 'no helper' });
    await withFullDisk(rig(), async () => {
      await set(rig(), { 'azureCredentials.git.enabled': null });
      const { message, buttons } = await editor.waitForNotification(/disk/);
      assert.match(message, /The disk .* is full.*Make room/);
      assert.equal(buttons[0], 'Try Again');
    });
    await editor.clickNotificationButton('Try Again');
    await waitFor(() => isWritten(rig(), 'editor.gitconfig'), { what: 'the helper' });
  });

  it('programs of Posit Workbench are served once a full disk has room, and the person is told meanwhile', async () => {
    const { editor } = rig();
    await withFullDisk(rig(), async () => {
      await set(rig(), { 'azureCredentials.terminal.positWorkbench': true });
      const { message, buttons } = await editor.waitForNotification(/Posit Workbench/);
      assert.match(message, /cannot be served.*Make room/);
      assert.equal(buttons[0], 'Try Again');
    });
    await editor.clickNotificationButton('Try Again');
    await waitFor(() => isWritten(rig(), 'rpc_cookie'), { what: 'the cookie' });
    await set(rig(), { 'azureCredentials.terminal.positWorkbench': null });
    await waitFor(async () => ((await isWritten(rig(), 'rpc_cookie')) ? undefined : true), { what: 'no cookie' });
  });
});
