import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './command.mjs';
import { withLock } from './lock.mjs';
import { inProject } from './paths.mjs';
import { showProgress } from './progress.mjs';

/**
 * The executable of a Chromium browser, or `undefined`.
 *
 * In this order: `$CHROMIUM`, an installed Chrome, Chromium or Edge, a browser that Playwright installed.
 * @returns {string | undefined}
 */
export function findBrowser() {
  const chosen = process.env['CHROMIUM'];
  if (chosen) {
    if (!existsSync(chosen)) {
      throw new Error(`The environment variable CHROMIUM names ${chosen}, which does not exist.`);
    }
    return chosen;
  }
  return [...onPath(), ...usualPlaces(), ...ofPlaywright()].find(isFile);
}

/**
 * Finds a browser; as root on Debian or Ubuntu it installs one when there is none.
 * @returns {Promise<string>} the executable
 */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found !== undefined) {
    return found;
  }
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    await withLock(inProject('.cache/browser.lock'), async () => {
      if (findBrowser() === undefined) {
        await showProgress('Installing a browser (apt-get install chromium)', installFromDebian);
      }
    });
  }
  const installed = findBrowser();
  if (installed === undefined) {
    throw new Error(
      'No Chrome or Chromium was found. Install one (for example `sudo apt-get install chromium`, or ' +
        '`npx playwright-core install chromium`), or set CHROMIUM to the executable of one.',
    );
  }
  return installed;
}

async function installFromDebian() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  // Waits for another apt-get instead of failing on its lock.
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', ['install', ...options, 'chromium', 'fonts-dejavu-core'], { env });
}

function onPath() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function usualPlaces() {
  if (process.platform === 'darwin') {
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
      ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (process.platform === 'win32') {
    const folders = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map((name) => process.env[name] ?? '');
    const programs = [
      'Google/Chrome/Application/chrome.exe',
      'Chromium/Application/chrome.exe',
      'Microsoft/Edge/Application/msedge.exe',
    ];
    return programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  }
  return ['/opt/google/chrome/chrome'];
}

/** Where `npx playwright install chromium` puts it: https://playwright.dev/docs/browsers */
function ofPlaywright() {
  const folder = process.env['PLAYWRIGHT_BROWSERS_PATH'] ?? join(playwrightCache(), 'ms-playwright');
  if (!existsSync(folder)) {
    return [];
  }
  const programs = [
    'chrome-linux/chrome',
    'chrome-linux64/chrome',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
    'chrome-win/chrome.exe',
    'chrome-win64/chrome.exe',
  ];
  return readdirSync(folder)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort()
    .reverse()
    .flatMap((name) => programs.map((program) => join(folder, name, program)));
}

function playwrightCache() {
  if (process.platform === 'darwin') {
    return join(homedir(), 'Library/Caches');
  }
  return process.platform === 'win32' ? (process.env['LOCALAPPDATA'] ?? homedir()) : join(homedir(), '.cache');
}

/** @param {string} path */
function isFile(path) {
  return existsSync(path) && statSync(path).isFile();
}
