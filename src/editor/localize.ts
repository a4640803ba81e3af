import * as vscode from 'vscode';
import { type Locale, Phrase, type Text } from '../tokens/phrase.ts';

/** Shows a text of any room in the language of the editor. What has no translation stays English. */
export function localize(text: Text): string {
  if (!(text instanceof Phrase)) {
    return text;
  }
  const values = text.values.map((value) => (value instanceof Phrase ? localize(value) : value));
  return vscode.l10n.t(text.template, ...values);
}

/** The language of the editor. */
export function editorLocale(): Locale {
  return { language: vscode.env.language, localize };
}
