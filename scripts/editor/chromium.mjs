import { findBrowser } from '../setup/browser.mjs';

/**
 * How Chromium is started here: nothing but the pages it is told to open, so that no request of its own disturbs a test.
 * @param {{ proxy?: { url: string, caSpkiHash: string } | undefined }} [options]
 *   a proxy for everything but loopback, and the hash of the only unknown certificate authority to believe
 * @returns {string[]}
 */
export function chromiumArguments({ proxy } = {}) {
  return [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Chromium refuses to run its sandbox as root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...(proxy === undefined
      ? []
      : [`--proxy-server=${proxy.url}`, `--ignore-certificate-errors-spki-list=${proxy.caSpkiHash}`]),
  ];
}

/**
 * The browser's executable.
 * @throws Error when none is installed; the set-up of the scripts installs or asks for one
 */
export function browserExecutable() {
  const executable = findBrowser();
  if (executable === undefined) {
    throw new Error('No Chrome or Chromium was found; set CHROMIUM to the executable of one.');
  }
  return executable;
}
