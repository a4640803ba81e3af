import assert from 'node:assert/strict';
import { ada } from './faultsConsumers.ts';
import type { Arrangement } from './faultsMatrix.ts';
import { holdFaults, requestsAreHeld } from './faultsMatrix.ts';
import type { FaultsRig, SecondWindow } from './faultsRig.ts';
import { openSignIn, signInAs } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/** Ends the process that runs the window's extensions, and waits until the editor has started another. */
async function killExtensionHost(rig: FaultsRig): Promise<void> {
  const pid = await rig.extensionHost();
  process.kill(pid, 'SIGKILL');
  await waitFor(async () => ((await rig.extensionHost()) === pid ? undefined : true), {
    what: 'another extension host',
    timeout: 60_000,
  });
}

const killed: Arrangement = {
  async arrange(rig) {
    const { azure, tell } = rig;
    await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'delay', milliseconds: 3_000 } });
    // Their answers never come.
    const cut = ['https://vault.azure.net', 'https://storage.azure.com', 'https://database.windows.net'].map(
      (resource) => tell('/api', { resource }).catch(() => undefined),
    );
    await requestsAreHeld(rig);
    await killExtensionHost(rig);
    assert.deepEqual(await Promise.all(cut), [undefined, undefined, undefined]);
    await azure.control.clearFaults();
    await rig.clear();
  },
};

let second: SecondWindow | undefined;
const twoWindows: Arrangement = {
  async arrange(rig) {
    await rig.azure.control.rotateStrictly(true);
    second = await rig.openSecondWindow();
    await rig.editor.page.bringToFront();
  },
  /** The other window asks as often as it can. */
  async meanwhile() {
    for (const resource of ['https://vault.azure.net', 'https://storage.azure.com', 'https://database.windows.net']) {
      const { token, error } = (await second?.tell('/command', { resource })) ?? {};
      assert.equal(token?.user, ada, JSON.stringify(error));
    }
  },
  async undo({ azure }) {
    await azure.control.rotateStrictly(false);
    await second?.[Symbol.asyncDispose]();
  },
};

holdFaults('Crashes and other windows', { hostKilled: killed, twoWindows }, (rig) => {
  it('a sign-in during which the extension host was killed is made again, and nobody else is signed out', async () => {
    const { editor, accounts } = rig();
    const page = await openSignIn(editor);
    await killExtensionHost(rig());
    await page.close();
    await editor.page.bringToFront();
    await rig().clear();
    assert.deepEqual(await accounts(), [ada]);
    await signInAs(editor, 'ben@contoso.com');
    assert.deepEqual(await accounts(), [ada, 'ben@contoso.com']);
    await rig().signOut('ben@contoso.com');
    assert.deepEqual(await accounts(), [ada]);
  });

  it('a sign-out in one window ends what is under way in the other, and nothing brings the account back', async () => {
    const { azure, editor, tell, accounts } = rig();
    await using other = await rig().openSecondWindow();
    await editor.page.bringToFront();
    await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'delay', milliseconds: 28_000 } });
    const asked = ['https://vault.azure.net', 'https://storage.azure.com', 'https://database.windows.net'].map(
      (resource) => other.tell('/api', { resource }),
    );
    await requestsAreHeld(rig());
    await rig().signOut();
    for (const { token, error } of await Promise.all(asked)) {
      assert.equal(error?.code, 'not_signed_in', JSON.stringify(token));
    }
    await azure.control.clearFaults();
    for (const window of [tell, other.tell]) {
      assert.deepEqual((await window('/accounts')).token?.accounts, []);
      assert.equal((await window('/api', { resource: 'https://vault.azure.net' })).error?.code, 'not_signed_in');
    }
    await editor.reload();
    assert.deepEqual(await accounts(), []);
  });
});
