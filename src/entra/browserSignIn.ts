import { createHash, randomBytes } from 'node:crypto';
import { AzureCredentialsError, isAzureCredentialsError, textsOf } from '../tokens/errors.ts';
import type { Locale } from '../tokens/phrase.ts';
import type { Log, SignInOptions, SignInPrompt } from '../tokens/ports.ts';
import { EntraRefusal, entraFailure } from './entraFailure.ts';
import { type LoopbackAnswer, type LoopbackListener, listenOnLoopback } from './loopbackListener.ts';
import type { MsalClient } from './msalClient.ts';
import { type ExpectedAnswer, readPastedAddress } from './pastedAddress.ts';
import { type TokenAnswer, unusableAnswer } from './tokenAnswer.ts';

export interface BrowserSignInDeps {
  readonly client: MsalClient;
  readonly prompt: SignInPrompt;
  readonly log: Log;
  /** Language of the page that the browser is shown at the end; English when absent. */
  readonly locale?: Locale;
  /** Turns what was thrown into what is shown in the browser and thrown on. */
  readonly translate: (error: unknown) => AzureCredentialsError;
}

export interface InteractiveRequest extends Pick<SignInOptions, 'claims' | 'loginHint'> {
  readonly tenantId: string;
  readonly scopes: readonly string[];
  /** Ends the sign-in: on cancel, when time is up, and when it turns out that it cannot succeed. */
  readonly signal: AbortSignal;
}

/**
 * Signs a person in through the system browser: authorization code flow with PKCE.
 * @see https://www.rfc-editor.org/rfc/rfc8252 ; https://www.rfc-editor.org/rfc/rfc7636
 *
 * The answer comes to a loopback listener, or is pasted by the person where the browser cannot reach this machine. Both
 * ways are open at once; the first right answer ends the wait.
 */
export async function signInWithBrowser(deps: BrowserSignInDeps, request: InteractiveRequest): Promise<TokenAnswer> {
  const state = randomText();
  const listener = await listenOnLoopback(state, deps.locale).catch(() => {
    deps.log.warn('No loopback address could be listened on: the address of the browser has to be pasted.');
    return undefined;
  });
  const ended = new AbortController();
  const signal = AbortSignal.any([request.signal, ended.signal]);
  const attempt = { state, nonce: randomText(), codeVerifier: randomText(), ...redirect(listener) };
  let answer: LoopbackAnswer | undefined;
  const close = (): void => listener?.close();
  request.signal.addEventListener('abort', close, { once: true });
  try {
    request.signal.throwIfAborted();
    const url = await deps.client.authorizationUrl({
      ...request,
      ...attempt,
      codeChallenge: createHash('sha256').update(attempt.codeVerifier).digest('base64url'),
    });
    answer = await waitForAnswer({ deps, listener, url, attempt, signal });
    ended.abort();
    const { query } = answer;
    const token = await deps.prompt.showWork('finishing', (cancel) =>
      redeem(deps, { ...request, signal: AbortSignal.any([request.signal, cancel]) }, attempt, query),
    );
    answer.show({ kind: 'signedIn' });
    return token;
  } catch (error) {
    const shown = request.signal.aborted ? reasonOf(request.signal) : deps.translate(error);
    answer?.show({ kind: 'failed', ...textsOf(shown) });
    throw shown;
  } finally {
    ended.abort();
    request.signal.removeEventListener('abort', close);
    close();
  }
}

interface Attempt extends ExpectedAnswer {
  readonly nonce: string;
  readonly codeVerifier: string;
}

interface Wait {
  readonly deps: BrowserSignInDeps;
  readonly listener: LoopbackListener | undefined;
  readonly url: string;
  readonly attempt: Attempt;
  readonly signal: AbortSignal;
}

async function waitForAnswer({ deps, listener, url, attempt, signal }: Wait): Promise<LoopbackAnswer> {
  const pasted = waitForPaste(deps.prompt, { url, attempt, signal });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Whoever comes second must not end as an unhandled rejection.
  pasted.catch(() => undefined);
  aborted.catch(() => undefined);
  const opened = openBrowser(deps, url);
  opened.catch(() => undefined);
  return Promise.race([pasted, aborted, opened, ...(listener ? [listener.answer] : [])]);
}

/** Rejects when the person cancels, and never resolves. A browser that does not open is no end: the address can be copied. */
async function openBrowser({ prompt, log }: BrowserSignInDeps, url: string): Promise<never> {
  const isOpen = await prompt.openBrowser(url).catch((error: unknown) => {
    if (isAzureCredentialsError(error)) {
      throw error;
    }
    return false;
  });
  if (!isOpen) {
    log.info('The browser was not opened: the sign-in address can be copied.');
  }
  return new Promise<never>(() => undefined);
}

async function waitForPaste(
  prompt: SignInPrompt,
  { url, attempt, signal }: Pick<Wait, 'url' | 'attempt' | 'signal'>,
): Promise<LoopbackAnswer> {
  for (;;) {
    const text = await prompt.waitForPaste({ url, signal });
    const pasted = readPastedAddress(text, attempt);
    if ('query' in pasted) {
      return { query: pasted.query, show: () => undefined };
    }
    prompt.rejectPaste(pasted.reason);
  }
}

async function redeem(
  deps: BrowserSignInDeps,
  request: InteractiveRequest,
  attempt: Attempt,
  query: URLSearchParams,
): Promise<TokenAnswer> {
  const failure = entraFailure(Object.fromEntries(query));
  if (failure) {
    throw new EntraRefusal(failure);
  }
  const code = query.get('code');
  if (!code) {
    throw unusableAnswer('no authorization code');
  }
  return deps.client.redeemCode({ ...request, ...attempt, code });
}

/** Without a listener any `http://localhost` will do: the browser shows that it cannot be reached, and its address. */
function redirect(listener: LoopbackListener | undefined): { readonly redirectUri: string } {
  return { redirectUri: listener?.redirectUri ?? 'http://localhost' };
}

function reasonOf(signal: AbortSignal): AzureCredentialsError {
  return signal.reason instanceof AzureCredentialsError
    ? signal.reason
    : new AzureCredentialsError('cancelled', 'The sign-in was cancelled.');
}

/** 256 bits, as RFC 7636 section 4.1 recommends for a code verifier. */
function randomText(): string {
  return randomBytes(32).toString('base64url');
}
