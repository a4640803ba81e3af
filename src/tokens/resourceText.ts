import { AzureCredentialsError } from './errors.ts';
import { type Phrase, phrase, type Text } from './phrase.ts';

/** True for a GUID in its usual form, in any case. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

/** Entra's tokens and codes, a password in a URI, an Entra client secret (a tilde within thirty characters or more), anything long. */
const mayBeSecret = /eyJ[\w-]{10}|@|[\w.~-]*~[\w.~-]{20}|[\w.-]{20}[\w.~-]*~|[\w+=-]{60}/;

/** Text that somebody typed, safe to repeat in quotes of one's own: see {@link quote}. */
export function repeatable(text: string): Text {
  const start = text.slice(0, 4_096);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a log
  const line = start.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  if (mayBeSecret.test(line)) {
    return phrase`The given text`;
  }
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

/**
 * Text that somebody typed, safe to repeat in a message: one line, cut short, and never something that may be a secret
 * (a pasted token, a password in a URI).
 */
export function quote(text: string): Text {
  const shown = repeatable(text);
  return typeof shown === 'string' ? `"${shown}"` : shown;
}

/** The error for a resource or scope that cannot be meant. */
export function invalidResource(message: Phrase, advice: Phrase): AzureCredentialsError {
  return new AzureCredentialsError('resource_invalid', message, { advice });
}
