import { AzureCredentialsError } from '../tokens/errors.ts';
import { type Phrase, phrase } from '../tokens/phrase.ts';
import { entraFailure } from './entraFailure.ts';

/** Codes of Node and Chromium for a certificate that this machine does not trust. */
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|ERR_TLS|ERR_SSL|ERR_SSL_PROTOCOL/;
const proxyCodes = /PROXY|TUNNEL/;
/** Undici and the editor's own proxy agent tell of a proxy in the message only. */
const proxyMessages = /\b407\b|\bprox(y|ies)\b|\btunnel/i;
const nameCodes = /ENOTFOUND|EAI_AGAIN|NAME_NOT_RESOLVED/;

/** The error for a request that got no answer. Says which of the usual reasons it was. */
export function networkError(error: unknown, url: string): AzureCredentialsError {
  const { host } = new URL(url);
  const code = failureCode(error);
  if (isTimeout(error)) {
    return failure(
      phrase`${host} did not answer in time.`,
      phrase`Check your connection and try again.`,
      'TimeoutError',
    );
  }
  if (certificateCodes.test(code)) {
    return failure(
      phrase`The certificate that ${host} showed is not trusted on this machine (${code}).`,
      phrase`If your organization inspects traffic, have its root certificate installed in this machine’s certificate store and keep the settings http.systemCertificates and http.proxySupport on. If it does not, do not sign in on this network.`,
      code,
    );
  }
  const status = proxyStatus(error);
  if (status !== undefined && status !== 407) {
    return failure(
      phrase`The proxy did not let the request to ${host} through (status ${status}).`,
      status >= 500
        ? phrase`The proxy itself could not reach it. Check your connection and try again; if it goes on, tell the administrator of the proxy.`
        : phrase`Ask the administrator of the proxy to allow ${host}.`,
      code,
    );
  }
  if (proxyCodes.test(code)) {
    return failure(
      phrase`The proxy did not let the request to ${host} through.`,
      phrase`Check your user name and password for the proxy. The editor takes them from the proxy’s address, http://user:password@host:port, in its setting http.proxy or in the environment variable HTTPS_PROXY.`,
      code,
    );
  }
  if (nameCodes.test(code)) {
    return failure(
      phrase`The name ${host} could not be found.`,
      phrase`Check your connection, your proxy (setting http.proxy) and the setting azureCredentials.cloud, and try again.`,
      code,
    );
  }
  return failure(
    phrase`${host} could not be reached.`,
    phrase`Check your connection and your proxy, and try again.`,
    code,
  );
}

/** True for a connection that failed before an answer came: nothing says the other side saw the request. */
export function isConnectionFailure(error: unknown): boolean {
  const code = failureCode(error);
  const isRefusedByProxy = proxyCodes.test(code) && (proxyStatus(error) ?? 0) < 500;
  return !isTimeout(error) && !certificateCodes.test(code) && !isRefusedByProxy;
}

/** The error for an answer that is not one of Entra's: a captive portal, a proxy's page, a body cut short. */
export function notEntraError(status: number, url: string): AzureCredentialsError {
  return failure(
    phrase`Something other than Microsoft Entra ID answered for ${new URL(url).host} (status ${status}).`,
    phrase`A proxy, or the sign-in page of the network you are on, is in between: open a web page in your browser to sign in to the network, check the setting http.proxy, and try again.`,
    `HTTP ${status}`,
  );
}

/** The error for Entra being out of order. */
export function outageError(status: number, body?: Readonly<Record<string, unknown>>): AzureCredentialsError {
  const found = body && entraFailure(body);
  return new AzureCredentialsError(
    'identity_provider',
    phrase`Microsoft Entra ID is out of order (status ${status}).`,
    {
      advice: withTrace(phrase`Try again in some minutes; if it lasts, see https://status.azure.com.`, found?.traceId),
      ...(found?.aadsts !== undefined && { aadsts: found.aadsts }),
      ...(found?.traceId !== undefined && { traceId: found.traceId }),
    },
  );
}

/** The error for being told to wait. @param retryAfterTimestamp milliseconds since the epoch */
export function throttledError(
  retryAfterTimestamp: number,
  body?: Readonly<Record<string, unknown>>,
): AzureCredentialsError {
  const found = body && entraFailure(body);
  return new AzureCredentialsError(
    'throttled',
    phrase`Microsoft Entra ID asks to wait: there were too many requests.`,
    {
      advice: withTrace(
        phrase`Wait until ${new Date(retryAfterTimestamp).toISOString()} and try again; until then no request is sent.`,
        found?.traceId,
      ),
      retryAfterTimestamp,
      ...(found?.aadsts !== undefined && { aadsts: found.aadsts }),
      ...(found?.traceId !== undefined && { traceId: found.traceId }),
    },
  );
}

/** An advice that names the trace for an administrator to look up. */
export function withTrace(advice: Phrase, traceId: string | undefined): Phrase {
  return traceId === undefined ? advice : phrase`${advice} Trace ID: ${traceId}.`;
}

function failure(message: Phrase, advice: Phrase, code: string): AzureCredentialsError {
  return new AzureCredentialsError('network', message, { advice, ...(code !== '' && { cause: { code } }) });
}

/** What a proxy answered instead of a tunnel: `Proxy response (403) !== 200 when HTTP Tunneling`, `… HTTP/1.1 403 Forbidden`. */
function proxyStatus(error: unknown): number | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const status = proxyMessages.test(at.message) && /(?:\(|HTTP\/1\.[01] )(\d{3})\b/.exec(at.message)?.[1];
    if (status) {
      return Number(status);
    }
  }
  return undefined;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** The code inside `fetch`'s TypeError (Node), or at the start of its message (Chromium's `net::ERR_…`). */
function failureCode(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = (at as { code?: unknown }).code;
    const chromium = /net::(ERR_\w+)/.exec(at.message)?.[1];
    if (chromium !== undefined) {
      return chromium;
    }
    if (proxyMessages.test(at.message)) {
      return 'PROXY';
    }
    if (typeof code === 'string') {
      return code;
    }
  }
  return '';
}
