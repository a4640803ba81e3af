import type { Disposable } from '../../tokens/ports.ts';

/** Runs something soon, and once for many calls. */
export interface Throttle extends Disposable {
  schedule(): void;
}

/**
 * Runs `action` so many milliseconds after the first call; calls until then are served by that run. Other than a debounce it
 * keeps running while calls never stop. A call costs next to nothing while one is waiting.
 */
export function createThrottle(action: () => unknown, milliseconds: number): Throttle {
  let timer: NodeJS.Timeout | undefined;
  return {
    schedule: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        action();
      }, milliseconds);
    },
    dispose: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
