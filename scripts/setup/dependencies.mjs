import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runNpm } from './command.mjs';
import { withLock } from './lock.mjs';
import { inProject, root } from './paths.mjs';
import { showProgress } from './progress.mjs';

const lockFile = inProject('package-lock.json');
const installedLockFile = inProject('node_modules/.package-lock.json');
const markerFile = inProject('node_modules/.installed-from');

/** Whether node_modules holds what package-lock.json asks for. */
function dependenciesAreCurrent() {
  if (!existsSync(installedLockFile)) {
    return false;
  }
  const hash = hashOfLockFile();
  if (existsSync(markerFile) && readFileSync(markerFile, 'utf8') === hash) {
    return true;
  }
  // Somebody ran npm by hand: believe what npm wrote down about its own work, and remember it.
  if (installedPackagesMatch()) {
    writeFileSync(markerFile, hash);
    return true;
  }
  return false;
}

/** Installs the dependencies with `npm ci` when node_modules is missing or stale. */
export async function ensureDependencies() {
  if (dependenciesAreCurrent()) {
    return;
  }
  await withLock(inProject('.cache/dependencies.lock'), async () => {
    if (dependenciesAreCurrent()) {
      return;
    }
    await showProgress('Installing the dependencies', install);
    writeFileSync(markerFile, hashOfLockFile());
  });
}

/**
 * `npm ci`, or else `npm install`, which keeps to the versions in the lock file too.
 *
 * npm writes a lock file without the binaries for other platforms when the registry does not have them, and `npm ci`
 * then refuses that lock file.
 */
async function install() {
  try {
    await runNpm(['ci', '--loglevel=error'], root);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('EUSAGE')) {
      throw error;
    }
    await runNpm(['install', '--no-save', '--loglevel=error'], root);
  }
}

function hashOfLockFile() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

function installedPackagesMatch() {
  const wanted = readPackages(lockFile);
  const installed = readPackages(installedLockFile);
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      installed[path]?.version === entry.version ||
      (entry.optional === true && installed[path] === undefined),
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
