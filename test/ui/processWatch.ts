import { readdir, readFile } from 'node:fs/promises';

/** A process of an editor, as everybody on the machine can see it, and as its own user can. */
export interface SeenProcess {
  readonly pid: number;
  /** Program and arguments, with blanks between them: what lists of processes show. */
  readonly commandLine: string;
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * Looks at the list of processes again and again while something runs, and remembers what every process of one editor showed in it:
 * also those that lived a moment, such as git and its helpers. Linux only.
 */
export class ProcessWatch implements AsyncDisposable {
  readonly #folder: string;
  readonly #seen = new Map<string, SeenProcess>();
  readonly #strangers = new Set<string>();
  #isOver = false;
  readonly #watching: Promise<void>;
  #rounds = 0;

  /** @param folder stands in the environment or the arguments of each of the editor's processes */
  constructor(folder: string) {
    this.#folder = folder;
    this.#watching = this.#watch();
  }

  /** Every command line and environment that was seen, each once. */
  get seen(): readonly SeenProcess[] {
    return [...this.#seen.values()];
  }

  /** How often the list was read. */
  get rounds(): number {
    return this.#rounds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      await Promise.all(pids.map((pid) => this.#look(pid)));
      this.#rounds += 1;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** A process that is still the copy of its parent becomes another program a moment later: it is looked at each time. */
  async #look(pid: string): Promise<void> {
    const commandLine = (await read(pid, 'cmdline')).join(' ').trim();
    if (commandLine === '' || this.#strangers.has(`${pid} ${commandLine}`)) {
      return;
    }
    const key = `${pid} ${commandLine}`;
    const entries = await read(pid, 'environ');
    if (!commandLine.includes(this.#folder) && !entries.some((entry) => entry.includes(this.#folder))) {
      this.#strangers.add(key);
    } else if (!this.#seen.has(key)) {
      const pairs = entries.map((entry): [string, string] => {
        const equals = entry.indexOf('=');
        return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
      });
      this.#seen.set(key, { pid: Number(pid), commandLine, environment: new Map(pairs) });
    }
  }
}

async function read(pid: string, name: 'cmdline' | 'environ'): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  return text.split('\0').filter((entry) => entry !== '');
}
