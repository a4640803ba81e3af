import { existsSync } from 'node:fs';
import { run } from './command.mjs';
import { withLock } from './lock.mjs';
import { inProject } from './paths.mjs';
import { showProgress } from './progress.mjs';

/**
 * Programs that nobody here wrote, for the tests of the local token endpoint, and the Debian packages they are in: the Azure
 * SDK for Python (also what `az` is made of: 14 MB to download, 540 MB installed), `az`, and R with what asks over HTTP.
 * @type {readonly { file: string, packages: readonly string[] }[]}
 */
const clients = [
  { file: '/usr/lib/python3/dist-packages/azure/identity/__init__.py', packages: ['python3-azure'] },
  { file: '/usr/bin/az', packages: ['azure-cli'] },
  { file: '/usr/lib/R/site-library/curl/DESCRIPTION', packages: ['r-base-core', 'r-cran-curl', 'r-cran-jsonlite'] },
];

/**
 * Installs the programs that are missing, as root on Debian, and does nothing anywhere else: the tests that need one say by
 * name that they were skipped. A package that cannot be installed is no failure either.
 */
export async function ensureClients() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get') || missingPackages().length === 0) {
    return;
  }
  await withLock(inProject('.cache/clients.lock'), async () => {
    const packages = missingPackages();
    if (packages.length === 0) {
      return;
    }
    try {
      await showProgress(`Installing programs for the tests (apt-get install ${packages.join(' ')})`, () =>
        installFromDebian(packages),
      );
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split('\n').slice(-1);
      console.warn(`Some programs for the tests could not be installed; their tests are skipped. ${reason}`);
    }
  });
}

function missingPackages() {
  return clients.filter(({ file }) => !existsSync(file)).flatMap(({ packages }) => packages);
}

/** @param {readonly string[]} packages */
async function installFromDebian(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  // Waits for another apt-get instead of failing on its lock.
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', ['install', ...options, ...packages], { env });
}
