import assert from 'node:assert/strict';
import type { Arrangement } from './faultsMatrix.ts';
import { holdFaults, requestsAreHeld } from './faultsMatrix.ts';
import { ada, type FaultsRig, type SecondWindow } from './faultsRig.ts';
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

holdFaults('Crashes and other windows', { hostKilled: killed, twoWindows });
