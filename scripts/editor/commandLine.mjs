import { resolve } from 'node:path';

/**
 * @typedef {object} CommandLine what the launcher understands of VS Code's command line
 * @property {string[]} extensionDevelopmentPaths
 * @property {string | undefined} extensionTestsPath
 * @property {string | undefined} userDataDir
 * @property {string | undefined} extensionsDir
 * @property {boolean} workspaceTrust
 * @property {string | undefined} workspace a folder or a .code-workspace file
 * @property {string[]} serverArguments passed on as they are
 * @property {string[]} unknown
 */

/** Flags of the desktop build that have no meaning where the window is a headless browser's. */
const withoutMeaning = new Set([
  '--no-sandbox',
  '--disable-gpu',
  '--disable-gpu-sandbox',
  '--disable-updates',
  '--disable-telemetry',
  '--disable-crash-reporter',
  '--skip-welcome',
  '--skip-release-notes',
  '--no-cached-data',
  '--new-window',
  '-n',
  '--wait',
]);

/**
 * Reads VS Code's command line. Values come as `--name=value` or `--name value`, as VS Code takes them.
 * @param {readonly string[]} args
 * @returns {CommandLine}
 */
export function parseCommandLine(args) {
  /** @type {CommandLine} */
  const result = {
    extensionDevelopmentPaths: [],
    extensionTestsPath: undefined,
    userDataDir: undefined,
    extensionsDir: undefined,
    workspaceTrust: true,
    workspace: undefined,
    serverArguments: [],
    unknown: [],
  };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith('-')) {
      result.workspace = resolve(arg);
      continue;
    }
    const [name = '', inlineValue] = splitOnce(arg, '=');
    const value = () => inlineValue ?? rest.shift() ?? '';
    takeFlag(result, name, value);
  }
  return result;
}

/**
 * @param {CommandLine} result
 * @param {string} name
 * @param {() => string} value
 */
function takeFlag(result, name, value) {
  switch (name) {
    case '--extensionDevelopmentPath':
      result.extensionDevelopmentPaths.push(resolve(value()));
      break;
    case '--extensionTestsPath':
      result.extensionTestsPath = resolve(value());
      break;
    case '--user-data-dir':
      result.userDataDir = resolve(value());
      break;
    case '--extensions-dir':
      result.extensionsDir = resolve(value());
      break;
    case '--disable-workspace-trust':
      result.workspaceTrust = false;
      break;
    case '--log':
      result.serverArguments.push(name, value());
      break;
    case '--disable-extensions':
      result.serverArguments.push(name);
      break;
    default:
      if (!withoutMeaning.has(name)) {
        result.unknown.push(name);
      }
  }
}

/**
 * @param {string} text
 * @param {string} separator
 */
function splitOnce(text, separator) {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}
