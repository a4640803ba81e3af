import type { Application } from '../data.ts';

/** Under which platform of the registration a redirect URI is registered; `undefined` when it is not. */
export function platformOf(application: Application, redirectUri: string): 'publicClient' | 'web' | undefined {
  const { publicClient, web } = application.redirectUris;
  if (publicClient.some((registered) => matchesRedirect(registered, redirectUri))) {
    return 'publicClient';
  }
  return web.some((registered) => matchesRedirect(registered, redirectUri)) ? 'web' : undefined;
}

/**
 * Whether a redirect URI is the registered one.
 *
 * Exact, but for `http://localhost` and `http://127.0.0.1`, whose port is ignored (RFC 8252 section 7.3; entra-docs
 * `reply-url.md`, "Localhost exceptions"). An empty path and `/` are the same.
 */
function matchesRedirect(registered: string, asked: string): boolean {
  if (!(URL.canParse(registered) && URL.canParse(asked))) {
    return registered === asked;
  }
  const [wanted, actual] = [new URL(registered), new URL(asked)];
  const loopback = wanted.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(wanted.hostname);
  if (loopback) {
    actual.port = wanted.port;
  }
  return wanted.href === actual.href;
}
