import type { Disposable, Event } from './ports.ts';

/** Something that others can listen to. */
export interface Emitter<T> {
  readonly event: Event<T>;
  fire(event: T): void;
}

/** The smallest emitter that fits {@link Event}: listeners are called in order, and may unsubscribe while being called. */
export function createEmitter<T>(): Emitter<T> {
  const listeners = new Set<{ readonly call: (event: T) => unknown }>();
  return {
    event: (call): Disposable => {
      const listener = { call };
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    fire: (event) => {
      for (const listener of [...listeners]) {
        listener.call(event);
      }
    },
  };
}
