import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AzureCredentialsError } from '../tokens/errors.ts';
import type { Disposable, Log } from '../tokens/ports.ts';
import { CredentialServer, type CredentialServerDeps } from './credentialServer.ts';
import {
  type HelperAudience,
  type HelperPlace,
  helperPlace,
  makePlace,
  protectSocket,
  removeConfiguration,
  touchPlace,
  writePlace,
} from './helperPlace.ts';

export interface CredentialHelperDeps {
  readonly answer: CredentialServerDeps['answer'];
  readonly log: Log;
  /** Folder for all places of this user. */
  readonly root: string;
  /** The same for a workspace each time it is opened, and for no other. */
  readonly id: string;
  /** Milliseconds to wait for the workspace's first place: a window that reloads is still letting go of it. */
  readonly patience?: number;
  /** Milliseconds between looks for a first place that has become free. */
  readonly adoptEvery?: number;
}

const slots = 16;
const touchEvery = 6 * 60 * 60 * 1000;
const lockLifetime = 10_000;

/**
 * A credential server together with the files that lead git to it.
 *
 * A workspace has the same place each time it is opened, so that terminals which outlive a reload keep working. A second
 * window on the same workspace takes the next place, and takes over the first one when its window is gone.
 */
export class CredentialHelper implements Disposable {
  readonly #deps: CredentialHelperDeps;
  readonly #server: CredentialServer;
  readonly #places: HelperPlace[] = [];
  #audiences: ReadonlySet<HelperAudience> = new Set();
  #writing: Promise<void> = Promise.resolve();
  readonly #timers: NodeJS.Timeout[] = [];
  #disposed = false;

  constructor(deps: CredentialHelperDeps) {
    this.#deps = deps;
    this.#server = new CredentialServer(deps);
  }

  /** Starts the server. @throws AzureCredentialsError `storage` when there is no folder or no free place for it */
  async start(): Promise<HelperPlace> {
    const patience = Date.now() + (this.#deps.patience ?? 3000);
    let place = await this.#claim(0);
    while (!place && Date.now() < patience) {
      await sleep(100);
      place = await this.#claim(0);
    }
    for (let slot = 1; !place && slot < slots; slot++) {
      place = await this.#claim(slot);
      if (place) {
        this.#adoptLater();
      }
    }
    if (!place) {
      throw new AzureCredentialsError('storage', 'There is no free address for the git credential server.');
    }
    this.#every(touchEvery, () => Promise.all(this.#places.map(touchPlace)));
    return place;
  }

  /** Switches the helper on for these and off for the others; git notices with its next process, also in old terminals. */
  async serve(audiences: ReadonlySet<HelperAudience>): Promise<void> {
    this.#audiences = audiences;
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    await this.#writing;
  }

  /** Ends the server and takes its configuration away from git. */
  dispose(): void {
    this.#disposed = true;
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    for (const place of this.#places) {
      removeConfiguration(place);
    }
    this.#server.dispose();
  }

  async #write(): Promise<void> {
    for (const place of this.#places) {
      if (!this.#disposed) {
        await writePlace(place, this.#audiences);
      }
    }
    if (this.#disposed) {
      this.#places.forEach(removeConfiguration);
    }
  }

  #adoptLater(): void {
    const timer = this.#every(this.#deps.adoptEvery ?? 5000, async () => {
      if (await this.#claim(0)) {
        clearInterval(timer);
        await this.serve(this.#audiences);
      }
    });
  }

  /** Listens at a place unless a living server does. A file that a crashed one left is removed. */
  async #claim(slot: number): Promise<HelperPlace | undefined> {
    const { root, id } = this.#deps;
    const place = helperPlace({ root, id, slot });
    await makePlace(place, root);
    const unlock = await lockFolder(place.folder);
    try {
      if (this.#disposed || !(await this.#listen(place))) {
        return;
      }
      this.#places.push(place);
      if (this.#disposed) {
        this.#server.dispose();
      }
      return place;
    } finally {
      await unlock();
    }
  }

  async #listen(place: HelperPlace): Promise<boolean> {
    if (await isAlive(place.address)) {
      return false;
    }
    if (place.platform !== 'win32') {
      await rm(place.address, { force: true });
    }
    try {
      await this.#server.listen(place.address);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
        return false;
      }
      throw error;
    }
    await protectSocket(place);
    return true;
  }

  #every(milliseconds: number, work: () => Promise<unknown>): NodeJS.Timeout {
    const timer = setInterval(() => {
      work().catch((error: unknown) => this.#deps.log.debug(`Git credential helper: ${String(error)}`));
    }, milliseconds);
    timer.unref();
    this.#timers.push(timer);
    return timer;
  }
}

/** True when somebody accepts connections there. */
function isAlive(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(address);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

/**
 * Keeps two windows that start at once from each removing the socket of the other. A lock that is too old was left by a
 * process that died.
 */
async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const lock = join(folder, 'lock');
  const unlock = async (): Promise<void> => rmdir(lock).catch(() => undefined);
  for (;;) {
    try {
      await mkdir(lock);
      return unlock;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    await (age > lockLifetime ? unlock() : sleep(20));
  }
}
