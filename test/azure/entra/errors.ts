import { randomUUID } from 'node:crypto';
import { type Answer, json } from '../messages.ts';
import { knownErrors } from './knownErrors.ts';

/** An error as Entra answers it. */
export class EntraError extends Error {
  readonly aadsts: number;
  readonly error: string;
  readonly suberror: string | undefined;
  readonly claims: string | undefined;
  readonly status: number;
  /** Told on a page at the authorize endpoint, because no redirect URI can be trusted or the person must act. */
  readonly onPage: boolean;

  constructor(aadsts: number, words: Readonly<Record<string, string>> = {}, override: ErrorOverride = {}) {
    const known = knownErrors[aadsts];
    if (!known) {
      throw new TypeError(`The local Azure does not know AADSTS${aadsts}: add it to entra/knownErrors.ts.`);
    }
    super(`AADSTS${aadsts}: ${known.text.replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? '')}`);
    this.name = 'EntraError';
    this.aadsts = aadsts;
    this.error = override.error ?? known.error;
    this.suberror = override.suberror === null ? undefined : (override.suberror ?? known.suberror);
    this.claims = override.claims ?? known.claims;
    this.status = override.status ?? known.status ?? 400;
    this.onPage = known.page ?? false;
  }
}

/** What a test may change of a known error. */
export interface ErrorOverride {
  readonly error?: string;
  readonly suberror?: string | null;
  readonly claims?: string;
  readonly status?: number;
}

/** Ids by which an answer can be found in Entra's own logs. */
export interface Correlation {
  readonly traceId: string;
  readonly correlationId: string;
  /** `2026-01-31 12:00:00Z` */
  readonly timestamp: string;
}

/** Ids for one request; the correlation id is the client's own where it sent one. */
export function correlate(clientRequestId: string | undefined, now: number): Correlation {
  return {
    traceId: randomUUID(),
    correlationId: clientRequestId ?? randomUUID(),
    timestamp: `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`,
  };
}

/** The description with its ids, as it is in bodies and redirects. */
export function describe(error: EntraError, { traceId, correlationId, timestamp }: Correlation): string {
  return `${error.message}\r\nTrace ID: ${traceId}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: ${timestamp}`;
}

/** Headers on every answer of the token endpoint (recordings in azure-sdk-for-js). */
export function tokenHeaders(correlation: Correlation, error?: EntraError): Record<string, string> {
  return {
    pragma: 'no-cache',
    expires: '-1',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    p3p: 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
    'x-ms-request-id': correlation.traceId,
    'x-ms-ests-server': '2.1.0 - LOCAL',
    'x-ms-clitelem': error ? `1,${error.aadsts},0,,` : '1,0,0,,',
  };
}

/** The answer of the token endpoint for an error. */
export function errorAnswer(error: EntraError, correlation: Correlation): Answer {
  const body = {
    error: error.error,
    error_description: describe(error, correlation),
    error_codes: [error.aadsts],
    timestamp: correlation.timestamp,
    trace_id: correlation.traceId,
    correlation_id: correlation.correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${error.aadsts}`,
    ...(error.suberror === undefined ? {} : { suberror: error.suberror }),
    ...(error.claims === undefined ? {} : { claims: error.claims }),
  };
  return json(error.status, body, tokenHeaders(correlation, error));
}
