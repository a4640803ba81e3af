import type { Disposable, Event } from './ports.ts';

/** Fires events to listeners in the order they came. A listener that throws never stops the others, nor the one who fires. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<{ readonly listener: (event: T) => unknown }>();
  readonly #onListenerError: (error: unknown) => void;

  /** @param onListenerError told of each listener that throws */
  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** False when nobody listens: whoever fires often can leave out the work of making an event. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  readonly event: Event<T> = (listener) => {
    const registration = { listener };
    this.#listeners.add(registration);
    return { dispose: () => this.#listeners.delete(registration) };
  };

  fire(event: T): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
