import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { documentFile, expectedDocument } from '../../../scripts/reliability/document.mjs';
import { cells } from '../../faults/cells.ts';
import { consumers } from '../../faults/consumers.ts';
import { faults } from '../../faults/faultTable.ts';
import { nodeConsumers } from '../../faults/nodeConsumers.ts';

describe('What is promised when something fails', () => {
  it('is in the document as it is in the table that the tests hold: if not, run npm run reliability', () => {
    assert.equal(readFileSync(documentFile, 'utf8'), expectedDocument());
  });

  it('is promised for each fault and consumer once, each promise with a test of its own title', () => {
    const titles = cells().map(({ title }) => title);
    assert.equal(titles.length, faults.length * consumers.length);
    assert.equal(new Set(titles).size, titles.length);
    assert.equal(new Set(faults.map(({ id }) => id)).size, faults.length);
  });

  it('says what an error must say, and that nobody waits for ever', () => {
    for (const { promise, title } of cells()) {
      assert.ok(promise.withinSeconds > 0 && promise.withinSeconds <= 60, title);
      assert.equal(promise.outcome === 'token' && promise.words.length > 0, false, title);
    }
    for (const { promise, id } of faults) {
      assert.ok(promise.outcome === 'token' || promise.words.length > 0, id);
    }
  });

  it('is held for programs and git in plain Node', () => {
    const inNode = consumers.filter(({ heldIn }) => heldIn === 'node').map(({ id }) => id);
    assert.deepEqual(nodeConsumers.toSorted(), inNode.toSorted());
  });
});
