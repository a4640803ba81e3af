import { spawn } from 'node:child_process';
import { browserExecutable, chromiumArguments } from '../editor/chromium.mjs';

/**
 * Opens a browser window for a person: with a profile of its own, and sent through the local Azure's proxy, so that
 * login.microsoftonline.com is the local one there.
 * @param {{ address: string, profile: string, proxy: { url: string, caSpkiHash: string } }} options
 * @returns {{ ended: Promise<void>, stop: () => Promise<void> }}
 */
export function openBrowserWindow({ address, profile, proxy }) {
  const args = [
    ...chromiumArguments({ proxy }),
    // Hides the bar that warns about the unusual arguments above.
    '--test-type',
    `--user-data-dir=${profile}`,
    '--new-window',
    address,
  ];
  const child = spawn(browserExecutable(), args, { stdio: 'ignore' });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { ended, stop };
}
