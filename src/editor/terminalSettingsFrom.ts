import type { ApprovalSettings } from '../endpoint/approval.ts';
import { type DialectGroup, dialectGroups } from '../endpoint/dialectGroups.ts';

/** What programs in terminals may have, after the workspace has narrowed what the person set. */
export interface TerminalSettings extends ApprovalSettings {
  readonly groups: readonly DialectGroup[];
  /** Groups that the person has turned on, whatever the workspace says. */
  readonly personalGroups: readonly DialectGroup[];
}

/** The values of one setting: the person's own, and those that come with the workspace and its folders. Any JSON. */
export interface SettingValues {
  readonly own: unknown;
  readonly narrowing: readonly unknown[];
}

/**
 * Puts the settings of terminals together. A workspace's settings come with a repository, so they can only take away: a group is
 * on when the person turned it on and no workspace setting turns it off; a question is left out only when nobody wants it
 * asked; a resource must be in every list. Values of a wrong type count as the narrowest.
 */
export function terminalSettingsFrom(read: (key: string) => SettingValues): TerminalSettings {
  const personalGroups = dialectGroups.filter((group) => read(group).own === true);
  const groups = personalGroups.filter((group) => read(group).narrowing.every((value) => value === true));
  const approval = read('approval');
  const isNever = [approval.own, ...approval.narrowing].every((value) => value === 'never');
  const allowed = read('allowedResources');
  return {
    groups,
    personalGroups,
    approval: isNever ? 'never' : 'firstUse',
    allowedResources: [allowed.own, ...allowed.narrowing].map(asList),
  };
}

/** Names no resource, and so allows none. */
const nothing = 'none';

/** A list that is none allows nothing, rather than anything; so does an entry that is no text. */
function asList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((entry) => (typeof entry === 'string' ? entry : nothing)) : [nothing];
}
