import type { Clock } from '../../src/tokens/ports.ts';

/**
 * The clocks of a machine that can be put to sleep: the wall clock of the whole process jumps, MSAL's and the local Azure's
 * too, while the monotonic one stands still. That one is the product's alone, and can be let run ahead.
 */
export class MachineClock implements Clock, Disposable {
  readonly #systemDate = globalThis.Date;
  #ahead = 0;
  /** Whether the machine has slept. */
  hasSlept = false;

  readonly now = (): number => Date.now();

  readonly monotonic = (): number => performance.now() + this.#ahead;

  /** The machine sleeps: on waking, only the wall clock has moved. */
  sleep(milliseconds: number): void {
    this.hasSlept = true;
    const System = this.#systemDate;
    class LaterDate extends System {
      constructor(...parameters: [] | [number | string | Date]) {
        super(...((parameters.length === 0 ? [LaterDate.now()] : parameters) as [number]));
      }

      static override now(): number {
        return System.now() + milliseconds;
      }
    }
    globalThis.Date = LaterDate as DateConstructor;
  }

  /** Time passes for the monotonic clock, without waiting for it. */
  pass(milliseconds: number): void {
    this.#ahead += milliseconds;
  }

  [Symbol.dispose](): void {
    globalThis.Date = this.#systemDate;
  }
}
