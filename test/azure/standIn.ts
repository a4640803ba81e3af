/**
 * How a service of Microsoft's is added to the local Azure.
 *
 * A stand-in answers for some host names. To add one, write a function of the type {@link CreateStandIn} in a file (or
 * folder) of its own and add it to the list in `hosts.ts`: one line. The function receives the {@link AzureState}, the
 * same for all stand-ins, which has
 * - `data` (tenants, users, resources, …; see `data.json`) and `clock` (the servers' time; never use `Date.now()`),
 * - `verifyToken(jwt, { audience })`: the claims of a good token, or a `TokenRejected` that says what is wrong,
 * - `requests`: the log. Every request is in it already; `requests.note(request, { … })` adds facts to its entry,
 * - `faults`: faults that name a host or a path are applied before `handle` is called; there is nothing to do.
 *
 * TLS has ended when `handle` is called: `request` and `response` are Node's own. `hostOf(request)` (`messages.ts`) is
 * the host that was asked for. A thrown error becomes a 500 and a line on stderr.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AzureState } from './state.ts';

/** One service, answering under its real host names. */
export interface StandIn {
  /** For messages: "Microsoft Entra", "Azure Storage", … */
  readonly name: string;
  /** Whether this stand-in answers for a host (lower case, no port). */
  matches(host: string): boolean;
  /** Answers one request. */
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  /** Set by a stand-in that looks for faults itself, because it knows more than host and path. */
  readonly appliesFaults?: boolean;
  /** Starts what the stand-in needs; the local Azure is ready when all have started. */
  start?(context: StartContext): Promise<void>;
  /** Ends what `start` started. */
  stop?(): Promise<void>;
}

/** What a stand-in may need while it starts. */
export interface StartContext {
  /** A folder for this run, removed at its end. */
  readonly scratch: string;
  /** Issues a certificate of the test authority for a server behind the stand-in. */
  issueCertificate(names: readonly string[]): { readonly certificate: string; readonly key: string };
  /** PEM of the test authority. */
  readonly authorityCertificate: string;
}

/** Makes a stand-in over the shared state. */
export type CreateStandIn = (state: AzureState) => StandIn;
