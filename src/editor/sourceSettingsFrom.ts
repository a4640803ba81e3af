import type { SourceSettings } from './sourceSettings.ts';

/** What each setting that has a list of values can be; the first is its default. The manifest has the same lists. */
const choices = {
  source: ['auto', 'application', 'editor'],
  cloud: ['public', 'usGovernment', 'china', 'custom'],
  authType: ['viewer', 'serviceAccount'],
  signInMethod: ['browser', 'deviceCode'],
} as const satisfies { readonly [key in keyof SourceSettings]?: readonly SourceSettings[key][] };

/**
 * Makes sense of the settings that decide where tokens come from. The editor checks none of them: a file may hold any JSON.
 *
 * Texts are trimmed, since ids are pasted with blanks around them. A value that a setting cannot have is named in `unusable`,
 * for the source to refuse; meanwhile the setting's default stands in its place.
 *
 * @param read gives the value of a setting, by its name without the section
 */
export function sourceSettingsFrom(read: (key: string) => unknown): SourceSettings {
  const unusable: string[] = [];
  const text = (key: string, unset = ''): string => {
    const value = read(key) ?? unset;
    if (typeof value !== 'string') {
      unusable.push(key);
      return '';
    }
    return value.trim();
  };
  const choice = <K extends keyof typeof choices>(key: K): (typeof choices)[K][number] => {
    const allowed: readonly (typeof choices)[K][number][] = choices[key];
    const given = text(key, allowed[0]);
    const found = allowed.find((value) => value === given);
    if (found === undefined && !unusable.includes(key)) {
      unusable.push(key);
    }
    return found ?? (allowed[0] as (typeof choices)[K][number]);
  };
  const settings = {
    source: choice('source'),
    clientId: text('clientId'),
    tenantId: text('tenantId') || 'organizations',
    cloud: choice('cloud'),
    authorityHost: text('authorityHost'),
    authType: choice('authType'),
    signInMethod: choice('signInMethod'),
  };
  const [first] = unusable;
  return first === undefined ? settings : { ...settings, unusable: first };
}
