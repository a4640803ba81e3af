import * as vscode from 'vscode';
import type { HelperAudience } from '../git/helperPlace.ts';
import { isOn } from './settings.ts';

/** Places in which git is to have our helper: none where the workspace is not trusted. */
export function gitAudiences(): ReadonlySet<HelperAudience> {
  if (!vscode.workspace.isTrusted || !isOn('git.enabled')) {
    return new Set();
  }
  return new Set(isOn('git.terminal') ? ['editor', 'terminal'] : ['editor']);
}
