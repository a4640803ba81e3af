import { type Consumer, consumers } from './consumers.ts';
import { faults } from './faultTable.ts';
import type { ConsumerId, Fault, FaultPromise, Outcome } from './faultTypes.ts';

/** One fault as one consumer meets it. */
export interface Cell {
  readonly fault: Fault;
  readonly consumer: Consumer;
  /** The title of the test that holds it, word for word: runs count the cells that they held by it. */
  readonly title: string;
  readonly promise: FaultPromise;
}

/** What one consumer is promised while a fault lasts. */
function promiseOf(fault: Fault, consumer: ConsumerId): FaultPromise {
  const { because: _because, ...different } = fault.differs?.[consumer] ?? { because: '' };
  return { ...fault.promise, ...different };
}

/** The cells of one consumer: make one test of each, with its `title`. */
export function cellsOf(id: ConsumerId): readonly Cell[] {
  return cells().filter(({ consumer }) => consumer.id === id);
}

/** Every cell of the matrix. */
export function cells(): readonly Cell[] {
  return faults.flatMap((fault) => consumers.map((consumer) => cell(fault, consumer)));
}

function cell(fault: Fault, consumer: Consumer): Cell {
  const promise = promiseOf(fault, consumer.id);
  return { fault, consumer, promise, title: `${fault.id} × ${consumer.id}: ${sentence(fault, consumer, promise)}` };
}

const told: { readonly [outcome in Outcome]: string } = {
  token: 'gets a token',
  network: 'is told of the network',
  throttled: 'is told to wait',
  identity_provider: 'is told that Entra is out of order',
  interaction_required: 'is told to sign in again',
  not_signed_in: 'is told that nobody is signed in',
  storage: 'is told of the secret storage',
};

function sentence(fault: Fault, { title }: Consumer, { outcome }: FaultPromise): string {
  return `when ${fault.title}, ${title} ${told[outcome]}`;
}

/** True when a text holds every word that was promised. Case does not matter. */
export function missingWords(text: string, { words }: FaultPromise): readonly string[] {
  const lower = text.toLowerCase();
  return words.filter((word) => !lower.includes(word.toLowerCase()));
}
