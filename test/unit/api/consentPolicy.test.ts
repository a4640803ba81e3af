import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { AccessDecisions } from '../../../src/editor/consentDecisions.ts';
import { type AccessAnswer, type AccessQuestion, ConsentPolicy } from '../../../src/editor/consentPolicy.ts';
import { systemClock } from '../../../src/tokens/clock.ts';
import { AzureCredentialsError } from '../../../src/tokens/errors.ts';
import { ada, bob, MemorySource } from './memorySource.ts';
import { openApi } from './openApi.ts';

/** As `vscode.Memento`: what was stored went through JSON. */
class MemoryStore {
  readonly values = new Map<string, string>();
  keys = () => [...this.values.keys()];
  get = (key: string): unknown => JSON.parse(this.values.get(key) ?? 'null') ?? undefined;
  async update(key: string, value: unknown): Promise<void> {
    if (value === undefined) {
      this.values.delete(key);
    } else {
      this.values.set(key, JSON.stringify(value));
    }
  }
}

interface Asked extends AccessQuestion {
  answer(answer: AccessAnswer): Promise<void>;
}

const storage = 'https://storage.azure.com';
const vault = 'https://vault.azure.net';
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('consent for extensions', () => {
  let store: MemoryStore;
  let asked: Asked[];

  const open = (accounts = [ada, bob]) => {
    const policy = new ConsentPolicy({
      decisions: new AccessDecisions(store),
      clock: systemClock(),
      refuse: (question, reason) => new AzureCredentialsError('access_denied', `${reason} ${question.requester.label}`),
      ask: (question) =>
        new Promise((resolve) => {
          const answer = async (given: AccessAnswer) => {
            resolve(given);
            await turn();
          };
          asked.push({ ...question, answer });
        }),
    });
    return openApi({ policy, source: new MemorySource(accounts) });
  };
  /** Asks interactively and tells how it went, without waiting. */
  const request = (api: ReturnType<typeof open>['api'], resource = storage, more = {}) => {
    const outcome: { is?: string } = {};
    api.getToken({ resource, interactive: true, ...more }).then(
      () => {
        outcome.is = 'granted';
      },
      (error) => {
        outcome.is = error.code ?? String(error);
      },
    );
    return outcome;
  };

  beforeEach(() => {
    store = new MemoryStore();
    asked = [];
  });

  it('never asks for a request that is not interactive', async () => {
    const { api } = open();
    await assert.rejects(api.getToken(storage), { code: 'access_denied', message: 'undecided Blob Lister' });
    await assert.rejects(api.getCredential().getToken(`${storage}/.default`), { code: 'access_denied' });
    assert.equal(asked.length, 0);
  });

  it('asks once for requests at the same time, and not again once allowed', async () => {
    const { api, source } = open();
    const outcomes = [request(api), request(api), request(api, `${storage}/`)];
    await turn();
    assert.equal(asked.length, 1);
    assert.equal(source.requests.length, 0);
    assert.deepEqual([asked[0]?.requester.label, asked[0]?.account, asked[0]?.resource], ['Blob Lister', ada, storage]);
    await asked[0]?.answer('allow');
    assert.deepEqual(outcomes, [{ is: 'granted' }, { is: 'granted' }, { is: 'granted' }]);
    await api.getToken(storage);
    assert.equal(asked.length, 1);
  });

  it('asks anew for another resource and another account', async () => {
    const { api } = open();
    request(api);
    await turn();
    await asked[0]?.answer('allow');
    await assert.rejects(api.getToken(vault), { code: 'access_denied' });
    await assert.rejects(api.getToken({ resource: storage, account: bob }), { code: 'access_denied' });
    request(api, vault);
    request(api, storage, { account: bob });
    await turn();
    await asked[1]?.answer('allow');
    await asked[2]?.answer('deny');
    assert.deepEqual([asked[1]?.resource, asked[2]?.account.id], [vault, bob.id]);
    await api.getToken(vault);
    await assert.rejects(api.getToken({ resource: storage, account: bob }), { code: 'access_denied' });
  });

  it('does not ask a question that the answer before it has settled', async () => {
    const { api } = open();
    const outcomes = [request(api, storage), request(api, vault)];
    await turn();
    assert.equal(asked.length, 1);
    await asked[0]?.answer('allowAll');
    assert.deepEqual(outcomes, [{ is: 'granted' }, { is: 'granted' }]);
    assert.equal(asked.length, 1);
    await assert.rejects(api.getToken({ resource: storage, account: bob }), { code: 'access_denied' });
  });

  it('gives a denied extension nothing and does not ask again', async () => {
    const { api, source } = open();
    const outcome = request(api);
    await turn();
    await asked[0]?.answer('deny');
    assert.deepEqual(outcome, { is: 'access_denied' });
    const again = request(api);
    await turn();
    assert.deepEqual(again, { is: 'access_denied' });
    await assert.rejects(api.getToken(storage), { message: 'denied Blob Lister' });
    assert.equal(asked.length, 1);
    assert.equal(source.requests.length, 0);
  });

  it('decides nothing when the dialog is closed, and asks again next time', async () => {
    const { api } = open();
    const outcome = request(api);
    await turn();
    await asked[0]?.answer(undefined);
    assert.deepEqual(outcome, { is: 'cancelled' });
    assert.equal(store.values.size, 0);
    const again = request(api);
    await turn();
    await asked[1]?.answer('allow');
    assert.deepEqual(again, { is: 'granted' });
  });

  it('remembers over a restart', async () => {
    const before = open();
    request(before.api);
    await turn();
    await asked[0]?.answer('allow');
    const after = open();
    await after.api.getToken(storage);
    await assert.rejects(after.api.getToken(vault), { code: 'access_denied' });
    assert.equal(asked.length, 1);
  });

  it('stops at once after access was revoked, also for a token in memory', async () => {
    const { api } = open();
    request(api);
    await turn();
    await asked[0]?.answer('allow');
    await api.getToken(storage);
    await new AccessDecisions(store).forget('contoso.lister', { accountId: ada.id, resource: storage });
    await assert.rejects(api.getToken(storage), { code: 'access_denied' });
    assert.equal(store.values.size, 0);
  });

  it('does not ask on behalf of someone who gave up while another question was open', async () => {
    const { api } = open();
    request(api, storage);
    const controller = new AbortController();
    const gaveUp = request(api, vault, { signal: controller.signal });
    await turn();
    controller.abort();
    await turn();
    assert.deepEqual(gaveUp, { is: 'cancelled' });
    await asked[0]?.answer('allow');
    assert.equal(asked.length, 1);
    await assert.rejects(api.getToken(vault), { code: 'access_denied' });
  });

  it('lets nobody through on a question that was dropped unasked, whenever they come', async () => {
    for (let delay = 0; delay < 40; delay += 1) {
      store = new MemoryStore();
      asked = [];
      const { api, source } = open();
      request(api, storage);
      const controller = new AbortController();
      request(api, vault, { signal: controller.signal });
      await turn();
      controller.abort();
      await turn();
      void asked[0]?.answer('allow');
      for (let step = 0; step < delay; step += 1) {
        await Promise.resolve();
      }
      const late = request(api, vault);
      await turn();
      await asked[1]?.answer('deny');
      assert.deepEqual(late, { is: 'access_denied' }, `after ${delay} steps`);
      assert.ok(source.requests.every(({ resource }) => resource !== vault));
    }
  });

  it('keeps the answer of a person whose asker gave up meanwhile', async () => {
    const { api } = open();
    const controller = new AbortController();
    const outcome = request(api, storage, { signal: controller.signal });
    await turn();
    controller.abort();
    await turn();
    assert.deepEqual(outcome, { is: 'cancelled' });
    await asked[0]?.answer('allow');
    await api.getToken(storage);
  });

  it('records a refusal in the activity', async () => {
    const { api, tokens } = open();
    await assert.rejects(api.getToken(storage));
    const [entry] = tokens.activity();
    assert.equal(entry?.outcome, 'access_denied');
    assert.equal(entry?.accountId, ada.id);
    assert.equal(entry?.resource, storage);
  });
});

describe('decisions about extensions', () => {
  const decision = { accountId: 'a', accountName: 'ada', resource: storage, allowed: true, time: 1 };
  const extension = { extensionId: 'contoso.lister', label: 'Blob Lister' };

  it('are listed by extension, and forgotten one by one or together', async () => {
    const decisions = new AccessDecisions(new MemoryStore());
    await decisions.save({ extensionId: 'z.z', label: 'Zed' }, decision);
    await decisions.save(extension, decision);
    await decisions.save(extension, { ...decision, resource: vault, allowed: false });
    assert.deepEqual(
      decisions.list().map(({ label, decisions: { length } }) => [label, length]),
      [
        ['Blob Lister', 2],
        ['Zed', 1],
      ],
    );
    await decisions.forget('contoso.lister', { accountId: 'a', resource: `${vault}/` });
    assert.equal(decisions.find('contoso.lister', { accountId: 'a', resource: vault }), undefined);
    assert.equal(decisions.find('contoso.lister', { accountId: 'a', resource: storage }), true);
    await decisions.forget('contoso.lister');
    assert.deepEqual(
      decisions.list().map(({ label }) => label),
      ['Zed'],
    );
  });

  it('about one resource win over those about all, and a later "all" lifts what was denied before', async () => {
    const decisions = new AccessDecisions(new MemoryStore());
    const find = (resource: string) => decisions.find('contoso.lister', { accountId: 'a', resource });
    await decisions.save(extension, { ...decision, resource: '*' });
    await decisions.save(extension, { ...decision, allowed: false });
    assert.deepEqual([find(storage), find(vault)], [false, true]);
    await decisions.save(extension, { ...decision, resource: '*' });
    assert.deepEqual([find(storage), find(vault)], [true, true]);
  });

  it('that cannot be understood count as none', async () => {
    const store = new MemoryStore();
    const decisions = new AccessDecisions(store);
    for (const stored of [7, [], { decisions: 'all' }, { decisions: [null, 7, { ...decision, allowed: 'yes' }, {}] }]) {
      await store.update('extensionAccess:contoso.lister', stored);
      assert.equal(decisions.find('contoso.lister', { accountId: 'a', resource: storage }), undefined);
      assert.deepEqual(decisions.list(), []);
    }
    await store.update('something else', { decisions: [decision] });
    assert.deepEqual(decisions.list(), []);
  });

  it('of one extension are not undone by those of another', async () => {
    const store = new MemoryStore();
    const [first, second] = [new AccessDecisions(store), new AccessDecisions(store)];
    await Promise.all([first.save(extension, decision), second.save({ extensionId: 'z.z', label: 'Zed' }, decision)]);
    assert.equal(first.list().length, 2);
  });
});
