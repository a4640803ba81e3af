import { fileURLToPath } from 'node:url';

/** The project's root folder, without a trailing separator. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * An absolute path below the project's root.
 * @param {string} path relative, with forward slashes
 */
export function inProject(path) {
  return fileURLToPath(new URL(path, `${new URL('../..', import.meta.url)}`));
}
