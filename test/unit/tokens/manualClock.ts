import type { Clock } from '../../../src/tokens/ports.ts';

/** Two clocks that a test moves by hand, together or each for itself. */
export interface ManualClock extends Clock {
  /** Time passes: both clocks move. */
  pass(milliseconds: number): void;
  /** Somebody sets the clock, or the machine sleeps while the monotonic clock stands still. */
  setWallClock(by: number): void;
}

export function manualClock(): ManualClock {
  let wall = Date.UTC(2026, 0, 1);
  let monotonic = 1_000;
  return {
    now: () => wall,
    monotonic: () => monotonic,
    pass(milliseconds) {
      wall += milliseconds;
      monotonic += milliseconds;
    },
    setWallClock(by) {
      wall += by;
    },
  };
}

export const minutes = (count: number): number => count * 60_000;
