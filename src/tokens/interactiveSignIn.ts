import type { Account } from './account.ts';
import { Flight } from './flight.ts';
import type { Log, SignInOptions, TokenSource } from './ports.ts';
import { unexpectedError } from './unexpectedError.ts';

/** A sign-in that requests wait for. */
export interface SharedSignIn {
  /** Equal for requests that the same sign-in can help. */
  readonly key: string;
  /** The target whose scopes are consented to meanwhile. */
  readonly targetKey: string;
  readonly options: Omit<SignInOptions, 'signal'>;
  readonly signal?: AbortSignal | undefined;
}

export interface SignedIn {
  readonly account: Account;
  /** The target of the one who started it: another target may still need the person. */
  readonly targetKey: string;
}

/** Sign-ins on behalf of requests: one at a time for each key, so that no request opens a second browser. */
export class InteractiveSignIn {
  readonly #source: TokenSource;
  readonly #log: Log;
  readonly #flights = new Map<string, Flight<SignedIn>>();

  constructor(source: TokenSource, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  /** Joins the sign-in that is under way, or starts one. @throws AzureCredentialsError of the source, or `cancelled` */
  run(wanted: SharedSignIn): Promise<SignedIn> {
    const running = this.#flights.get(wanted.key) ?? this.#start(wanted);
    return running.wait(wanted.signal);
  }

  #start({ key, targetKey, options }: SharedSignIn): Flight<SignedIn> {
    const land = (): void => {
      if (this.#flights.get(key) === flight) {
        this.#flights.delete(key);
      }
    };
    const work = async (signal: AbortSignal): Promise<SignedIn> => {
      // The flight is entered in the list first, also when the source answers at once.
      await Promise.resolve();
      try {
        return { account: await this.#source.signIn({ ...options, signal }), targetKey };
      } catch (error) {
        throw unexpectedError(error, this.#log);
      } finally {
        land();
      }
    };
    const flight: Flight<SignedIn> = new Flight(work, land);
    this.#flights.set(key, flight);
    return flight;
  }
}
