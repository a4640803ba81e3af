import type { ActivityEntry } from './activity.ts';
import { Emitter } from './emitter.ts';
import type { Event } from './ports.ts';

/** The last requests, in memory only. Adding is cheap: it is on the path of every token. */
export class ActivityRecord {
  readonly #entries: ActivityEntry[] = [];
  readonly #capacity: number;
  readonly #recorded: Emitter<ActivityEntry>;
  readonly #recordedCold: Emitter<ActivityEntry>;
  /** Where the next entry goes; the oldest one once the ring is full. */
  #next = 0;

  constructor(onListenerError: (error: unknown) => void, capacity = 500) {
    this.#capacity = capacity;
    this.#recorded = new Emitter(onListenerError);
    this.#recordedCold = new Emitter(onListenerError);
  }

  get onDidRecord(): Event<ActivityEntry> {
    return this.#recorded.event;
  }

  /** Requests that were not answered from memory. */
  get onDidRecordCold(): Event<ActivityEntry> {
    return this.#recordedCold.event;
  }

  add(entry: ActivityEntry): void {
    this.#entries[this.#next] = entry;
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1;
    if (this.#recorded.hasListeners) {
      this.#recorded.fire(entry);
    }
    if (!entry.fromCache) {
      this.#recordedCold.fire(entry);
    }
  }

  /** Oldest first. */
  list(): readonly ActivityEntry[] {
    return this.#entries.length < this.#capacity
      ? [...this.#entries]
      : [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }

  dispose(): void {
    this.#recorded.dispose();
    this.#recordedCold.dispose();
  }
}
