import assert from 'node:assert/strict';
import { startLocalAzure } from '../azure/localAzure.ts';
import { type Cell, cellsOf, missingWords } from './cells.ts';
import { FaultRig } from './faultRig.ts';
import { type ConsumerResult, type FaultResult, runFault } from './faultRun.ts';
import { faults } from './faultTable.ts';
import type { Fault } from './faultTypes.ts';
import { connectMachine } from './machineNetwork.ts';
import { nodeConsumers } from './nodeConsumers.ts';
import { isInShortRun } from './shortRun.ts';
import { tokenFacts } from './tokenFacts.ts';

describe('Faults', function () {
  this.timeout(120_000);
  let open: AsyncDisposableStack;
  let run: (fault: Fault) => Promise<FaultResult>;

  before(async () => {
    open = new AsyncDisposableStack();
    const azure = open.use(await startLocalAzure({ storage: false }));
    const network = open.use(connectMachine(azure));
    run = async (fault) => {
      await using rig = new FaultRig(azure, network);
      return await runFault(rig, fault);
    };
  });
  after(() => open?.disposeAsync());

  for (const fault of faults.filter(({ id }) => process.env['FAULTS'] !== 'short' || isInShortRun(id))) {
    describe(fault.title, () => {
      let result: FaultResult;

      before(async () => {
        result = await run(fault);
      });

      for (const consumer of nodeConsumers) {
        const cell = cellsOf(consumer).find((one) => one.fault === fault) as Cell;
        it(cell.title, () => {
          const found = result.consumers.get(consumer) as ConsumerResult;
          holds(cell, found);
          assert.equal(result.prompts, 0, 'somebody was asked');
          assert.equal(result.account, cell.promise.account);
        });
      }
    });
  }
});

function holds({ promise, consumer }: Cell, { replies, tokensAtHand, afterwards }: ConsumerResult): void {
  assert.ok(replies.length > 0);
  for (const { given, text, token, seconds, requests } of replies) {
    assert.equal(given, consumer.given[promise.outcome], text);
    assert.deepEqual(missingWords(text, promise), [], text);
    assert.ok(seconds <= promise.withinSeconds, `it took ${seconds} s`);
    assert.ok(requests <= promise.requests, `${requests} requests were sent`);
    checkToken(token, 'cold', consumer.id);
  }
  assert.equal(tokensAtHand, promise.tokensAtHand);
  assert.equal(afterwards.given, consumer.given.token, `afterwards: ${afterwards.text}`);
  checkToken(afterwards.token, 'afterwards', consumer.id);
}

/** A token is Ada's, and for what was asked. */
function checkToken(token: string | undefined, when: string, consumer: string): void {
  if (token !== undefined) {
    const { audience, objectId } = tokenFacts(token);
    assert.equal(objectId, '11111111-aaaa-4aaa-8aaa-000000000001');
    const expected =
      consumer === 'gitHelper'
        ? '499b84ac-1321-427f-aa17-267ca6975798'
        : `https://${when}${consumer}.blob.core.windows.net`.toLowerCase();
    assert.equal(audience, expected);
  }
}
