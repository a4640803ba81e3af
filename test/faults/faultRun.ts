import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { ids } from '../unit/entra/harness.ts';
import { type Arrangement, arrangements } from './arrangements.ts';
import type { FaultRig } from './faultRig.ts';
import type { Fault, FaultPromise } from './faultTypes.ts';
import type { FaultWindow } from './faultWindow.ts';
import { askAs, type NodeConsumer, nodeConsumers, type Reply, rejectGitToken } from './nodeConsumers.ts';

/** What became of one consumer while a fault lasted, and after it. */
export interface ConsumerResult {
  /** One for each window that was asked. */
  readonly replies: readonly (Reply & { readonly seconds: number; readonly requests: number })[];
  readonly tokensAtHand: FaultPromise['tokensAtHand'] | 'servedWithRequests';
  /** Once the fault was gone, and what had to be done was done. */
  readonly afterwards: Reply;
}

/** What became of everyone. */
export interface FaultResult {
  readonly consumers: ReadonlyMap<NodeConsumer, ConsumerResult>;
  readonly account: FaultPromise['account'];
  /** How often a person was asked for anything. */
  readonly prompts: number;
}

/** Brings a fault about, lets every consumer ask at once, takes it back, and lets everyone ask again. */
export async function runFault(rig: FaultRig, fault: Fault): Promise<FaultResult> {
  const arrangement = arrangements()[fault.id];
  assert.ok(arrangement, `Nothing arranges ${fault.id}.`);
  const warm = await signInAndWarm(rig, arrangement);
  if (fault.window === 'new') {
    await rig.closeWindows();
    await arrangement.arrange(rig);
    await rig.open();
  } else {
    await arrangement.arrange(rig);
  }
  const prompts = countPrompts(rig);
  const { tokensAtHand } = fault.promise;
  const before = tokensAtHand === 'served' || tokensAtHand === 'renewed' ? await askForWarm(rig, warm) : undefined;
  const replies = await askForCold(rig, { warm, arrangement });
  const atHand = before ?? (tokensAtHand === 'refused' ? await askForWarm(rig, warm) : undefined);
  const during = await isListed(rig);
  const prompted = countPrompts(rig) - prompts;
  await arrangement.check?.(rig);
  await rig.azure.control.clearFaults();
  await arrangement.mend?.(rig);
  const stored = await rig.isStored();
  const afterwards = await askAfterwards(rig, fault);
  return {
    consumers: new Map(
      nodeConsumers.map((consumer) => [
        consumer,
        {
          replies: replies.get(consumer) ?? [],
          tokensAtHand: atHand?.get(consumer) ?? 'none',
          afterwards: afterwards.get(consumer) as Reply,
        },
      ]),
    ),
    account: during && stored ? 'kept' : stored ? 'unknown' : 'gone',
    prompts: prompted,
  };
}

type Tokens = ReadonlyMap<NodeConsumer, string>;

const resourceOf = (when: string, consumer: NodeConsumer): string => `https://${when}${consumer}.blob.core.windows.net`;

async function signInAndWarm(rig: FaultRig, { events, prepare }: Arrangement): Promise<Tokens> {
  await rig.azure.control.reset();
  await prepare?.(rig);
  await rig.open(events);
  await rig.window.signIn();
  const replies = await askAll(rig, rig.window, 'warm');
  return new Map(
    [...replies].map(([consumer, { given, token, text }]) => {
      assert.ok(token, `${consumer} got no token before the fault: ${given} ${text}`);
      return [consumer, token];
    }),
  );
}

function askAll(rig: FaultRig, window: FaultWindow, when: string): Promise<Map<NodeConsumer, Reply>> {
  const asked = { window: inTerminals(rig, window), home: rig.folder };
  return inParallel((consumer) => askAs[consumer]({ ...asked, resource: resourceOf(when, consumer).toLowerCase() }));
}

/** A window as its terminals know it: by what they were started with. */
function inTerminals({ terminalEnvironment }: FaultRig, window: FaultWindow): FaultWindow {
  return terminalEnvironment === undefined ? window : { ...window, environment: terminalEnvironment };
}

async function inParallel<T>(work: (consumer: NodeConsumer) => Promise<T>): Promise<Map<NodeConsumer, T>> {
  return new Map(await Promise.all(nodeConsumers.map(async (consumer) => [consumer, await work(consumer)] as const)));
}

/** Asks for what everyone was given before, and says what became of it. */
async function askForWarm(rig: FaultRig, warm: Tokens): Promise<Map<NodeConsumer, ConsumerResult['tokensAtHand']>> {
  const sent = rig.window.sent.length;
  await cookieIsFresh(rig);
  const replies = await askAll(rig, rig.window, 'warm');
  const isQuiet = rig.window.sent.length === sent;
  return new Map(
    [...replies].map(([consumer, { token }]) => {
      if (token === undefined) {
        return [consumer, 'refused'];
      }
      const same = isQuiet ? 'served' : 'servedWithRequests';
      return [consumer, token === warm.get(consumer) ? same : 'renewed'];
    }),
  );
}

/** Programs of Posit Workbench wait for the cookie's file to be renewed, which is promised within ten seconds. */
async function cookieIsFresh(rig: FaultRig): Promise<void> {
  if (rig.clock.hasSlept) {
    await wait(10_500);
  }
}

/** Asks for what nobody has, through every window at once. */
async function askForCold(
  rig: FaultRig,
  { warm, arrangement }: { readonly warm: Tokens; readonly arrangement: Arrangement },
): Promise<ReadonlyMap<NodeConsumer, ConsumerResult['replies']>> {
  const gitToken = warm.get('gitHelper');
  if (gitToken !== undefined) {
    await Promise.all(
      rig.windows.map((window) => rejectGitToken({ window: inTerminals(rig, window), home: rig.folder }, gitToken)),
    );
  }
  const sent = rig.windows.map((window) => window.sent.length);
  const asking = inParallel((consumer) =>
    Promise.all(rig.windows.map((window, index) => askOnce(rig, window, { consumer, since: sent[index] ?? 0 }))),
  );
  if (arrangement.meanwhile) {
    const [first = 0] = sent;
    while (rig.window.sent.length < first + nodeConsumers.length) {
      await wait(20);
    }
    await arrangement.meanwhile(rig);
  }
  return asking;
}

async function askOnce(
  rig: FaultRig,
  window: FaultWindow,
  { consumer, since }: { readonly consumer: NodeConsumer; readonly since: number },
): Promise<ConsumerResult['replies'][number]> {
  const resource = resourceOf('cold', consumer).toLowerCase();
  const started = performance.now();
  const reply = await askAs[consumer]({ window: inTerminals(rig, window), resource, home: rig.folder });
  const seconds = (performance.now() - started) / 1000;
  const scope = consumer === 'gitHelper' ? azureDevOps : `${resource}/`;
  return { ...reply, seconds, requests: window.sent.slice(since).filter((text) => text.includes(scope)).length };
}

/** Application id of Azure DevOps. */
const azureDevOps = '499b84ac-1321-427f-aa17-267ca6975798';

async function isListed({ window }: FaultRig): Promise<boolean> {
  const accounts = await window.tokens.getAccounts().catch(() => []);
  return accounts.some(({ id }) => id === ids.ada);
}

function countPrompts({ windows }: FaultRig): number {
  return windows.reduce((sum, { person }) => sum + person.opened.length + person.deviceCodes.length, 0);
}

async function askAfterwards(rig: FaultRig, { promise }: Fault): Promise<Map<NodeConsumer, Reply>> {
  if (promise.recovers === 'withinHalfAMinute') {
    rig.clock.pass(30_000);
  } else if (promise.recovers === 'afterSignIn') {
    await rig.window.signIn();
  }
  return askAll(rig, rig.window, 'afterwards');
}
