import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { downloadsAreReachable, onPath, rootArguments } from '../editor/choice.mjs';
import { inProject, root } from '../setup/paths.mjs';

/**
 * Opens the desktop VS Code on a folder, with the extension loaded from its sources' folder.
 * @param {{ folder: string, dataFolder: string, settings: Record<string, unknown>, env: Record<string, string> }} options
 * @returns {Promise<{ ended: Promise<void>, stop: () => Promise<void> }>}
 */
export async function openDesktop({ folder, dataFolder, settings, env }) {
  const executable = await desktopExecutable();
  await mkdir(join(dataFolder, 'User'), { recursive: true });
  await writeFile(join(dataFolder, 'User/settings.json'), JSON.stringify(settings, undefined, 2));
  const args = [
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${dataFolder}`,
    `--extensions-dir=${join(dataFolder, 'extensions')}`,
    '--disable-workspace-trust',
    '--skip-welcome',
    '--new-window',
    '--wait',
    ...rootArguments(),
    folder,
  ];
  const child = spawn(executable, args, {
    env: { ...process.env, ...env },
    stdio: 'ignore',
    shell: process.platform === 'win32' && executable.endsWith('.cmd'),
  });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  const stop = async () => {
    child.kill();
    await ended.catch(() => undefined);
  };
  return { ended, stop };
}

/** `$VSCODE_EXECUTABLE`, `code` on PATH, or a VS Code that is downloaded. */
async function desktopExecutable() {
  const installed = process.env['VSCODE_EXECUTABLE'] || onPath(process.platform === 'win32' ? 'code.cmd' : 'code');
  if (installed) {
    return installed;
  }
  if (await downloadsAreReachable()) {
    return await downloadAndUnzipVSCode({ version: 'stable', cachePath: inProject('.vscode-test') });
  }
  throw new Error(
    'No desktop VS Code was found, and update.code.visualstudio.com cannot be reached to download one. Install VS Code ' +
      'with its `code` command on PATH, or set VSCODE_EXECUTABLE, or leave --desktop away.',
  );
}
