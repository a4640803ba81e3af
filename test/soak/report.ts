import type { SoakReport } from './soak.ts';

/** What may grow: a heap is never quite the same, and connections to the local Azure come and go. */
const limits = { heap: 8 * 1024 * 1024, descriptors: 40, resources: 40, listeners: 2 };
/** What may be left when all windows are closed: the connection to the local Azure’s control may still be open. */
const leftLimits = { descriptors: 3, resources: 6, listeners: 0 };

/** What was wrong, in words; empty when nothing was. */
export function judge({ tally, grown, left, notRecovered }: SoakReport): readonly string[] {
  const tooMuch = (what: string, amounts: object, allowed: object): readonly string[] =>
    Object.entries(allowed).flatMap(([name, most]) => {
      const amount = Number(amounts[name as keyof typeof amounts]);
      return amount > most ? [`${what}: ${amount} ${name}`] : [];
    });
  return [
    ...tally.violations,
    ...notRecovered.map((consumer) => `${consumer} was not served again once the faults were over`),
    ...tooMuch('grown while it ran', grown, limits),
    ...tooMuch('left when all was closed', left, leftLimits),
    ...(tally.tokens < tally.requests * 0.3 ? [`only ${tally.tokens} of ${tally.requests} requests got a token`] : []),
  ];
}

/** The figures, for people. */
export function reportLines(
  report: SoakReport,
  { minutes, seed }: { readonly minutes: number; readonly seed: number },
): readonly string[] {
  const { tally, grown, left } = report;
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ');
  const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);
  return [
    `${minutes} minutes, seed ${seed}: ${tally.requests} requests, ${tally.tokens} tokens, ${sum(tally.faults)} faults`,
    `tokens by consumer: ${list(tally.byConsumer)}`,
    `faults: ${list(tally.faults)}`,
    `requests without a token: ${list(tally.failures)}`,
    `grown while it ran: ${(grown.heap / 1024).toFixed(0)} KiB of heap, ${grown.descriptors} descriptors, ${grown.listeners} listeners`,
    `left when all was closed: ${left.descriptors} descriptors, ${left.resources} sockets and timers, ${left.listeners} listeners`,
  ];
}
