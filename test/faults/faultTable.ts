import type { Fault } from './faultTypes.ts';
import { networkFaults } from './networkFaults.ts';
import { stateFaults } from './stateFaults.ts';

/**
 * Every fault, and what is promised while it lasts.
 *
 * This is the one place where the promises are written: the tests in plain Node (`test/faults`) and in real editors hold every
 * cell of it, and `docs/reliability.md` is made from it. It imports types alone, so that it can be bundled for an extension host.
 * Use `cellsOf` of `cells.ts` for the cells of one consumer, each with what it is promised and the title that its test must have.
 * After a change, run `npm run reliability`.
 */
export const faults: readonly Fault[] = [...networkFaults, ...stateFaults];
