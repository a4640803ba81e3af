/**
 * A sentence with values in it, kept apart so that it can be shown in another language: `phrase`No tenant ${id}.`` has the
 * template `No tenant {0}.`, which is the key of its translations in `l10n/`.
 */
export class Phrase {
  readonly template: string;
  readonly values: readonly PhraseValue[];

  constructor(template: string, values: readonly PhraseValue[]) {
    this.template = template;
    this.values = values;
  }

  /** In English. */
  toString(): string {
    return this.template.replace(/\{(\d+)\}/g, (_, index) => String(this.values[Number(index)]));
  }
}

/** A value is shown as it is; a phrase inside a phrase is translated too. */
export type PhraseValue = string | number | Phrase;

/** A text for people: with translations, or as it is. */
export type Text = string | Phrase;

/** Shows a text in the person's language. */
export type Localize = (text: Text) => string;

/** Tag that makes a {@link Phrase} of a template literal. Only what stands in the source is translated, never a value. */
export function phrase(parts: TemplateStringsArray, ...values: readonly PhraseValue[]): Phrase {
  return new Phrase(parts.map((part, index) => (index < values.length ? `${part}{${index}}` : part)).join(''), values);
}

/** The person's language, and how to speak it. */
export interface Locale {
  /** BCP 47 tag, such as `en` or `pt-br`. */
  readonly language: string;
  readonly localize: Localize;
}

/** For where nobody says which language is wanted. */
export const english: Locale = { language: 'en', localize: String };
