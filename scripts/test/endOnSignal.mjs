// Loaded into each mocha process: what a test has started ends when the process exits, and a signal alone would not run that.
import { constants } from 'node:os';

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
