import { readFileSync } from 'node:fs';
import { inProject } from '../setup/paths.mjs';
import { faultTables } from './tables.mjs';

/** The document whose parts are made from the tests. */
export const documentFile = inProject('docs/reliability.md');

const [begin, end] = ['<!-- faults -->', '<!-- end of faults -->'];

/** The document as it must be: what people wrote, and what is made from the table of faults in its place. */
export function expectedDocument() {
  const text = readFileSync(documentFile, 'utf8');
  const [before, rest] = text.split(begin, 2);
  const after = rest?.split(end, 2)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`docs/reliability.md must have ${begin} and ${end}.`);
  }
  return `${before}${begin}\n\n${faultTables()}\n\n${end}${after}`;
}
