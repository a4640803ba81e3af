import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { SkewedClock } from './clock.ts';
import type { SigningKey } from './signingKey.ts';

/** Why a token was not accepted. */
export type RejectionReason = 'malformed' | 'signature' | 'expired' | 'not_yet_valid' | 'audience';

/** A token that a resource does not accept. */
export class TokenRejected extends Error {
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason, message: string) {
    super(message);
    this.name = 'TokenRejected';
    this.reason = reason;
  }
}

/** What a resource demands of a token. */
interface TokenDemands {
  /** Accepted audiences, compared exactly (a trailing slash matters). */
  readonly audience: readonly string[] | ((audience: string) => boolean);
}

/** Claims of a verified access token. */
export interface VerifiedClaims extends JWTPayload {
  readonly tid: string;
  readonly oid: string;
  readonly ver: string;
  readonly scp?: string;
  readonly roles?: readonly string[];
  readonly upn?: string;
  readonly unique_name?: string;
  readonly preferred_username?: string;
}

/** Checks signature, lifetime and audience of an access token. */
export type VerifyToken = (jwt: string, demands: TokenDemands) => Promise<VerifiedClaims>;

/** Makes the check over one signing key and clock. */
export function createVerifyToken(signingKey: Promise<SigningKey>, clock: SkewedClock): VerifyToken {
  return async (jwt, { audience }) => {
    const { publicKey } = await signingKey;
    const claims = await jwtVerify(jwt, publicKey, {
      algorithms: ['RS256'],
      currentDate: new Date(clock.now()),
      requiredClaims: ['aud', 'exp', 'nbf', 'iat', 'tid', 'oid'],
    }).then(
      ({ payload }) => payload as VerifiedClaims,
      (error: unknown) => {
        throw new TokenRejected(reasonOf(error), error instanceof Error ? error.message : String(error));
      },
    );
    const actual = String(claims.aud);
    if (!(typeof audience === 'function' ? audience(actual) : audience.includes(actual))) {
      throw new TokenRejected(
        'audience',
        `The access token has been obtained for wrong audience or resource '${actual}'.`,
      );
    }
    return claims;
  };
}

function reasonOf(error: unknown): RejectionReason {
  if (error instanceof errors.JWTExpired) {
    return 'expired';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return 'signature';
  }
  return error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf' ? 'not_yet_valid' : 'malformed';
}
