import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What keeps an editor quiet that is driven by a program: nothing opens by itself, nothing asks, nothing is fetched. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'chat.agentHost.enabled': false,
  'editor.cursorBlinking': 'solid',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'workbench.editor.useModal': 'off',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * Writes the settings of the machine that an editor's server runs on. They hold in every browser that shows the editor,
 * whereas a browser keeps a person's own settings to itself.
 * @param {string} userDataDir
 * @param {Record<string, unknown>} settings added to those that keep the editor quiet
 */
export async function writeMachineSettings(userDataDir, settings) {
  await mkdir(join(userDataDir, 'Machine'), { recursive: true });
  const text = JSON.stringify({ ...quietSettings, ...settings }, undefined, 2);
  await writeFile(join(userDataDir, 'Machine/settings.json'), `${text}\n`);
}
