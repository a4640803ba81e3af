import { createHmac } from 'node:crypto';
import { secretMatcher } from './callerSecret.ts';

/** How long a cookie is good for, in milliseconds: programs that keep one read it again when it has run out. */
export const rpcCookieLifetime = 60 * 60 * 1000;

/** How long after its end a cookie is still taken, in milliseconds: a machine that wakes has an old one in its file. */
const grace = 5 * 60 * 1000;

/** Longest cookie that is looked at: ours has 83 characters. */
const longest = 160;

/**
 * Makes the RPC cookie of a Posit Workbench session: a value, a bar and the time it ends, in the percent-encoded form that
 * posit-sdk parses (`Mon%2C%2001%20Jan%202030%2000%3A00%3A00%20GMT`). The value is a keyed hash of the end, so the end cannot be changed.
 *
 * @see https://github.com/posit-dev/posit-sdk-py/blob/main/src/posit/workbench/auth/cookie_reader.py
 * @param expiresOn milliseconds since the epoch; whole seconds count
 */
export function mintRpcCookie(secret: string, expiresOn: number): string {
  const expiry = encodeURIComponent(new Date(expiresOn).toUTCString());
  return `${sign(secret, expiry)}|${expiry}`;
}

/**
 * Is this a cookie made with the secret, and not over yet?
 *
 * @param now milliseconds since the epoch
 */
export function isRpcCookie(secret: string, presented: string | undefined, now: number): boolean {
  const cookie = (presented ?? '').slice(0, longest);
  const bar = cookie.indexOf('|');
  const expiry = cookie.slice(bar + 1);
  const right = secretMatcher(`${sign(secret, expiry)}|${expiry}`)(presented);
  return right && now < Date.parse(decodeURIComponent(expiry)) + grace;
}

function sign(secret: string, expiry: string): string {
  return createHmac('sha256', secret).update(expiry).digest('base64url');
}
