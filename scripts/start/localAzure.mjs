import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { inProject, root } from '../setup/paths.mjs';

/**
 * @typedef {object} LocalAzureProcess
 * @property {string} proxyUrl
 * @property {string} caSpkiHash
 * @property {string} controlUrl where tests arrange what it does
 * @property {string} loopbackAuthority Entra under an address of this machine
 * @property {Record<string, string>} environment what a program needs to find this Azure under the real host names
 * @property {Promise<void>} ended
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the local Azure as a process of its own. It ends when its standard input is closed, so it cannot outlive this one.
 * @returns {Promise<LocalAzureProcess>}
 */
export async function startLocalAzure() {
  const child = spawn(process.execPath, [inProject('test/azure/main.ts')], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
    // Not reached by the Ctrl-C that ends this script, which ends it in its turn.
    detached: true,
  });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => child.once('close', () => resolve()));
  const line = await Promise.race([firstLine(child.stdout), ended]);
  if (line === undefined) {
    throw new Error(`The local Azure did not start (exit code ${child.exitCode}).`);
  }
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  return { ...JSON.parse(line), ended, stop };
}

/**
 * @param {NodeJS.ReadableStream} stream
 * @returns {Promise<string | undefined>}
 */
async function firstLine(stream) {
  for await (const line of createInterface({ input: stream })) {
    return line;
  }
  return undefined;
}

/**
 * The settings with which the extension signs in to the sample tenant.
 * @param {{ loopbackAuthority?: string }} [options] given where the browser cannot be sent to the real host names
 */
export function sampleSettings({ loopbackAuthority } = {}) {
  const { tenants, applications } = JSON.parse(readFileSync(inProject('test/azure/data.json'), 'utf8'));
  return {
    'azureCredentials.clientId': applications[0].clientId,
    'azureCredentials.tenantId': tenants[0].domain,
    ...(loopbackAuthority === undefined
      ? {}
      : {
          'azureCredentials.cloud': 'custom',
          'azureCredentials.authorityHost': new URL(loopbackAuthority).host,
        }),
  };
}
