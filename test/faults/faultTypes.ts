import type { ErrorCode } from '../../src/tokens/errors.ts';

/** Who asks for tokens while something goes wrong. */
export type ConsumerId =
  | 'command'
  | 'api'
  | 'authenticationProvider'
  | 'gitProvider'
  | 'gitHelper'
  | 'appService'
  | 'msi2017'
  | 'cloudShell'
  | 'azd'
  | 'positWorkbench';

/** What becomes of a request: a token, or an error by its code. */
export type Outcome =
  | 'token'
  | Extract<
      ErrorCode,
      'network' | 'throttled' | 'identity_provider' | 'interaction_required' | 'not_signed_in' | 'storage'
    >;

/** What is promised to every consumer while a fault lasts and after it. */
export interface FaultPromise {
  /** What a request gets that needs Entra: one for a token that is not in memory. */
  readonly outcome: Outcome;
  /** Texts that the consumer must be shown, in what reaches it of message and advice. Case does not matter. */
  readonly words: readonly string[];
  /** Longest time until the consumer knows, in seconds, on a machine that is not otherwise busy. */
  readonly withinSeconds: number;
  /** Most requests that are sent for one question; 0 while nothing can be sent. */
  readonly requests: number;
  /**
   * What becomes of a token that is in memory: it is given out without Entra, replaced by a new one first, or not given out
   * any more. `none`: nothing is in memory, because the window was opened while the fault lasted.
   */
  readonly tokensAtHand: 'served' | 'renewed' | 'refused' | 'none';
  /** Whether the account is still in the list while the fault lasts, and once it is gone. */
  readonly account: 'kept' | 'unknown' | 'gone';
  /**
   * When tokens are had again once the fault is gone, always without a restart: with the next request; when the time has come
   * that Entra named; within half a minute; when the person has signed in again.
   */
  readonly recovers: 'atOnce' | 'whenEntraSays' | 'withinHalfAMinute' | 'afterSignIn';
}

/** What a consumer is promised differently from the others, and why. */
interface DifferentPromise extends Partial<FaultPromise> {
  readonly because: string;
}

type FaultArea = 'network' | 'answers' | 'clock' | 'session' | 'secretStorage' | 'machine';

/** Something that goes wrong. */
export interface Fault {
  readonly id: string;
  /** Completes "when …". */
  readonly title: string;
  readonly area: FaultArea;
  /** `open`: the window was open, and somebody signed in, before it happened. `new`: the window opens while it lasts. */
  readonly window: 'open' | 'new';
  readonly promise: FaultPromise;
  readonly differs?: { readonly [consumer in ConsumerId]?: DifferentPromise };
}
