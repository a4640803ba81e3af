import type { AccessToken } from '../tokens/accessToken.ts';
import type { ErrorCode } from '../tokens/errors.ts';

/** The protocols that programs already speak to ask for a token. */
export type DialectId = 'appService' | 'msi2017' | 'cloudShell' | 'azd' | 'positWorkbench';

/** An HTTP request that passed the general checks, reduced to what a dialect reads. */
export interface ProgramCall {
  readonly method: string;
  /** Path as it was sent, without the query: never normalized, so that no spelling but the exact one is known. */
  readonly path: string;
  /** What follows the `?`, still encoded; empty without one. */
  readonly query: string;
  /** Value of a header, by its name in lower case. */
  header(name: string): string | undefined;
}

/** What a program wants, whatever dialect it asked in. Exactly one of `resource` and `scopes` is set. */
export interface ProgramRequest {
  readonly resource?: string;
  readonly scopes?: readonly string[];
  readonly tenantId?: string;
  /** A claims challenge that the program was given by the resource. */
  readonly claims?: string;
  /** SHA-256, in hex, of a token that the resource has refused. */
  readonly refusedTokenSha256?: string;
  /** Identity that the program named. A person's token is served all the same; the activity record tells of it. */
  readonly namedIdentity?: string;
}

/** Why a program gets no token, in words that name the next step. */
export interface ProgramFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Seconds to wait before the next try. */
  readonly retryAfter?: number;
}

/** An HTTP response with a JSON body. */
export interface DialectAnswer {
  readonly status: number;
  /** In ASCII, as `asciiJson` makes it. */
  readonly body: string;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter?: number;
}

/** One protocol: how to know its callers, read their requests and answer them. Holds its secret and nothing else. */
export interface Dialect {
  readonly id: DialectId;
  /** Is the request's body part of the protocol? Where it is not, one that is sent is refused. */
  readonly readsBody: boolean;
  /** Is this the address of the dialect? Says nothing about the caller. */
  isAddressed(call: ProgramCall): boolean;
  /** Does the caller know the secret? Takes the same time whatever the caller sent. */
  isCaller(call: ProgramCall): boolean;
  /** @throws AzureCredentialsError `resource_invalid` when the request does not say what it wants */
  read(call: ProgramCall, body: string): ProgramRequest;
  /** @param now milliseconds since the epoch */
  grant(token: AccessToken, request: ProgramRequest, now: number): DialectAnswer;
  fail(failure: ProgramFailure): DialectAnswer;
}
