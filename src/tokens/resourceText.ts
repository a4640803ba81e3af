import { AzureCredentialsError } from './errors.ts';
import { type Phrase, phrase, type Text } from './phrase.ts';

/** True for a GUID in its usual form, in any case. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

/**
 * Text that somebody typed, safe to repeat in a message: one line, cut short, and never something that may be a secret
 * (a pasted token, a password in a URI).
 */
export function quote(text: string): Text {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a log
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  const mayBeSecret = /eyJ[\w-]{10}/.test(line) || line.includes('@') || /[\w+=-]{60}/.test(line);
  if (mayBeSecret) {
    return phrase`The given text`;
  }
  return `"${line.length > 100 ? `${line.slice(0, 100)}…` : line}"`;
}

/** The error for a resource or scope that cannot be meant. */
export function invalidResource(message: Phrase, advice: Phrase): AzureCredentialsError {
  return new AzureCredentialsError('resource_invalid', message, { advice });
}
