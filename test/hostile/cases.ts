import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';

/** Cases for each input. `npm test` tries some; `npm run test:hostile` sets the number and prints it. */
const casesForEachInput = Number(process.env['HOSTILE_CASES'] ?? 1_500);
/** Where the cases come from: the same seed gives the same ones. */
const seed = Number(process.env['HOSTILE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Asynchronous cases under way at once. */
const lanes = 32;
/** No case may take longer, in milliseconds, on a machine that is busy with others. */
const longestCase = 30_000;

interface Property {
  readonly title: string;
  run(cases: number, count: () => void): Promise<void>;
}

/** Adds properties of one input. What they are given must end in their return, or in an error that names what is wrong. */
export interface Properties {
  /** For what is computed at once. */
  holds<T>(title: string, values: fc.Arbitrary<T>, check: (value: T) => void): void;
  /** For what waits: many cases are under way side by side. */
  holdsLater<T>(title: string, values: fc.Arbitrary<T>, check: (value: T) => Promise<void>): void;
}

/**
 * Tests of one input that an attacker can choose. Its properties share the number of cases, which is printed at the end
 * together with the seed.
 */
export function hostileInput(name: string, define: (properties: Properties) => void): void {
  describe(`Hostile input: ${name}`, function () {
    this.timeout(30 * 60_000);
    this.slow(60_000);
    const properties: Property[] = [];
    let tried = 0;
    define({
      holds: (title, values, check) =>
        properties.push({ title, run: (cases, count) => runNow(values, check, cases, count) }),
      holdsLater: (title, values, check) =>
        properties.push({ title, run: (cases, count) => runLater(values, check, cases, count) }),
    });
    const count = (): void => {
      tried += 1;
    };
    const cases = Math.ceil(casesForEachInput / properties.length);
    for (const { title, run } of properties) {
      it(title, () => run(cases, count));
    }
    after(() => console.log(`      cases of ${name}: ${tried}, seed ${seed}`));
  });
}

async function runNow<T>(
  ...[values, check, cases, count]: [fc.Arbitrary<T>, (value: T) => void, number, () => void]
): Promise<void> {
  const timed = (value: T): void => {
    count();
    const start = performance.now();
    check(value);
    assert.ok(performance.now() - start < longestCase, 'it took too long');
  };
  fc.assert(fc.property(values, timed), { numRuns: cases, seed });
  await Promise.resolve();
}

async function runLater<T>(
  ...[values, check, cases, count]: [fc.Arbitrary<T>, (value: T) => Promise<void>, number, () => void]
): Promise<void> {
  const timed = async (value: T): Promise<void> => {
    count();
    await inTime(check(value));
  };
  const lane = (_: unknown, index: number) =>
    fc.assert(fc.asyncProperty(values, timed), { numRuns: Math.ceil(cases / lanes), seed: seed + index });
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function inTime(work: Promise<void>): Promise<void> {
  const isOver = new AbortController();
  try {
    await Promise.race([
      work,
      sleep(longestCase, undefined, { signal: isOver.signal }).then(() => assert.fail('it does not end')),
    ]);
  } finally {
    isOver.abort();
  }
}
