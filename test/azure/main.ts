/**
 * Runs the local Azure as a process: `node test/azure/main.ts [--data FILE] [--no-storage]`.
 *
 * Prints one JSON line with its addresses when it is ready. Ends on SIGTERM, SIGINT, or when its standard input is
 * closed by whoever started it.
 */
import { parseArgs } from 'node:util';
import { startLocalAzure } from './localAzure.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, 'no-storage': { type: 'boolean', default: false } },
});
const starting = startLocalAzure({ dataFile: values.data, storage: !values['no-storage'] });

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) {
    return;
  }
  isEnding = true;
  try {
    const azure = await starting;
    await azure[Symbol.asyncDispose]();
    process.exit(0);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  process.stderr.write(`local Azure: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

process.once('SIGTERM', end);
process.once('SIGINT', end);
process.stdin.once('end', end).once('close', end).resume();

const { control: _control, fetch: _fetch, ...addresses } = await starting.catch(fail);
process.stdout.write(`${JSON.stringify(addresses)}\n`);
