import { setTimeout as sleep } from 'node:timers/promises';
import { AzureCredentialsError } from '../tokens/errors.ts';
import type { Clock, SignInPrompt } from '../tokens/ports.ts';
import type { InteractiveRequest } from './browserSignIn.ts';
import { EntraRefusal } from './entraFailure.ts';
import { cancelledError } from './network.ts';
import { isTime, numberOf, readTokenAnswer, type TokenAnswer, unusableAnswer } from './tokenAnswer.ts';
import { openIdScopes, postForm, type TokenEndpointDeps } from './tokenEndpoint.ts';

export interface DeviceCodeSignInDeps extends TokenEndpointDeps {
  readonly prompt: SignInPrompt;
  readonly clock: Clock;
}

const defaultIntervalS = 5;
/** Entra asks for five seconds. Whatever number an answer names, polling neither floods the network nor stops. */
const intervalLimitsS = { shortest: 0.05, longest: 60 };
/** RFC 8628 section 6.1 speaks of eight characters or so: more could not be typed. */
const longestUserCode = 64;

/**
 * Signs a person in on another device.
 * @see https://www.rfc-editor.org/rfc/rfc8628
 *
 * Not through MSAL: it polls on after a refused request for a code, and loses what Entra says while polling.
 *
 * @throws EntraRefusal (declined, expired, unknown code, anything Entra refuses), AzureCredentialsError as the network does
 */
export async function signInWithDeviceCode(
  deps: DeviceCodeSignInDeps,
  request: InteractiveRequest,
): Promise<TokenAnswer> {
  const code = await requestCode(deps, request);
  const ended = new AbortController();
  const signal = AbortSignal.any([request.signal, ended.signal]);
  const { userCode, verificationUri, expiresOnTimestamp } = code;
  const shown = deps.prompt.showDeviceCode({ userCode, verificationUri, expiresOnTimestamp, signal });
  shown.catch(() => undefined);
  try {
    return await Promise.race([poll(deps, { ...request, signal }, code), shown]);
  } catch (error) {
    throw request.signal.aborted && request.signal.reason instanceof AzureCredentialsError
      ? request.signal.reason
      : error;
  } finally {
    ended.abort();
  }
}

interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresOnTimestamp: number;
  readonly intervalS: number;
}

async function requestCode(deps: DeviceCodeSignInDeps, request: InteractiveRequest): Promise<DeviceCode> {
  const sentAt = deps.clock.now();
  const body = await postForm(deps, {
    ...{ tenantId: request.tenantId, signal: request.signal, endpoint: 'devicecode', repeatable: false },
    form: { scope: [...request.scopes, ...openIdScopes].join(' '), ...(request.claims && { claims: request.claims }) },
  });
  const { device_code: deviceCode, user_code: userCode, verification_uri: verificationUri } = body;
  const expiresInS = numberOf(body['expires_in']);
  const expiresOnTimestamp = sentAt + expiresInS * 1000;
  const isCode = typeof userCode === 'string' && /^[\w -]+$/.test(userCode) && userCode.length <= longestUserCode;
  const isComplete =
    typeof deviceCode === 'string' && deviceCode !== '' && expiresInS > 0 && isTime(expiresOnTimestamp);
  if (
    !isCode ||
    !isComplete ||
    typeof verificationUri !== 'string' ||
    URL.parse(verificationUri)?.protocol !== 'https:'
  ) {
    throw unusableAnswer('no device code');
  }
  return {
    deviceCode,
    userCode,
    verificationUri,
    expiresOnTimestamp,
    intervalS: pollingInterval(numberOf(body['interval'])),
  };
}

function pollingInterval(seconds: number): number {
  const { shortest, longest } = intervalLimitsS;
  return seconds > 0 ? Math.min(Math.max(seconds, shortest), longest) : defaultIntervalS;
}

async function poll(deps: DeviceCodeSignInDeps, request: InteractiveRequest, code: DeviceCode): Promise<TokenAnswer> {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: code.deviceCode,
    client_info: '1',
  };
  let { intervalS } = code;
  for (;;) {
    await wait(intervalS * 1000, request.signal);
    if (deps.clock.now() >= code.expiresOnTimestamp) {
      throw new EntraRefusal({ error: 'expired_token' });
    }
    try {
      const sentAt = deps.clock.now();
      const { tenantId, signal } = request;
      return readTokenAnswer(
        await postForm(deps, { tenantId, signal, endpoint: 'token', form, repeatable: false }),
        sentAt,
      );
    } catch (error) {
      if (!mayGoOn(error)) {
        throw error;
      }
      // RFC 8628 section 3.5: slower by five seconds, for good; also after a connection that timed out.
      intervalS += error instanceof EntraRefusal && error.failure.error === 'authorization_pending' ? 0 : 5;
    }
  }
}

/** Pending is the usual answer; a connection that fails meanwhile is no reason to throw the code away. */
function mayGoOn(error: unknown): boolean {
  return error instanceof EntraRefusal
    ? ['authorization_pending', 'slow_down'].includes(error.failure.error)
    : error instanceof AzureCredentialsError && ['network', 'throttled', 'identity_provider'].includes(error.code);
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    throw cancelledError();
  }
}
