import { setTimeout as wait } from 'node:timers/promises';

/**
 * Asks again and again until there is an answer.
 *
 * @param question answers `undefined` for "not yet"
 * @param options `what` says what was waited for; `timeout` is in milliseconds, default 20 s; `details` is added to the
 * error
 * @throws Error when the time is up
 */
export async function waitFor<T>(
  question: () => Promise<T | undefined> | T | undefined,
  options: { readonly what: string; readonly timeout?: number; readonly details?: () => Promise<string> | string },
): Promise<T> {
  const { what, timeout = 20_000, details = () => '' } = options;
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`Waited ${timeout / 1000} s in vain for ${what}. ${await details()}`.trim());
    }
    await wait(50);
  }
}
