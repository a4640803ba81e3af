import { existsSync } from 'node:fs';
import { ensureClients } from '../setup/clients.mjs';
import { run } from '../setup/command.mjs';

/**
 * Installs the peers that Debian has and that are measured beside ours, as root on Debian; elsewhere those that are there are
 * measured. One that cannot be installed is left out.
 */
export async function ensurePeers() {
  await ensureClients();
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get') || existsSync('/usr/bin/git-credential-oauth')) {
    return;
  }
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'git-credential-oauth'], { env });
  } catch {
    console.warn('git-credential-oauth could not be installed and is left out.');
  }
}
