import { AzureCredentialsError, type ErrorCode, isAzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import { type EntraFailure, EntraRefusal } from './entraFailure.ts';
import { type Advice, type AdviceContext, adviceForNumber } from './errorAdvice.ts';
import { withTrace } from './networkErrors.ts';

/** What has to be done, by Entra's `suberror`: it is more exact than `error` and goes first. */
const codeBySuberror: Readonly<Record<string, ErrorCode>> = {
  consent_required: 'consent_required',
  message_only: 'blocked_by_policy',
  protection_policy_required: 'blocked_by_policy',
  basic_action: 'interaction_required',
  additional_action: 'interaction_required',
  user_password_expired: 'interaction_required',
  bad_token: 'interaction_required',
  token_expired: 'interaction_required',
};

/** What has to be done, by OAuth `error` (RFC 6749 section 5.2, OpenID Connect Core section 3.1.2.6, RFC 8628 section 3.5). */
const codeByError: Readonly<Record<string, ErrorCode>> = {
  invalid_grant: 'interaction_required',
  interaction_required: 'interaction_required',
  login_required: 'interaction_required',
  account_selection_required: 'interaction_required',
  consent_required: 'consent_required',
  access_denied: 'consent_required',
  authorization_declined: 'interaction_required',
  bad_verification_code: 'interaction_required',
  expired_token: 'timed_out',
  invalid_resource: 'resource_invalid',
  invalid_target: 'resource_invalid',
  invalid_scope: 'resource_invalid',
  invalid_client: 'configuration',
  unauthorized_client: 'configuration',
  invalid_tenant: 'configuration',
};

/**
 * Entra says only `invalid_grant` or `invalid_request` for some failures that no sign-in can mend. Where neither `error`
 * nor `suberror` tells, the number does; should Entra change it, the answer is one needless sign-in, nothing worse.
 */
const codeWhereErrorTellsNothing: Readonly<Record<number, ErrorCode>> = {
  53003: 'blocked_by_policy',
  530003: 'blocked_by_policy',
  65001: 'consent_required',
  90094: 'consent_required',
  500011: 'resource_invalid',
  650057: 'configuration',
  65002: 'configuration',
  700016: 'configuration',
  90002: 'configuration',
  50194: 'configuration',
  50059: 'configuration',
};

const adviceByError: Readonly<Record<string, Advice>> = {
  authorization_declined: {
    message: phrase`The sign-in was declined on the device code page.`,
    advice: phrase`Run “Azure Credentials: Sign In” again and approve the request if it was yours.`,
  },
  bad_verification_code: {
    message: phrase`Entra does not know the device code any more.`,
    advice: phrase`Run “Azure Credentials: Sign In” again to get a new code.`,
  },
  expired_token: {
    message: phrase`The device code was not entered in time.`,
    advice: phrase`Run “Azure Credentials: Sign In” again to get a new code.`,
  },
  temporarily_unavailable: {
    message: phrase`Microsoft Entra ID is busy for the moment.`,
    advice: phrase`Try again in some minutes; if it lasts, see https://status.azure.com.`,
  },
};

const adviceByCode: Readonly<Partial<Record<ErrorCode, Advice>>> = {
  interaction_required: {
    message: phrase`Microsoft Entra ID wants you to sign in again.`,
    advice: phrase`Run “Azure Credentials: Sign In”.`,
  },
  consent_required: {
    message: phrase`A permission is missing.`,
    advice: phrase`Run “Azure Credentials: Sign In” and accept what is asked, or ask your administrator to grant consent.`,
  },
  blocked_by_policy: {
    message: phrase`A policy of your organization blocks access.`,
    advice: phrase`Signing in again does not help: tell your administrator.`,
  },
  resource_invalid: {
    message: phrase`Microsoft Entra ID does not accept the resource or scope that was asked for.`,
    advice: phrase`Check the spelling of the resource, and that it belongs to the tenant.`,
  },
  configuration: {
    message: phrase`Microsoft Entra ID does not accept the application as it is configured.`,
    advice: phrase`Check the settings azureCredentials.clientId and azureCredentials.tenantId with your administrator; a client secret is entered with “Azure Credentials: Set Client Secret”.`,
  },
};

/** Turns an error of Entra's into ours. */
function translateFailure(failure: EntraFailure, context: AdviceContext): AzureCredentialsError {
  const code = codeFor(failure);
  const { message, advice } = adviceForNumber(failure.aadsts, context) ??
    own(adviceByError, failure.error) ??
    adviceByCode[code] ?? {
      message: phrase`Microsoft Entra ID refused the request (${failure.error}).`,
      advice: phrase`Try again; if it goes on, tell your administrator.`,
    };
  const { aadsts, traceId, correlationId, claims } = failure;
  const name = failure.suberror === undefined ? failure.error : `${failure.error}/${failure.suberror}`;
  return new AzureCredentialsError(code, message, {
    advice: withTrace(advice, traceId),
    ...(aadsts !== undefined && { aadsts }),
    ...(traceId !== undefined && { traceId }),
    ...(claims !== undefined && { claims }),
    cause: { name: 'EntraError', errorCode: name, ...(correlationId !== undefined && { correlationId }) },
  });
}

/** What has to be done about an error of Entra's. */
export function codeFor({ error, suberror, aadsts }: EntraFailure): ErrorCode {
  const bySuberror = suberror === undefined ? undefined : own(codeBySuberror, suberror);
  if (bySuberror !== undefined) {
    return bySuberror;
  }
  const tellsNothing = error === 'invalid_grant' || error === 'invalid_request';
  const byNumber = tellsNothing && aadsts !== undefined ? codeWhereErrorTellsNothing[aadsts] : undefined;
  return byNumber ?? own(codeByError, error) ?? 'identity_provider';
}

/** What a table has under a name that somebody else chose: `constructor` is in every object. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/**
 * Turns anything that was thrown below into ours. MSAL's own errors can quote a request, so that only names and codes of
 * them are kept.
 */
export function translateError(error: unknown, context: AdviceContext): AzureCredentialsError {
  if (isAzureCredentialsError(error)) {
    return error;
  }
  if (error instanceof EntraRefusal) {
    return translateFailure(error.failure, context);
  }
  const { errorCode, correlationId } = (error ?? {}) as { errorCode?: unknown; correlationId?: unknown };
  const code = typeof errorCode === 'string' && /^[a-z][a-z0-9_.-]{0,63}$/.test(errorCode) ? errorCode : 'unexpected';
  return new AzureCredentialsError(
    'identity_provider',
    phrase`The answer of Microsoft Entra ID could not be used (${code}).`,
    {
      advice: phrase`Try again; if it goes on, report it with the log of the extension.`,
      cause: {
        name: error instanceof Error ? error.name : typeof error,
        errorCode: code,
        ...(typeof correlationId === 'string' && /^[0-9a-f-]{1,64}$/i.test(correlationId) && { correlationId }),
      },
    },
  );
}
