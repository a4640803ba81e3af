import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endTogether } from '../setup/endTogether.mjs';
import { inProject, root } from '../setup/paths.mjs';

/**
 * Runs a Node program in the project's folder.
 * @param {readonly string[]} args the program's file, then its arguments
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv }} [options] `quiet` collects the output instead of showing it
 * @returns {Promise<{ exitCode: number | null, output: string }>} `exitCode` is `null` when a signal ended it
 */
export function runNode(args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}), ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    endTogether(child);
    child.on('error', (error) => resolve({ exitCode: 1, output: error.message }));
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/**
 * The file of a program that an installed package provides.
 * @param {string} packageName
 * @param {string} program
 */
export function programOf(packageName, program) {
  const folder = inProject(`node_modules/${packageName}`);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = join(folder, typeof bin === 'string' ? bin : bin[program]);
  if (!existsSync(file)) {
    throw new Error(`${packageName} has no program ${program}.`);
  }
  return file;
}

/** Builds the extension into dist/. @returns {Promise<boolean>} whether that worked */
export async function buildExtension() {
  const { exitCode, output } = await runNode(['esbuild.mjs'], { quiet: true });
  if (exitCode !== 0) {
    console.error(`The build failed:\n${output}`);
  }
  return exitCode === 0;
}
