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
  readonly advice?: string;
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

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { cause, ...rest } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, rest);
  }
}

/** True for an {@link AzureCredentialsError}, also for one made by another copy of this code. */
export function isAzureCredentialsError(error: unknown): error is AzureCredentialsError {
  return (
    error instanceof Error &&
    error.name === 'AzureCredentialsError' &&
    errorCodes.includes((error as { code?: unknown }).code as ErrorCode)
  );
}
