/**
 * An error that Entra answered with, reduced to what may be kept: no token, code, secret or personal text.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
 */
export interface EntraFailure {
  /** OAuth error, such as `invalid_grant`. */
  readonly error: string;
  /** Entra's refinement of it, such as `consent_required`. */
  readonly suberror?: string;
  /** The number after `AADSTS`. */
  readonly aadsts?: number;
  readonly traceId?: string;
  readonly correlationId?: string;
  /** Claims (JSON) that an interactive sign-in must ask for. */
  readonly claims?: string;
}

/** Reads the error of a JSON answer, or of the query of a redirect; `undefined` when there is none in it. */
export function entraFailure(body: Readonly<Record<string, unknown>>): EntraFailure | undefined {
  const error = word(body['error']);
  if (error === undefined) {
    return undefined;
  }
  const description = typeof body['error_description'] === 'string' ? body['error_description'] : '';
  const suberror = word(body['suberror']);
  const aadsts = firstNumber(body['error_codes']) ?? numberIn(description);
  const traceId = identifier(body['trace_id']) ?? identifier(/Trace ID: *([\w-]+)/i.exec(description)?.[1]);
  const correlationId =
    identifier(body['correlation_id']) ?? identifier(/Correlation ID: *([\w-]+)/i.exec(description)?.[1]);
  const claims = claimsText(body['claims']);
  return {
    error,
    ...(suberror !== undefined && { suberror }),
    ...(aadsts !== undefined && { aadsts }),
    ...(traceId !== undefined && { traceId }),
    ...(correlationId !== undefined && { correlationId }),
    ...(claims !== undefined && { claims }),
  };
}

/** OAuth's and Entra's error names are short words in lower case: anything else, which could be a token, is not passed on. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z][a-z0-9_.-]{0,63}$/.test(value) ? value : undefined;
}

/** Trace and correlation ids are GUIDs. */
function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-f-]{1,64}$/i.test(value) ? value : undefined;
}

function firstNumber(value: unknown): number | undefined {
  return Array.isArray(value) && Number.isSafeInteger(value[0]) ? (value[0] as number) : undefined;
}

function numberIn(description: string): number | undefined {
  const digits = /AADSTS(\d{4,9})/.exec(description)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Entra's own challenges have a few hundred characters. */
const longestClaims = 16_384;

function claimsText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > longestClaims) {
    return undefined;
  }
  try {
    const claims: unknown = JSON.parse(value);
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Thrown inside this room when Entra refuses; it never leaves it (see `translateError`). */
export class EntraRefusal extends Error {
  override readonly name = 'EntraRefusal';
  readonly failure: EntraFailure;

  constructor(failure: EntraFailure) {
    super(`Microsoft Entra ID answered ${failure.error}.`);
    this.failure = failure;
  }
}
