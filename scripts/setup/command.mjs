import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';

/**
 * Runs a program to its end, quietly: its output is shown only when it fails.
 *
 * Asynchronous so that the browser, the editor and the dependencies can be installed side by side.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} what it wrote to its standard output
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm is a .cmd file on Windows, which only a shell can start.
      shell: process.platform === 'win32' && !program.endsWith('.exe'),
    });
    let stdout = '';
    let everything = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      everything += chunk;
    });
    child.stderr.on('data', (chunk) => {
      everything += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(stdout);
        return;
      }
      reject(new Error(`\`${[program, ...args].join(' ')}\` ended with ${signal ?? code}:\n${essence(everything)}`));
    });
  });
}

/**
 * The beginning and the end of a long output: some programs say first what is wrong, others last.
 * @param {string} output
 */
function essence(output) {
  const lines = output.trimEnd().split('\n');
  return lines.length <= 40 ? lines.join('\n') : [...lines.slice(0, 20), '…', ...lines.slice(-20)].join('\n');
}

/**
 * Runs npm in a folder, with the machine's own Node: the one in node_modules may be about to be replaced.
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [extraEnvironment]
 */
export function runNpm(args, cwd, extraEnvironment = {}) {
  return run('npm', args, { cwd, env: { ...environmentOutsideNpm(), ...extraEnvironment } });
}

/** The environment without what a surrounding `npm run` added, which would point npm at the wrong folder. */
function environmentOutsideNpm() {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) {
    if (
      /^(npm_(lifecycle|package)_|npm_command$|npm_config_(local_prefix|prefix|global_prefix)$|INIT_CWD$)/i.test(name)
    ) {
      delete environment[name];
    }
  }
  const pathName = Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  environment[pathName] = (environment[pathName] ?? '')
    .split(delimiter)
    .filter((folder) => !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder))
    .join(delimiter);
  return environment;
}
