import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What this process holds at a moment at which nothing is asked. */
export interface Holdings {
  /** Bytes that are in use after garbage was collected. */
  readonly heap: number;
  /** Open descriptors: files, sockets and pipes. */
  readonly descriptors: number;
  /** Sockets, servers and timers that keep the process alive, by Node’s own count. */
  readonly resources: number;
  /** Listeners of the process and of the secret store. */
  readonly listeners: number;
}

/** Collects garbage and counts. Linux tells the descriptors; elsewhere they are 0. */
export function measureHoldings(storeListeners: number): Holdings {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 4; round += 1) {
    collect();
  }
  const ofProcess = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return {
    heap: process.memoryUsage().heapUsed,
    descriptors: countDescriptors(),
    resources: process.getActiveResourcesInfo().length,
    listeners: ofProcess + storeListeners,
  };
}

function countDescriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

/** What there is more of than there was. */
export function growthOf(before: Holdings, after: Holdings): Holdings {
  return {
    heap: after.heap - before.heap,
    descriptors: after.descriptors - before.descriptors,
    resources: after.resources - before.resources,
    listeners: after.listeners - before.listeners,
  };
}
