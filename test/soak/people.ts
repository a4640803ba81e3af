import { setTimeout as sleep } from 'node:timers/promises';
import { AzureCredentialsError } from '../../src/tokens/errors.ts';
import type { SignInPrompt } from '../../src/tokens/ports.ts';
import type { Control } from '../azure/control.ts';

/** A person who signs in as whoever the address names, in a browser that can reach the window. */
export function createPerson(control: Control): SignInPrompt {
  return {
    openBrowser: async (url) => {
      const username = new URL(url).searchParams.get('login_hint') ?? 'ada@contoso.com';
      // What goes wrong on the pages goes wrong for the person, who closes them.
      void browse(control, url, username).catch(() => undefined);
      return true;
    },
    waitForPaste: () => new Promise(() => undefined),
    rejectPaste: () => undefined,
    showDeviceCode: () => new Promise(() => undefined),
    showWork: (_stage, work) => work(new AbortController().signal),
  };
}

async function browse(control: Control, url: string, username: string): Promise<void> {
  const response = await fetch(await control.authorize(url, { username }));
  await response.arrayBuffer();
}

/** A signal for a sign-in that nobody finishes: given up after some seconds. */
export function patience(milliseconds: number): AbortSignal & Disposable {
  const abort = new AbortController();
  const isOver = new AbortController();
  sleep(milliseconds, undefined, { signal: isOver.signal }).then(
    () => abort.abort(new AzureCredentialsError('timed_out', 'Nobody finished the sign-in.')),
    () => undefined,
  );
  return Object.assign(abort.signal, { [Symbol.dispose]: () => isOver.abort() });
}
