import { readFileSync, rmSync } from 'node:fs';
import { chmod, lstat, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Disposable, Log } from '../tokens/ports.ts';
import { mintRpcCookie, rpcCookieLifetime } from './rpcCookie.ts';

/** Name of the file that posit-sdk and rstudioapi read in `PWB_SESSION_RUNTIME_DIR`. */
const fileName = 'rpc_cookie';

/** How long a cookie stays in the file, in milliseconds: it never has less than half of its time left. */
const renewAfter = rpcCookieLifetime / 2;

/** How often the clock is looked at, in milliseconds. Timers stand still while a machine sleeps, and the cookie ends meanwhile. */
const lookInterval = 10_000;

/** How long to wait after a failure, in milliseconds. */
const retryAfter = 5 * 60_000;

export interface RpcCookieFileDeps {
  /** Folder for this file alone; made when it is missing. */
  readonly folder: string;
  readonly secret: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps an RPC cookie in a file that only its owner can read, and a fresh one before the old one ends.
 *
 * A file, since a variable could not be replaced in a terminal that is already open. What it holds ends by itself within an
 * hour, and the file goes when the endpoint stops.
 */
export class RpcCookieFile implements Disposable {
  readonly #deps: RpcCookieFileDeps;
  readonly #timer: NodeJS.Timeout;
  #lastWrite: Promise<void> = Promise.resolve();
  #written = '';
  /** By the wall clock, in milliseconds since the epoch. */
  #renewFrom = 0;

  private constructor(deps: RpcCookieFileDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#renewWhenDue(), lookInterval);
    this.#timer.unref();
  }

  /** Writes the first cookie. @throws when the folder is not private to this user, or cannot be written */
  static async create(deps: RpcCookieFileDeps): Promise<RpcCookieFile> {
    await makePrivateFolder(deps.folder);
    const file = new RpcCookieFile(deps);
    try {
      await file.#write();
    } catch (error) {
      await file.dispose();
      throw error;
    }
    return file;
  }

  /**
   * The file goes at once, since an editor that closes waits for nothing; but not one that another window has written
   * meanwhile: a window that is reloaded may start before the old one has ended.
   */
  async dispose(): Promise<void> {
    clearInterval(this.#timer);
    this.#removeOwn();
    await this.#lastWrite;
    this.#removeOwn();
  }

  #removeOwn(): void {
    const file = join(this.#deps.folder, fileName);
    try {
      if (readFileSync(file, 'utf8') === this.#written) {
        rmSync(file);
      }
    } catch {
      // It is gone already.
    }
  }

  #renewWhenDue(): void {
    const now = this.#deps.clock.now();
    // A clock that was set back would keep a cookie of the future for long.
    if (now < this.#renewFrom && now > this.#renewFrom - 2 * renewAfter) {
      return;
    }
    this.#renewFrom = now + retryAfter;
    this.#lastWrite = this.#write().catch(() => {
      this.#deps.log.warn('The RPC cookie of Posit Workbench could not be renewed; it is tried again in five minutes.');
    });
  }

  /** Renames a whole file into place: a reader never sees half a cookie. */
  async #write(): Promise<void> {
    const { folder, secret, clock } = this.#deps;
    const now = clock.now();
    const line = `${mintRpcCookie(secret, now + rpcCookieLifetime)}\n`;
    const draft = join(folder, `${fileName}.${process.pid}`);
    await writeFile(draft, line, { mode: 0o600 });
    await rename(draft, join(folder, fileName));
    this.#written = line;
    this.#renewFrom = now + renewAfter;
  }
}

/** Makes a folder that nobody else can enter, or makes sure that one which is there is so. */
async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !isOwn) {
    throw new Error('The folder for the RPC cookie belongs to somebody else.');
  }
  await chmod(folder, 0o700);
}
