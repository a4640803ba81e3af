import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StateInMemory } from '../../bench/productionService.ts';
import { Turns } from '../../src/entra/turns.ts';
import { isAzureCredentialsError } from '../../src/tokens/errors.ts';
import { ids } from '../unit/entra/harness.ts';
import { type AzureProcess, startAzureProcess } from './azureProcess.ts';
import { consumers } from './consumers.ts';
import { arrangeFault } from './faults.ts';
import { growthOf, type Holdings, measureHoldings } from './growth.ts';
import { createPerson, patience } from './people.ts';
import { Random } from './random.ts';
import { SharedStore } from './sharedStore.ts';
import { count, Tally } from './tally.ts';
import { createVerify } from './verify.ts';
import { openWindow, type SoakedWindow, soakedAccounts } from './window.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly print?: (line: string) => void;
}

/** What a soak found. */
export interface SoakReport {
  readonly tally: Tally;
  /** While the windows stood open: from the end of the warming up to the end. */
  readonly grown: Holdings;
  /** From before the windows were opened to after they were closed. */
  readonly left: Holdings;
  /** Consumers that got no token within some seconds once all faults were over. */
  readonly notRecovered: readonly string[];
}

const workers = 12;
const users = ['ada@contoso.com', 'ben@contoso.com', 'finn@fabrikam.com'] as const;
const names = ['one', 'two'] as const;

/** Runs all consumers in two windows against the local Azure while faults come at random. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using azure = await startAzureProcess();
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  try {
    return await new Soak(options, azure, folder).run();
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Soak {
  readonly #options: SoakOptions;
  readonly #azure: AzureProcess;
  readonly #folder: string;
  readonly #random: Random;
  readonly #store: SharedStore;
  readonly #tally: Tally;
  readonly #windows = new Map<string, SoakedWindow>();
  readonly #globalState = new StateInMemory();
  readonly #workspaceStates = { one: new StateInMemory(), two: new StateInMemory() };
  /** Users who must sign in again, and those who signed out in window one, with when. */
  readonly #away = new Set<string>(users);
  readonly #signedOut = new Map<string, number>();
  /** A person does one thing after the other. */
  readonly #personTurns = new Turns();
  #isPaused = false;
  #isOver = false;
  #asking = 0;

  constructor(options: SoakOptions, azure: AzureProcess, folder: string) {
    this.#options = options;
    this.#tally = new Tally(options.print ?? (() => undefined));
    this.#azure = azure;
    this.#folder = folder;
    this.#random = new Random(options.seed);
    this.#store = new SharedStore(this.#random);
  }

  async run(): Promise<SoakReport> {
    const duration = this.#options.minutes * 60_000;
    const onWarning = (warning: Error): void => this.#tally.violation(`${warning.name}: ${warning.message}`);
    const verify = createVerify(await this.#azure.control.data());
    await this.#settle();
    const before = measureHoldings(this.#store.listeners);
    process.on('warning', onWarning);
    const connection = this.#azure.connect();
    await this.#azure.control.setAccessTokenLifetime(4);
    await Promise.all(names.map((name) => this.#open(name, connection.fetch)));
    await this.#signInAll();
    const loops = [...this.#loops(connection.fetch), ...Array.from({ length: workers }, () => this.#work(verify))];
    const all = Promise.all(loops);
    const warming = Math.min(duration / 4, 180_000);
    await sleep(warming);
    const early = await this.#measurePaused();
    await sleep(duration - warming);
    const late = await this.#measurePaused();
    this.#isOver = true;
    await all;
    const notRecovered = await this.#recover(verify);
    await Promise.all([...this.#windows.values()].map((window) => window[Symbol.asyncDispose]()));
    this.#windows.clear();
    connection[Symbol.dispose]();
    process.off('warning', onWarning);
    await this.#settle();
    const left = growthOf(before, measureHoldings(this.#store.listeners));
    return { tally: this.#tally, grown: growthOf(early, late), left, notRecovered };
  }

  async #open(name: 'one' | 'two', fetchAzure: typeof fetch): Promise<void> {
    const window = await openWindow({
      ...{
        name,
        folder: this.#folder,
        fetch: fetchAzure,
        globalState: this.#globalState,
        workspaceState: this.#workspaceStates[name],
      },
      ...{ secrets: this.#store.window(), prompt: createPerson(this.#azure.control), log: this.#tally.log() },
      defaultAccountId: name === 'one' ? ids.ada : soakedAccounts.finn,
    });
    this.#windows.set(name, window);
  }

  /** What goes on beside the consumers: each loop ends when the soak is over. */
  #loops(fetchAzure: typeof fetch): Promise<void>[] {
    const { control } = this.#azure;
    const scale = this.#options.minutes < 2 ? 0.2 : 1;
    const every = (least: number, most: number, work: () => Promise<unknown>): Promise<void> =>
      this.#every(least * scale, most * scale, work);
    return [
      this.#every(300, 3_000, async () =>
        count(this.#tally.faults, await arrangeFault({ control, store: this.#store }, this.#random)),
      ),
      every(4_000, 15_000, () =>
        control.setAccessTokenLifetime(
          this.#random.onceIn(3) ? this.#random.between(302, 312) : this.#random.between(3, 8),
        ),
      ),
      every(4_000, 6_000, () => Promise.all([control.forgetSecrets(), control.clearRequests(), control.clearFaults()])),
      every(1_000, 4_000, () => this.#personTurns.run('', () => this.#signInAll())),
      every(8_000, 20_000, () => this.#personTurns.run('', () => this.#signOutBen())),
      every(20_000, 40_000, () => this.#reload('two', fetchAzure)),
      this.#tell(),
    ];
  }

  async #every(least: number, most: number, work: () => Promise<unknown>): Promise<void> {
    while (!this.#isOver) {
      await sleep(this.#random.between(least, most));
      if (!this.#isPaused && !this.#isOver) {
        await work().catch((error: unknown) => this.#tally.violation(`beside the consumers: ${String(error)}`));
      }
    }
  }

  async #tell(): Promise<void> {
    const start = Date.now();
    for (let minute = 1; !this.#isOver; minute += 1) {
      while (!this.#isOver && Date.now() - start < minute * 60_000) {
        await sleep(500);
      }
      const { requests, tokens, violations } = this.#tally;
      this.#options.print?.(
        `minute ${minute}: ${requests} requests, ${tokens} tokens, ${violations.length} violations`,
      );
    }
  }

  async #work(verify: ReturnType<typeof createVerify>): Promise<void> {
    while (!this.#isOver) {
      await sleep(this.#random.between(20, 300));
      if (!this.#isPaused && !this.#isOver) {
        this.#asking += 1;
        const choices = Object.keys(consumers).filter((name) => name !== 'git itself' || this.#random.onceIn(4));
        await this.#ask(this.#random.pick(choices), this.#random.pick(names), verify);
        this.#asking -= 1;
      }
    }
  }

  /** @returns whether there was a token */
  async #ask(name: string, windowName: 'one' | 'two', verify: ReturnType<typeof createVerify>): Promise<boolean> {
    const window = this.#windows.get(windowName);
    const request = window && consumers[name]?.(window, this.#random);
    if (window === undefined || request === undefined) {
      return false;
    }
    const outSince = windowName === 'one' ? this.#signedOut.get(request.username) : undefined;
    this.#tally.requests += 1;
    try {
      const given = await request.ask();
      if (given === undefined) {
        count(this.#tally.failures, 'told in its protocol');
        // Whose fault it was is not told: at worst a person signs in once more.
        this.#away.add(request.username);
        return false;
      }
      verify(request, given);
      if (outSince !== undefined && this.#signedOut.get(request.username) === outSince) {
        this.#tally.violation(`${name}: a token was served after the sign-out`);
      }
      this.#tally.token(name);
      return true;
    } catch (error) {
      this.#tally.failure(name, error, this.#windows.get(windowName) !== window);
      if (isAzureCredentialsError(error) && ['not_signed_in', 'interaction_required'].includes(error.code)) {
        this.#away.add(request.username);
      }
      return false;
    }
  }

  /** The person signs in again as whoever has to. */
  async #signInAll(): Promise<void> {
    for (const username of [...this.#away]) {
      const window = this.#windows.get(this.#random.pick(names)) ?? this.#windows.get('one');
      using signal = patience(10_000);
      this.#signedOut.delete(username);
      try {
        await window?.tokens.signIn({ loginHint: username, signal });
        this.#away.delete(username);
      } catch (error) {
        this.#tally.failure('sign-in', error, true);
      }
    }
  }

  async #signOutBen(): Promise<void> {
    const window = this.#windows.get('one');
    const account = (await window?.tokens.getAccounts().catch(() => []))?.find(({ id }) => id === soakedAccounts.ben);
    if (window === undefined || account === undefined) {
      return;
    }
    try {
      await window.tokens.signOut(account);
      this.#signedOut.set('ben@contoso.com', Date.now());
    } catch (error) {
      this.#tally.failure('sign-out', error, false);
    }
  }

  async #reload(name: 'one' | 'two', fetchAzure: typeof fetch): Promise<void> {
    const window = this.#windows.get(name);
    this.#windows.delete(name);
    await window?.[Symbol.asyncDispose]();
    await this.#open(name, fetchAzure);
  }

  async #measurePaused(): Promise<Holdings> {
    this.#isPaused = true;
    await this.#azure.control.clearFaults();
    while (this.#asking > 0) {
      await sleep(50);
    }
    await this.#settle();
    const holdings = measureHoldings(this.#store.listeners);
    this.#isPaused = false;
    return holdings;
  }

  /** Connections that are kept alive are closed by both sides after five seconds. */
  async #settle(): Promise<void> {
    await sleep(this.#options.minutes < 2 ? 1_500 : 7_000);
  }

  /** Once nothing is wrong any more, everyone is served again, without a restart. */
  async #recover(verify: ReturnType<typeof createVerify>): Promise<readonly string[]> {
    const { control } = this.#azure;
    await control.clearFaults();
    await control.clearPolicies();
    this.#store.brokenUntil = 0;
    for (const username of users) {
      this.#away.add(username);
    }
    const missing: string[] = [];
    for (const name of Object.keys(consumers)) {
      let isServed = false;
      for (let deadline = Date.now() + 15_000; !isServed && Date.now() < deadline; ) {
        await this.#signInAll();
        isServed = await this.#ask(name, this.#random.pick(names), verify);
        await sleep(100);
      }
      missing.push(...(isServed ? [] : [name]));
    }
    return missing;
  }
}
