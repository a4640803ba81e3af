import assert from 'node:assert/strict';
import {
  type Approval,
  type ApprovalQuestion,
  type ApprovalSettings,
  ProgramApproval,
} from '../../../src/endpoint/approval.ts';
import { systemClock } from '../../../src/tokens/clock.ts';
import { isAzureCredentialsError } from '../../../src/tokens/errors.ts';
import type { Requester } from '../../../src/tokens/requester.ts';
import type { ResolvedRequest } from '../../../src/tokens/tokenRequest.ts';

const storage = 'https://storage.azure.com';
const vault = 'https://vault.azure.net';
const program: Requester = { kind: 'program', id: 'appService', label: 'python' };

function request(resource: string, accountId = 'ada'): ResolvedRequest {
  const tenantId = '11111111-1111-4111-8111-111111111111';
  return {
    resource,
    scopes: [`${resource}/.default`],
    account: { id: accountId, username: `${accountId}@contoso.com`, name: accountId, tenantId, kind: 'user' },
    tenantId,
    forceRefresh: false,
  };
}

/** A policy whose questions the test answers. */
function policyUnderTest(settings: Partial<ApprovalSettings> = {}, timeLimit = 1_000) {
  const questions: { question: ApprovalQuestion; answer(approval: Approval): void; fail(): void }[] = [];
  const granted = new Set<string>();
  let monotonic = 0;
  const policy = new ProgramApproval({
    settings: () => ({ approval: 'firstUse', allowedResources: [], ...settings }),
    cloud: () => 'public',
    grants: { has: (key) => granted.has(key), add: (key) => void granted.add(key) },
    ask: (question) =>
      new Promise((resolve, reject) => {
        questions.push({ question, answer: resolve, fail: () => reject(new Error('window closed')) });
      }),
    clock: { ...systemClock(), monotonic: () => monotonic },
    timeLimit,
  });
  const ask = async (resource: string, signal?: AbortSignal, accountId?: string) =>
    policy.authorize(program, request(resource, accountId), { interactive: false, ...(signal ? { signal } : {}) });
  return { policy, ask, questions, granted, pass: (milliseconds: number) => (monotonic += milliseconds) };
}

const isDenied = (error: unknown) => isAzureCredentialsError(error) && error.code === 'access_denied';

describe('approval of programs', () => {
  it('asks at the first request for a resource, and answers at once from then on', async () => {
    const { ask, policy, questions } = policyUnderTest();
    const first = ask(storage);
    assert.deepEqual(questions[0]?.question, {
      resource: storage,
      username: 'ada@contoso.com',
      tenantId: '11111111-1111-4111-8111-111111111111',
      requester: program,
    });
    questions[0].answer('workspace');
    await first;
    assert.equal(policy.authorize(program, request(storage), { interactive: false }), undefined);
    assert.equal(questions.length, 1);
  });

  it('asks for each resource and for each account', async () => {
    const { ask, questions } = policyUnderTest();
    const all = Promise.all([ask(storage), ask(vault), ask(storage, undefined, 'bob')]);
    assert.equal(questions.length, 3);
    for (const { answer } of questions) {
      answer('once');
    }
    await all;
  });

  it('shares one question among requests for one resource, and lets "once" hold for those that wait', async () => {
    const { ask, questions, granted } = policyUnderTest();
    const waiting = Promise.all([ask(storage), ask(storage), ask(storage)]);
    assert.equal(questions.length, 1);
    questions[0]?.answer('once');
    await waiting;
    assert.equal(granted.size, 0);
    const next = ask(storage);
    assert.equal(questions.length, 2);
    questions[1]?.answer('once');
    await next;
  });

  it('refuses all that wait when denied, and asks nothing again for half a minute', async () => {
    const { ask, questions, pass } = policyUnderTest();
    const waiting = Promise.allSettled([ask(storage), ask(storage)]);
    questions[0]?.answer('deny');
    for (const result of await waiting) {
      assert.ok(result.status === 'rejected' && isDenied(result.reason));
    }
    await assert.rejects(ask(storage), isDenied);
    assert.equal(questions.length, 1);
    pass(30_000);
    const later = ask(storage);
    assert.equal(questions.length, 2);
    questions[1]?.answer('once');
    await later;
  });

  it('denies when nobody answers, and says so', async () => {
    const { ask, questions } = policyUnderTest({}, 20);
    await assert.rejects(ask(storage), (error) => isDenied(error) && /Nobody answered/.test((error as Error).message));
    await assert.rejects(ask(storage), /Nobody answered/);
    assert.equal(questions.length, 1);
  });

  it('lets an answer that came too late count from then on', async () => {
    const { ask, questions } = policyUnderTest({}, 20);
    await assert.rejects(ask(storage), isDenied);
    questions[0]?.answer('workspace');
    await new Promise(setImmediate);
    await ask(storage);
    assert.equal(questions.length, 1);
  });

  it('denies when the question cannot be asked', async () => {
    const { ask, questions } = policyUnderTest();
    const asked = ask(storage);
    questions[0]?.fail();
    await assert.rejects(asked, isDenied);
  });

  it('lets a program that gives up go, without ending the question of the others', async () => {
    const { ask, questions } = policyUnderTest();
    const controller = new AbortController();
    const gone = ask(storage, controller.signal);
    const stays = ask(storage);
    controller.abort();
    await assert.rejects(gone, (error) => isAzureCredentialsError(error) && error.code === 'cancelled');
    questions[0]?.answer('once');
    await stays;
  });

  it('asks nothing with approval "never"', async () => {
    const { ask, questions } = policyUnderTest({ approval: 'never' });
    await ask(storage);
    assert.equal(questions.length, 0);
  });

  it('refuses a resource that is not allowed, also with approval "never", and names the setting', async () => {
    const { ask, questions } = policyUnderTest({ approval: 'never', allowedResources: [[storage]] });
    await ask(storage);
    await assert.rejects(ask(vault), (error) => {
      assert.ok(isDenied(error) && error instanceof Error && 'advice' in error);
      assert.match(String(error.advice), /azureCredentials\.terminal\.allowedResources/);
      return true;
    });
    assert.equal(questions.length, 0);
  });

  it('holds an allowance against a list that was narrowed since', async () => {
    const allowedResources: string[][] = [];
    const { ask, questions } = policyUnderTest({ allowedResources });
    const first = ask(vault);
    questions[0]?.answer('workspace');
    await first;
    allowedResources.push([storage]);
    await assert.rejects(ask(vault), isDenied);
  });
});
