import { randomInt } from 'node:crypto';
import type { Server } from 'node:http';

/** Loopback, by its number: a name could be resolved to something else. */
export const loopbackHost = '127.0.0.1';

/**
 * Ports that no system hands out by itself, so that a remembered one is likely to be free again. The manifest tells the
 * editor about this very range (`remote.portsAttributes`), or a remote window would forward the port to the person's machine.
 */
export const portRange = { first: 28_100, last: 28_999 } as const;

/** How often and after how long, in milliseconds, a remembered port is tried again: the window may only just be closing. */
const patience = { tries: 4, pause: 300 };

/** Most ports that are remembered for a workspace. */
export const rememberedPorts = 3;

/**
 * Listens on loopback: on the first remembered port that is free, else on a new one.
 *
 * A terminal that outlives a window keeps the address it was started with, so the same port matters. Several are remembered
 * because two windows can show one workspace.
 *
 * @returns the port
 */
export async function listenOnLoopback(server: Server, remembered: readonly number[]): Promise<number> {
  const [preferred, ...others] = remembered.filter(isPort);
  for (let i = 0; preferred !== undefined && i < patience.tries; i++) {
    if (await tryListen(server, preferred)) {
      return preferred;
    }
    await new Promise((resolve) => setTimeout(resolve, patience.pause));
  }
  for (const port of [...others, ...someNewPorts()]) {
    if (await tryListen(server, port)) {
      return port;
    }
  }
  await listen(server, 0);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 1023 && value < 65_536;
}

function someNewPorts(): readonly number[] {
  return Array.from({ length: 20 }, () => randomInt(portRange.first, portRange.last + 1));
}

async function tryListen(server: Server, port: number): Promise<boolean> {
  try {
    await listen(server, port);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      return false;
    }
    throw error;
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(error);
    server.once('error', onError);
    server.listen({ host: loopbackHost, port, exclusive: true }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}
