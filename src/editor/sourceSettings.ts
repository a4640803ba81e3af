import type { CloudName } from '../tokens/cloud.ts';
import { Emitter } from '../tokens/emitter.ts';
import type { Disposable, Event } from '../tokens/ports.ts';
import { onDidChangeSettings, readSetting } from './settings.ts';
import { sourceSettingsFrom } from './sourceSettingsFrom.ts';

/** Settings that decide where tokens come from. A change of any of them replaces the token source. */
export interface SourceSettings {
  /** Where tokens come from: `auto` means the application when a client id is set, else the editor's own account. */
  readonly source: 'auto' | 'application' | 'editor';
  /** Application (client) id: a GUID, or empty. */
  readonly clientId: string;
  /** Tenant id, verified domain, or `organizations`. */
  readonly tenantId: string;
  readonly cloud: CloudName;
  /** Host of the authority when `cloud` is `custom`. */
  readonly authorityHost: string;
  readonly authType: 'viewer' | 'serviceAccount';
  readonly signInMethod: 'browser' | 'deviceCode';
  /** Name of a setting whose value cannot be used, if there is one: then no token comes from anywhere. */
  readonly unusable?: string;
}

const sourceKeys: readonly Exclude<keyof SourceSettings, 'unusable'>[] = [
  'source',
  'clientId',
  'tenantId',
  'cloud',
  'authorityHost',
  'authType',
  'signInMethod',
];

/** Reads what decides the token source. */
export function readSourceSettings(): SourceSettings {
  return sourceSettingsFrom((key) => readSetting<unknown>(key));
}

/** The settings that decide the token source, read once for each change: a warm token must not read them anew. */
export interface SourceSettingsWatch extends Disposable {
  current(): SourceSettings;
  readonly onDidChange: Event<void>;
}

export function watchSourceSettings(onListenerError: (error: unknown) => void): SourceSettingsWatch {
  const changed = new Emitter<void>(onListenerError);
  let current: SourceSettings | undefined;
  const subscription = onDidChangeSettings(sourceKeys, () => {
    current = undefined;
    changed.fire();
  });
  return {
    current: () => {
      current ??= readSourceSettings();
      return current;
    },
    onDidChange: changed.event,
    dispose: () => subscription.dispose(),
  };
}
