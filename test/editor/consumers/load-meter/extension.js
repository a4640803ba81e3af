import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often the event loop is looked at, in milliseconds. */
const resolution = 5;

/**
 * Measures the extension host, which it shares with every other extension of the window. It is asked over loopback, so that
 * nothing of the editor has to work while it measures: `/begin` and `/end` around a load. Both answer with a `Measurement`.
 * Its address is written to the file that `LOAD_METER_FILE` names.
 *
 * @typedef {object} Measurement
 * @property {number} descriptors that are open in this process
 * @property {number} heap bytes in use after a collection
 * @property {number} delay of the event loop between `/begin` and `/end`: the 99th percentile, in milliseconds
 * @property {number} ownDelay the same without the time in which other programs had the processor
 *
 * @param {import('vscode').ExtensionContext} context
 */
export function activate(context) {
  const delay = monitorEventLoopDelay({ resolution });
  const own = createHistogram();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const stop = () => {
    delay.disable();
    clearInterval(timer);
  };
  const measure = () => ({
    descriptors: openDescriptors(),
    heap: usedHeap(),
    delay: delay.percentile(99) / 1e6,
    ownDelay: own.percentile(99) / 1e6,
  });
  /** @type {Readonly<Record<string, () => Measurement>>} */
  const actions = {
    '/begin': () => {
      stop();
      const before = measure();
      delay.reset();
      own.reset();
      delay.enable();
      timer = recordOwnDelay(own);
      return before;
    },
    '/end': () => {
      stop();
      return measure();
    },
  };
  const server = createServer((request, response) => {
    response.setHeader('Connection', 'close');
    response.end(JSON.stringify(actions[request.url ?? '']?.()));
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') {
      writeFileSync(process.env['LOAD_METER_FILE'] ?? '', `http://127.0.0.1:${address.port}`);
    }
  });
  context.subscriptions.push({ dispose: () => server.close() }, { dispose: stop });
}

/** @param {import('node:perf_hooks').RecordableHistogram} histogram of nanoseconds */
function recordOwnDelay(histogram) {
  let [last, waited] = [performance.now(), waitedForProcessor()];
  return setInterval(() => {
    const [now, waitedNow] = [performance.now(), waitedForProcessor()];
    const held = (now - last - resolution) * 1e6 - (waitedNow - waited);
    histogram.record(Math.max(1, Math.round(held)));
    [last, waited] = [now, waitedNow];
  }, resolution);
}

/** Nanoseconds in which this thread could have run, but others did (Linux, Documentation/scheduler/sched-stats.rst). */
function waitedForProcessor() {
  return process.platform === 'linux' ? Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) : 0;
}

function openDescriptors() {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

function usedHeap() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
