import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { ensureBrowser } from '../setup/browser.mjs';
import { editors, ensureEditor } from '../setup/editor.mjs';
import { inProject } from '../setup/paths.mjs';

/** @typedef {{ executable: string, title: string, args: string[] }} Editor `args` come before all others */

/**
 * The editor to run tests in: `$VSCODE_EXECUTABLE`; a desktop VS Code that is downloaded; or, where that cannot be had,
 * this project's launcher around VS Code's own server.
 * @param {{ oldest: boolean }} options
 * @returns {Promise<Editor>}
 */
export async function chooseEditor({ oldest }) {
  const name = oldest ? 'oldest' : 'newest';
  const chosen = process.env['VSCODE_EXECUTABLE'];
  if (chosen) {
    if (!existsSync(chosen)) {
      throw new Error(`The environment variable VSCODE_EXECUTABLE names ${chosen}, which does not exist.`);
    }
    return { executable: chosen, title: `VS Code at ${chosen}`, args: [] };
  }
  if ((hasDisplay() || onPath('xvfb-run') !== undefined) && (await downloadsAreReachable())) {
    const version = oldest ? editors.oldest.vscode : 'stable';
    const executable = await downloadAndUnzipVSCode({ version, cachePath: inProject('.vscode-test') });
    const title = `the desktop VS Code (${version})`;
    return hasDisplay()
      ? { executable, title, args: rootArguments() }
      : {
          executable: 'xvfb-run',
          title: `${title}, in a virtual display`,
          args: ['-a', executable, ...rootArguments()],
        };
  }
  await Promise.all([ensureEditor(name), ensureBrowser()]);
  return {
    executable: inProject('scripts/editor/launcher.mjs'),
    title: `VS Code ${editors[name].vscode}, served to a headless browser`,
    args: [],
  };
}

/** Whether a window can be shown: always on macOS and Windows, and under X or Wayland. */
function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** The desktop build refuses to run as root without being told that its sandbox is off. */
export function rootArguments() {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

/**
 * Whether a desktop VS Code can be downloaded. A name that does not resolve answers at once; nothing takes longer than 3
 * seconds.
 */
export async function downloadsAreReachable() {
  try {
    const response = await fetch('https://update.code.visualstudio.com/api/releases/stable', {
      method: 'HEAD',
      signal: AbortSignal.timeout(3_000),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * A program on PATH.
 * @param {string} name
 */
export function onPath(name) {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}
