import { isGuid } from './resourceText.ts';

/** One challenge of a `WWW-Authenticate` header (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case, such as `bearer`. */
  readonly scheme: string;
  /** Values by name in lower case, unquoted. The first wins where a name is given twice. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A header of more characters than this is no one's honest challenge. */
const maximumHeader = 32_768;

/**
 * Reads every challenge of a `WWW-Authenticate` header, or of several joined with commas.
 *
 * Never throws: what cannot be read ends the reading, and the challenges before it are returned.
 */
export function parseWwwAuthenticate(header: string): readonly Challenge[] {
  if (header.length > maximumHeader) {
    return [];
  }
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let rest = skipSeparators(header);
  while (rest !== '') {
    const parameter = readParameter(rest);
    const current = challenges.at(-1);
    if (parameter !== undefined && current !== undefined) {
      if (!current.parameters.has(parameter.name)) {
        current.parameters.set(parameter.name, parameter.value);
      }
      rest = skipSeparators(parameter.rest);
      continue;
    }
    const scheme = /^([!#$%&'*+.^_`|~\w-]+)(?=[\s,]|$)/.exec(rest)?.[1];
    if (scheme === undefined) {
      break;
    }
    challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    // A token68 (such as Negotiate's) carries nothing for us.
    rest = skipSeparators(rest.slice(scheme.length).replace(/^[ \t]+[\w.~+/-]+=*[ \t]*(?=,|$)/, ''));
  }
  return challenges;
}

/** The `claims` of the first Bearer challenge that has any, as the server wrote them (usually base64). */
export function claimsOfChallenges(challenges: readonly Challenge[]): string | undefined {
  return firstBearerParameter(challenges, 'claims');
}

/**
 * The tenant that a Bearer challenge names in `authorization_uri` (or `authorization`): a GUID or a domain, in lower case.
 * Undefined for `common` and its like, and for anything that is no sign-in address. A server says so: treat it as a hint.
 */
export function tenantOfChallenges(challenges: readonly Challenge[]): string | undefined {
  const uri =
    firstBearerParameter(challenges, 'authorization_uri') ?? firstBearerParameter(challenges, 'authorization');
  if (uri === undefined || !/^https:\/\//i.test(uri) || !URL.canParse(uri)) {
    return undefined;
  }
  const tenant = new URL(uri).pathname.split('/')[1]?.toLowerCase() ?? '';
  return isGuid(tenant) || isDomain(tenant) ? tenant : undefined;
}

/** True for a DNS name of two labels or more. */
export function isDomain(text: string): boolean {
  return text.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(text);
}

function skipSeparators(text: string): string {
  return text.replace(/^[\s,]+/, '');
}

function firstBearerParameter(challenges: readonly Challenge[], name: string): string | undefined {
  return challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has(name))?.parameters.get(name);
}

function readParameter(text: string): { name: string; value: string; rest: string } | undefined {
  const name = /^([!#$%&'*+.^_`|~\w-]+)[ \t]*=[ \t]*/.exec(text);
  if (name?.[1] === undefined) {
    return undefined;
  }
  const after = text.slice(name[0].length);
  const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(after);
  const plain = quoted ?? /^([^\s,"]*)/.exec(after);
  const value = plain?.[1] ?? '';
  return {
    name: name[1].toLowerCase(),
    value: quoted === null ? value : value.replace(/\\(.)/gs, '$1'),
    rest: after.slice(plain?.[0].length ?? 0),
  };
}
