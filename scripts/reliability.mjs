// npm run reliability: writes the tables of docs/reliability.md anew, after test/faults has changed.
import { writeFileSync } from 'node:fs';
import { ensure } from './setup.mjs';

await ensure();
const { documentFile, expectedDocument } = await import('./reliability/document.mjs');
writeFileSync(documentFile, expectedDocument());
