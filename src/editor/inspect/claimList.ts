import type { TokenClaims } from '../../tokens/tokenClaims.ts';

/** One claim of a token, in the order in which people look for it. */
export interface ListedClaim {
  readonly name: string;
  readonly value: unknown;
  /** When the claim is a time: milliseconds since the epoch. */
  readonly time?: number;
}

/** What is asked first about a token: for whom, by whom, how long; who; what may be done; by which client; the rest. */
const order = [
  ...['aud', 'iss', 'iat', 'nbf', 'exp'],
  ...['upn', 'unique_name', 'preferred_username', 'email', 'name', 'family_name', 'given_name', 'oid', 'sub', 'tid'],
  ...['idtyp', 'acct', 'idp', 'altsecid', 'puid', 'onprem_sid', 'ipaddr'],
  ...['scp', 'roles', 'wids', 'groups', 'hasgroups', '_claim_names', '_claim_sources'],
  ...['appid', 'azp', 'app_displayname', 'appidacr', 'azpacr'],
  ...['amr', 'acr', 'acrs', 'auth_time', 'deviceid', 'signin_state', 'xms_cc', 'xms_tcdt', 'xms_mirid', 'xms_az_rid'],
  ...['ver', 'uti', 'rh', 'aio', 'sid'],
];

/** The last second that a date can have: RFC 7519 sets no limit. */
const latestSecond = 8.64e12;

const times: ReadonlySet<string> = new Set(['iat', 'nbf', 'exp', 'auth_time', 'xms_tcdt']);

/** The claims of a token, those that matter most first and those that nobody knows last. */
export function listClaims(claims: TokenClaims): readonly ListedClaim[] {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.entries(claims)
    .map(([name, value]) => listedClaim(name, value))
    .sort((left, right) => place(left.name) - place(right.name) || left.name.localeCompare(right.name));
}

/** Times are NumericDates of RFC 7519: seconds since the epoch. Some issuers write numbers as text. */
function listedClaim(name: string, value: unknown): ListedClaim {
  const seconds = typeof value === 'string' && /^\d{9,11}$/.test(value) ? Number(value) : value;
  return times.has(name) && typeof seconds === 'number' && Math.abs(seconds) <= latestSecond
    ? { name, value, time: seconds * 1000 }
    : { name, value };
}

/** The value as JSON, each line but the first indented, for a document with comments. */
export function valueText(value: unknown): string {
  return (JSON.stringify(value, undefined, 2) ?? 'null').replaceAll('\n', '\n  ');
}
