import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { inProject } from './paths.mjs';

/** The Node that the project runs on: the one that npm installed, whatever the machine has. */
const projectNode = inProject(
  process.platform === 'win32' ? 'node_modules/node/bin/node.exe' : 'node_modules/node/bin/node',
);

/**
 * Runs this very script again on the project's Node, unless it already is running on it.
 *
 * Does not return when it did: the process ends with the other one's exit code.
 */
export async function continueOnProjectNode() {
  if (!existsSync(projectNode) || process.versions.node === wantedVersion()) {
    putFirstOnPath();
    return;
  }
  putFirstOnPath();
  const child = spawn(projectNode, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  // A Ctrl-C reaches the child too; it decides when to end.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  process.exit(code);
}

/** So that what a script starts (mocha, a shell in the editor) also finds this Node. */
function putFirstOnPath() {
  const binaries = inProject('node_modules/.bin');
  const path = process.env['PATH'] ?? '';
  if (!path.split(delimiter).includes(binaries)) {
    process.env['PATH'] = `${binaries}${delimiter}${path}`;
  }
}

function wantedVersion() {
  return JSON.parse(readFileSync(inProject('node_modules/node/package.json'), 'utf8')).version;
}
