import { cells } from '../../test/faults/cells.ts';

/** What every title of a test of the fault matrix has, between the fault and the consumer. */
export const cellMark = ' × ';

/**
 * Which cells of the fault matrix were held by the tests that passed.
 * @param {readonly { held?: readonly string[] }[]} reports
 */
export function heldCells(reports) {
  const held = new Set(reports.flatMap((report) => report.held ?? []));
  const all = cells().map(({ title }) => title);
  return {
    all: all.length,
    held: all.filter((title) => held.has(title)),
    missing: all.filter((title) => !held.has(title)),
  };
}
