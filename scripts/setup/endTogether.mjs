import { constants } from 'node:os';

/**
 * Hands a signal that should end this process on to a child process, and ends when that has: so nothing is left behind
 * when somebody stops a run.
 * @param {import('node:child_process').ChildProcess} child
 */
export function endTogether(child) {
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    child.once('close', () => process.exit(128 + constants.signals[signal]));
    child.kill(signal);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) {
    process.on(signal, end);
  }
  child.once('close', () => {
    for (const signal of signals) {
      process.removeListener(signal, end);
    }
  });
}
