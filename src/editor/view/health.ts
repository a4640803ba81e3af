import type { ActivityEntry } from '../../tokens/activity.ts';

/**
 * How the last requests of an account went that were not answered from memory: `signInNeeded` when Entra wants the person,
 * `offline` when it could not be reached, `blocked` when a policy refused.
 */
export type AccountHealth = 'ok' | 'signInNeeded' | 'offline' | 'blocked';

/**
 * Finds out how an account is by what was recorded last. Outcomes that say nothing about the account (a wrong resource, a
 * denied consumer, a cancellation) are passed over.
 *
 * @param activity oldest first
 * @param since milliseconds since the epoch: what was recorded before the last sign-in does not count
 */
export function accountHealth(activity: readonly ActivityEntry[], accountId: string, since: number): AccountHealth {
  for (const entry of activity.toReversed()) {
    const health = entry.accountId === accountId && !entry.fromCache ? healthByOutcome(entry.outcome) : undefined;
    if (health !== undefined) {
      return entry.time < since ? 'ok' : health;
    }
  }
  return 'ok';
}

function healthByOutcome(outcome: ActivityEntry['outcome']): AccountHealth | undefined {
  switch (outcome) {
    case 'granted':
      return 'ok';
    case 'not_signed_in':
    case 'interaction_required':
      return 'signInNeeded';
    case 'network':
      return 'offline';
    case 'blocked_by_policy':
      return 'blocked';
    default:
      return;
  }
}
