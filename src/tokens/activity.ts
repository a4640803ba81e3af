import type { ErrorCode } from './errors.ts';
import type { Requester } from './requester.ts';

/** One request that was answered or refused. Never holds a token. */
export interface ActivityEntry {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly requester: Requester;
  /** Canonical resource; empty when the request named none that can be meant. */
  readonly resource: string;
  readonly accountId?: string;
  readonly tenantId?: string;
  readonly outcome: 'granted' | ErrorCode;
  readonly fromCache: boolean;
  readonly milliseconds: number;
}
