import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { createLazyTokenService } from '../../../src/tokens/lazyTokenService.ts';
import { manualClock } from './manualClock.ts';
import { ada, grace, type ScriptedSource, scriptedSource } from './scriptedSource.ts';
import { code, person, storage } from './serviceUnderTest.ts';

describe('the token service that is loaded when it is needed', () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  let source: ScriptedSource;
  let service: ReturnType<typeof createLazyTokenService>;

  beforeEach(() => {
    lines.length = 0;
    const clock = manualClock();
    source = scriptedSource(clock);
    service = createLazyTokenService({
      ...{ source, clock, policy: { authorize: () => undefined }, cloud: () => 'public' },
      preference: { defaultAccountId: () => undefined, defaultTenantId: () => undefined },
      log: { trace: write, debug: write, info: write, warn: write, error: write },
    });
  });

  it('has no tokens and no activity before, and asks the source for nothing', () => {
    service.clear();
    assert.deepEqual([service.cachedTokens(), service.activity()], [[], []]);
    assert.equal(source.accountReads, 0);
  });

  it('answers requests that come at once with one token', async () => {
    const [one, other] = await Promise.all([service.getToken(storage, person), service.getToken(storage, person)]);
    assert.equal(one.token, other.token);
    assert.equal(source.requests.length, 1);
    assert.equal(service.cachedTokens().length, 1);
  });

  it('hands listeners from before over to what is loaded, but for those who have stopped', async () => {
    const heard: string[] = [];
    service.onDidRecordActivity(() => heard.push('all'));
    service.onDidRecordColdActivity(() => heard.push('cold'));
    service.onDidRecordActivity(() => heard.push('stopped')).dispose();
    await service.getToken(storage, person);
    await service.getToken(storage, person);
    assert.deepEqual(heard, ['all', 'cold', 'all']);
    service.onDidRecordActivity(() => heard.push('later'));
    await service.getToken(storage, person);
    assert.deepEqual(heard.slice(3), ['all', 'later']);
  });

  it('tells of accounts that changed before anybody asked for them, once they are in memory', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    service.onDidChangeAccounts(() => {
      throw new Error('a listener that fails');
    });
    service.onDidChangeAccounts(() => resolve());
    source.changeAccounts([ada, grace]);
    await promise;
    const reads = source.accountReads;
    assert.equal((await service.getAccounts()).length, 2);
    assert.equal(source.accountReads, reads);
    assert.match(lines.join(), /a listener of the token service failed: Error/);
  });

  it('tells of every later change once', async () => {
    let times = 0;
    service.onDidChangeAccounts(() => {
      times += 1;
    });
    await service.getAccounts();
    source.changeAccounts([grace]);
    await turn();
    assert.equal(times, 1);
  });

  it('gives nothing after it was disposed, whether it was loaded or not', async () => {
    service.dispose();
    await assert.rejects(service.getToken(storage, person), code('cancelled'));
  });

  it('ends what is under way when it is disposed', async () => {
    source.answer = () => new Promise(() => undefined);
    const token = service.getToken(storage, person);
    const ended = assert.rejects(token, code('cancelled'));
    while (source.requests.length === 0) {
      await turn();
    }
    service.dispose();
    await ended;
  });
});
