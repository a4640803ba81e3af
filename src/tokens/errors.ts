import type { Text } from './phrase.ts';

/** Every way a request can fail, by what someone has to do about it. Part of the public API. */
export const errorCodes = [
  'not_signed_in',
  'interaction_required',
  'consent_required',
  'blocked_by_policy',
  'cancelled',
  'timed_out',
  'access_denied',
  'caller_rejected',
  'resource_invalid',
  'unsupported_remote',
  'throttled',
  'network',
  'identity_provider',
  'configuration',
  'storage',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What goes with an error besides its code and message. */
export interface ErrorDetails {
  /** Who must act and what to do, as a sentence; carries Entra's trace id where there is one. */
  readonly advice?: Text;
  /** Claims (JSON) that an interactive sign-in must satisfy first. */
  readonly claims?: string;
  /** Entra's AADSTS number: chooses advice, decides nothing. */
  readonly aadsts?: number;
  /** Entra's trace id, for an administrator to look up. */
  readonly traceId?: string;
  /** When to try again: milliseconds since the epoch (`throttled`). */
  readonly retryAfterTimestamp?: number;
  readonly cause?: unknown;
}

/** The one error that leaves this extension. Never holds a token, code or secret, also not in `cause`. */
export class AzureCredentialsError extends Error {
  override readonly name = 'AzureCredentialsError';
  readonly code: ErrorCode;
  readonly advice?: string;
  readonly claims?: string;
  readonly aadsts?: number;
  readonly traceId?: string;
  readonly retryAfterTimestamp?: number;

  /** Message and advice as they were given, for {@link textsOf}. */
  readonly #texts: ErrorTexts;

  /** Texts are English to whoever reads `message` and `advice`; those given as phrases can be translated. */
  constructor(code: ErrorCode, message: Text, details: ErrorDetails = {}) {
    const { cause, advice, ...rest } = details;
    super(String(message), cause === undefined ? undefined : { cause });
    this.code = code;
    this.#texts = { message, ...(advice !== undefined && { advice }) };
    Object.assign(this, rest, advice !== undefined && { advice: String(advice) });
  }

  static textsOf(error: AzureCredentialsError): ErrorTexts {
    return #texts in error ? error.#texts : error;
  }
}

/** What an error says, for a boundary that knows the person's language. */
export interface ErrorTexts {
  readonly message: Text;
  readonly advice?: Text;
}

/** Message and advice to translate. Those of an error that another copy of this code made are plain English. */
export function textsOf(error: AzureCredentialsError): ErrorTexts {
  return AzureCredentialsError.textsOf(error);
}

/** True for an {@link AzureCredentialsError}, also for one made by another copy of this code. */
export function isAzureCredentialsError(error: unknown): error is AzureCredentialsError {
  return (
    error instanceof Error &&
    error.name === 'AzureCredentialsError' &&
    errorCodes.includes((error as { code?: unknown }).code as ErrorCode)
  );
}
