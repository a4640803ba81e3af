import type { ActivityEntry } from '../../tokens/activity.ts';
import type { RequesterKind } from '../../tokens/requester.ts';

/** Requests that are alike, as one line: who asked for what, as whom, and how it ended. */
export interface ActivityGroup {
  readonly key: string;
  readonly requesterKind: RequesterKind;
  /** For people to read. */
  readonly requester: string;
  readonly resource: string;
  readonly accountId?: string;
  readonly outcome: ActivityEntry['outcome'];
  readonly count: number;
  /** When the last of them was, to the minute: milliseconds since the epoch. */
  readonly lastTime: number;
}

/** More than this is no longer recent, and nobody reads it. */
const maximumGroups = 20;

/** Puts requests together that are alike, the most recent first. @param activity oldest first */
export function groupActivity(activity: readonly ActivityEntry[]): readonly ActivityGroup[] {
  const groups = new Map<string, ActivityGroup>();
  for (const entry of activity.toReversed()) {
    const key = keyOf(entry);
    const known = groups.get(key);
    if (known !== undefined) {
      groups.set(key, { ...known, count: known.count + 1 });
    } else if (groups.size < maximumGroups) {
      groups.set(key, newGroup(key, entry));
    }
  }
  return [...groups.values()];
}

function keyOf({ requester, resource, accountId, tenantId, outcome }: ActivityEntry): string {
  return [requester.kind, requester.id, requester.label, resource, accountId, tenantId, outcome].join('/');
}

function newGroup(key: string, { requester, resource, accountId, outcome, time }: ActivityEntry): ActivityGroup {
  return {
    key,
    requesterKind: requester.kind,
    requester: requester.label,
    resource,
    ...(accountId !== undefined && { accountId }),
    outcome,
    count: 1,
    lastTime: Math.floor(time / 60_000) * 60_000,
  };
}
