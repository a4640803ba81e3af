import { get } from 'node:http';
import { listenOnLoopback } from '../../entra/loopbackListener.ts';
import { phrase } from '../../tokens/phrase.ts';
import type { Check, Finding } from './check.ts';

export interface RedirectCheckDeps {
  /** Whether a browser is on the machine of the extension host. */
  readonly browserIsHere: boolean;
  readonly listen?: typeof listenOnLoopback;
}

const paste = phrase`A sign-in in the browser ends at a page that cannot be reached: paste its address into the editor, which asks for it.`;

/** Can the answer of a sign-in come back? Listens as a sign-in does, and asks itself. */
export function redirectCheck({ browserIsHere, listen = listenOnLoopback }: RedirectCheckDeps): Check {
  const subject = phrase`Redirect`;
  return {
    subject,
    async run(signal): Promise<readonly Finding[]> {
      const listener = await listen(crypto.randomUUID()).catch(() => undefined);
      if (listener === undefined) {
        return [
          {
            level: 'warn',
            subject,
            text: phrase`No loopback address of this machine can be listened on.`,
            next: paste,
          },
        ];
      }
      try {
        const answers = await isAnswered(listener.redirectUri, signal);
        return [answers ? answered(browserIsHere) : unanswered()];
      } finally {
        listener.close();
      }
    },
  };
}

function answered(browserIsHere: boolean): Finding {
  const subject = phrase`Redirect`;
  return browserIsHere
    ? { level: 'pass', subject, text: phrase`http://localhost can be listened on and reached from this machine.` }
    : {
        level: 'note',
        subject,
        text: phrase`http://localhost can be listened on, on the machine of the extension host. Your browser may be on another.`,
        next: paste,
      };
}

function unanswered(): Finding {
  const text = phrase`http://localhost can be listened on, but a request to it is not answered: a firewall may be in between.`;
  return { level: 'warn', subject: phrase`Redirect`, text, next: paste };
}

/** The listener refuses what is no answer of a sign-in, which is proof enough that it can be reached. */
function isAnswered(address: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(address, { signal, timeout: 5000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 400);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
