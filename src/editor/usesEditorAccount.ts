import type { SourceSettings } from './sourceSettings.ts';

/** True when tokens come from the editor's own Microsoft account. */
export function usesEditorAccount(settings: SourceSettings): boolean {
  return settings.source === 'editor' || (settings.source === 'auto' && settings.clientId === '');
}
