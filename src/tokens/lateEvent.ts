import type { Disposable, Event } from './ports.ts';

interface Registration<T> {
  readonly listener: (event: T) => unknown;
  /** Present once the event itself is there. */
  subscription: Disposable | undefined;
}

/** An event of something that comes later: who listens before is handed over then. */
export class LateEvent<T> {
  readonly #registrations = new Set<Registration<T>>();
  readonly #onListenerError: (error: unknown) => void;
  #source: Event<T> | undefined;

  /** @param onListenerError told of each listener that throws in {@link fire} */
  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  readonly event: Event<T> = (listener) => {
    if (this.#source !== undefined) {
      return this.#source(listener);
    }
    const registration: Registration<T> = { listener, subscription: undefined };
    this.#registrations.add(registration);
    return {
      dispose: () => {
        this.#registrations.delete(registration);
        registration.subscription?.dispose();
      },
    };
  };

  /** From now on listeners hear this event. */
  attach(source: Event<T>): void {
    this.#source = source;
    for (const registration of this.#registrations) {
      registration.subscription = source(registration.listener);
    }
  }

  /** Tells those who have listened since before. */
  fire(event: T): void {
    for (const { listener } of [...this.#registrations]) {
      try {
        listener(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
