import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { RequestRecord } from '../azure/controlTypes.ts';
import { cells, missingWords } from '../faults/cells.ts';
import { faults } from '../faults/faultTable.ts';
import type { Fault } from '../faults/faultTypes.ts';
import { ada, type EditorConsumer, type Result } from './faultsConsumers.ts';
import { type FaultsRig, openFaultsRig } from './faultsRig.ts';
import { chooseAccount, goBack } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/** How a fault is made to happen in a window. */
export interface Arrangement {
  /** Brings the fault about. What is arranged at the local Azure need not be taken back. */
  arrange(rig: FaultsRig): Promise<unknown>;
  /** Happens while the requests are under way. */
  meanwhile?(rig: FaultsRig): Promise<unknown>;
  /** Takes the fault back. */
  undo?(rig: FaultsRig): Promise<unknown>;
}

const editorConsumers = ['command', 'api', 'authenticationProvider', 'gitProvider'] as const;
type CellConsumer = (typeof editorConsumers)[number];
/** What Entra says when it asks to wait, in seconds. */
export const retryAfter = 2;
/** The promises are for a machine that has nothing else to do; tests share theirs. */
const slack = 2;

/** Everything that was seen of one fault. */
interface Observation {
  readonly results: Readonly<Record<CellConsumer, Result>>;
  readonly atHand: string;
  readonly accounts: readonly string[];
  /** How often the other proxy was asked, for all consumers together. */
  readonly elsewhere: number;
  /** What was open on the screen that should not have been, if anything. */
  readonly asked: unknown;
  /** What the consumers were given once the fault was gone. */
  readonly recovered: Readonly<Partial<Record<EditorConsumer, Result>>>;
}

/**
 * Makes a test of each cell of these faults: one window, in which one fault after the other happens to all consumers.
 * @param more makes further tests in the same window
 */
export function holdFaults(
  title: string,
  arrangements: Readonly<Record<string, Arrangement>>,
  more: (rig: () => FaultsRig) => void = () => undefined,
): void {
  describe(title, function () {
    this.timeout(120_000);
    let rig: FaultsRig;
    before(async () => {
      rig = await openFaultsRig('faults');
    });
    after(() => rig?.[Symbol.asyncDispose]());
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') {
        await rig?.editor.screenshot(`failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}`);
      }
    });
    for (const [id, arrangement] of Object.entries(arrangements)) {
      const fault = faults.find((known) => known.id === id);
      assert.ok(fault, `The table has no fault ${id}`);
      describe(`when ${fault.title}`, () => holdFault(fault, () => observeAndUndo(rig, fault, arrangement)));
    }
    // In a suite of their own: mocha runs those after the tests beside them.
    describe('besides', () => more(() => rig));
  });
}

/** Waits until the consumers that ask without a person have each a request under way. */
export async function requestsAreHeld({ azure }: FaultsRig): Promise<void> {
  const isHeld = ({ status, faults }: RequestRecord) => status === undefined && faults?.includes('delay') === true;
  await waitFor(
    async () =>
      (await azure.control.requests({ grant: 'refresh_token' })).filter(isHeld).length >= 3 ? true : undefined,
    {
      what: 'requests to wait for Entra',
    },
  );
}

function holdFault(fault: Fault, look: () => Promise<Observation>): void {
  let seen: Observation;
  before(async () => {
    seen = await look();
  });
  for (const cell of cells().filter((candidate) => candidate.fault === fault)) {
    const id = editorConsumers.find((known) => known === cell.consumer.id);
    if (id === undefined) {
      continue;
    }
    const { promise, consumer } = cell;
    it(consumer.heldIn === 'editor' ? cell.title : `${cell.title}, in a window`, () => {
      const { given, text, seconds, requests } = seen.results[id];
      assert.equal(given, consumer.given[promise.outcome], text);
      assert.deepEqual(missingWords(text, promise), [], text);
      assert.ok(seconds <= promise.withinSeconds * slack, `${seconds} s`);
      assert.ok(requests <= promise.requests, `${requests} requests`);
      assert.ok(seen.elsewhere <= promise.requests * editorConsumers.length, `${seen.elsewhere} requests of all`);
    });
  }
  it('nothing waits for the person, nobody is signed out, and tokens are had again without a restart', () => {
    assert.equal(seen.asked, undefined);
    const { tokensAtHand, account } = fault.promise;
    if (tokensAtHand !== 'none') {
      assert.equal(seen.atHand, tokensAtHand);
    }
    if (account !== 'unknown') {
      assert.deepEqual(seen.accounts, account === 'kept' ? [ada] : []);
    }
    const given = Object.values(seen.recovered).map((result) => result.given);
    assert.deepEqual(given, ['token', 'token', 'session', 'credentials'], JSON.stringify(seen.recovered));
  });
}

/** Whatever becomes of it, the next fault meets a window that works. */
async function observeAndUndo(rig: FaultsRig, fault: Fault, arrangement: Arrangement): Promise<Observation> {
  try {
    return await observe(rig, fault, arrangement);
  } catch (error) {
    await undo(rig, arrangement);
    await rig.editor.page.keyboard.press('Escape');
    await rig.signIn();
    throw error;
  }
}

async function undo(rig: FaultsRig, arrangement: Arrangement): Promise<void> {
  await rig.azure.control.clearFaults();
  await rig.azure.control.skewClock(0);
  await arrangement.undo?.(rig);
  await rig.clear();
}

async function observe(rig: FaultsRig, fault: Fault, arrangement: Arrangement): Promise<Observation> {
  const isMended = fault.differs?.command?.outcome === 'token';
  await rig.haveAtHand();
  await rig.otherAzure.control.clearRequests();
  await arrangement.arrange(rig);
  const asking = askAll(
    rig,
    editorConsumers.filter((id) => !(isMended && id === 'command')),
  );
  await Promise.all([asking, arrangement.meanwhile?.(rig)]);
  const elsewhere = await rig.otherAzure.control.count({ host: 'login.microsoftonline.com' });
  const atHand = await rig.askAtHand();
  const accounts = await rig.accounts();
  const asked = await rig.assertNothingAsked().catch((error: unknown) => error);
  const signedIn = isMended ? { command: await askAndSignIn(rig) } : {};
  await undo(rig, arrangement);
  const recovered = await recover(rig, fault);
  await rig.clear();
  const results = { ...(await asking), ...signedIn } as Observation['results'];
  return { results, atHand, accounts, asked, recovered, elsewhere };
}

/** All of them at once, as soon as the person has asked, who needs the keyboard for it. */
async function askAll(
  rig: FaultsRig,
  consumers: readonly EditorConsumer[],
): Promise<Partial<Record<EditorConsumer, Result>>> {
  const begun = Promise.withResolvers<void>();
  const answers = consumers.map(async (id) => {
    if (id === 'command') {
      return [id, await rig.ask(id, begun.resolve).finally(begun.resolve)] as const;
    }
    await begun.promise;
    return [id, await rig.ask(id)] as const;
  });
  if (!consumers.includes('command')) {
    begun.resolve();
  }
  return Object.fromEntries(await Promise.all(answers));
}

/** A person asks, and the editor leads to the sign-in. The time is that until it does. */
async function askAndSignIn(rig: FaultsRig): Promise<Result> {
  const { editor } = rig;
  const start = Date.now();
  let seconds = Number.NaN;
  const asking = rig.ask('command');
  const page = await editor.waitForNewPage(async () => {
    await editor.page.locator('.monaco-dialog-box').waitFor();
    seconds = (Date.now() - start) / 1000;
    await editor.dialogButton('Open');
  });
  const end = page.getByText(/go back to the editor/i);
  const picker = page.getByRole('button', { name: 'Use another account' });
  await end.or(picker).first().waitFor();
  if ((await end.count()) === 0) {
    await chooseAccount(page, ada);
  }
  await goBack(editor, page);
  return { ...(await asking), seconds };
}

async function recover(rig: FaultsRig, { promise: { recovers } }: Fault): Promise<Observation['recovered']> {
  if (recovers === 'whenEntraSays') {
    await wait(retryAfter * 1000);
  } else if (recovers === 'withinHalfAMinute') {
    await waitFor(async () => ((await rig.ask('api')).given === 'token' ? true : undefined), {
      what: 'the extension to try again',
      timeout: 35_000,
    });
  }
  return await askAll(rig, ['task', 'api', 'authenticationProvider', 'gitProvider']);
}
