import type { TokenClaims } from '../../tokens/tokenClaims.ts';
import { comparable, type Decider, type NeededAccess } from './neededAccess.ts';

/** One thing that can be the reason of a 403, and whether it is. `unknown`: the token or the address does not tell. */
export type Finding =
  | { readonly check: 'audience'; readonly result: Result; readonly actual: string; readonly expected?: string }
  | { readonly check: 'lifetime'; readonly result: Result; readonly time?: number }
  | {
      readonly check: 'permission';
      readonly result: Result;
      /** What the token has, of `scp` or `roles`. */
      readonly has: readonly string[];
      readonly needsOneOf: readonly string[];
      readonly claim: 'scp' | 'roles';
    }
  /** Nothing in the token forbids it: whoever decides at the service has to allow it. */
  | { readonly check: 'beyond'; readonly result: 'unknown'; readonly decider: Decider };

export type Result = 'fits' | 'fails' | 'unknown';

/** Compares a token with what a request needs. @param now milliseconds since the epoch */
export function judge(claims: TokenClaims, needed: NeededAccess, now: number): readonly Finding[] {
  const found = [audience(claims, needed), lifetime(claims, now), permission(claims, needed)];
  const fails = found.some(({ result }) => result === 'fails');
  return fails ? found : [...found, { check: 'beyond', result: 'unknown', decider: needed.decider }];
}

function audience(claims: TokenClaims, { audiences, resource }: NeededAccess): Finding {
  const actual = texts(claims['aud']);
  const fits = actual.some((one) => audiences.includes(comparable(one)));
  const result = audiences.length === 0 ? 'unknown' : fits ? 'fits' : 'fails';
  return {
    check: 'audience',
    result,
    actual: actual.join(', '),
    ...(resource !== undefined && { expected: resource }),
  };
}

function lifetime(claims: TokenClaims, now: number): Finding {
  const end = Number(claims['exp']) * 1000;
  if (!Number.isFinite(end)) {
    return { check: 'lifetime', result: 'unknown' };
  }
  return { check: 'lifetime', result: end > now ? 'fits' : 'fails', time: end };
}

/** A token of a person has `scp`; that of an application as itself has `roles`. */
function permission(claims: TokenClaims, { permissions }: NeededAccess): Finding {
  const claim = claims['scp'] === undefined && claims['idtyp'] === 'app' ? 'roles' : 'scp';
  const has = texts(claims[claim]).flatMap((text) => text.split(' ').filter((name) => name !== ''));
  const wanted = permissions.map((name) => name.toLowerCase());
  const fits = has.some((name) => wanted.includes(name.toLowerCase()));
  // An application has no scope to act as a person: what it may do at Azure is decided by its roles there alone.
  const isUnknown = wanted.length === 0 || (claim === 'roles' && wanted.includes('user_impersonation'));
  const result = isUnknown ? 'unknown' : fits ? 'fits' : 'fails';
  return { check: 'permission', result, has, needsOneOf: permissions, claim };
}

function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
}
