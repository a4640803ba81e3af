import { connect } from 'node:net';
import { phrase } from '../../tokens/phrase.ts';
import type { Check, Finding } from './check.ts';

export interface TerminalCheckDeps {
  readonly isTrusted: boolean;
  /** Groups of programs that are turned on. */
  readonly groups: readonly string[];
  /** Address that new terminals are given, when they are given one. */
  readonly address: string | undefined;
}

/** Is the local token endpoint there for the programs in terminals? */
export function terminalCheck({ isTrusted, groups, address }: TerminalCheckDeps): Check {
  const subject = phrase`Terminals`;
  return {
    subject,
    async run(signal): Promise<readonly Finding[]> {
      if (!isTrusted) {
        const text = phrase`Not connected: this workspace is in Restricted Mode.`;
        return [{ level: 'note', subject, text, next: phrase`Trust the workspace to connect its terminals.` }];
      }
      if (groups.length === 0) {
        const next = phrase`To connect them, run “Azure Credentials: Connect Terminals”.`;
        return [{ level: 'note', subject, text: phrase`Not connected: no group of programs is turned on.`, next }];
      }
      const isThere = address !== undefined && (await isListening(address, signal));
      return [isThere ? connected(groups, new URL(address).port) : notThere(groups)];
    },
  };
}

function connected(groups: readonly string[], port: string): Finding {
  return {
    level: 'pass',
    subject: phrase`Terminals`,
    text: phrase`Connected for ${groups.join(', ')}: the local token endpoint listens on port ${port}.`,
  };
}

function notThere(groups: readonly string[]): Finding {
  return {
    level: 'fail',
    subject: phrase`Terminals`,
    text: phrase`Turned on for ${groups.join(', ')}, but the local token endpoint does not listen.`,
    next: phrase`Reload the window; if that does not help, report it with the log of the extension.`,
  };
}

/** Connects and says nothing: a request without the secret would only be refused. */
function isListening(address: string, signal: AbortSignal): Promise<boolean> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), signal });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(3000, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
