import type { Clock } from './ports.ts';

/** The machine's own clocks. `monotonic` stands still while some systems sleep, so a caller must watch both. */
export function systemClock(): Clock {
  return { now: Date.now, monotonic: () => performance.now() };
}
