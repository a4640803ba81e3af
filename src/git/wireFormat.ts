import { AzureCredentialsError } from '../tokens/errors.ts';

/** Git refuses longer lines in its own reader (git-credential, "INPUT/OUTPUT FORMAT"). */
const maxLineBytes = 65_535;

/** Who started git, as far as our helper can tell from the environment that the Git extension gives to its processes. */
type Caller = 'person' | 'background' | 'terminal';

/** One request of git's credential protocol, checked: no value holds a NUL, a carriage return or a newline. */
export interface CredentialRequest {
  readonly action: 'get' | 'store' | 'erase';
  readonly protocol: string;
  readonly host: string;
  /** Already URL-decoded by git, without the leading slash. */
  readonly path?: string;
  readonly username?: string;
  /** What git is about to store or erase: a token of ours, or anybody's password. Never logged. */
  readonly secret?: string;
  /** `WWW-Authenticate` headers of the server's answer, from git 2.41 on. */
  readonly challenges: readonly string[];
  /** True when git takes an `authtype` and a `credential` (git 2.46 on). */
  readonly takesAuthtype: boolean;
  readonly caller: Caller;
}

/** One answer. Only `get` has any fields besides notes. */
export interface CredentialAnswer {
  readonly username?: string;
  readonly token?: string;
  /** Milliseconds since the epoch. */
  readonly expiresOnTimestamp?: number;
  /** Answer with `authtype=Bearer` instead of a password. */
  readonly bearer?: boolean;
  /** Git must not ask anyone else, the person included. */
  readonly quit?: boolean;
  /** A sentence that our helper prints on standard error. */
  readonly message?: string;
  /** What our helper prints under `GIT_TRACE`. */
  readonly trace?: string;
}

const listKeys = ['wwwauth[]', 'capability[]', 'state[]'];

/**
 * Reads one request: what git's `credential-cache` client relays, or our Node helper sends.
 *
 * Stricter than git's own reader, since every loose end here has been an attack (CVE-2020-5260, CVE-2024-50349,
 * CVE-2024-52006): control characters, long lines and a key given twice are refused.
 *
 * @throws AzureCredentialsError `unsupported_remote`
 */
export function parseCredentialRequest(bytes: Uint8Array): CredentialRequest {
  const fields = new Map<string, string>();
  const lists = new Map<string, string[]>(listKeys.map((key) => [key, []]));
  for (const { key, value } of requestLines(bytes)) {
    const list = lists.get(key);
    if (list) {
      addToList(list, value);
    } else if (fields.has(key)) {
      throw refused('a key is given twice');
    } else {
      fields.set(key, value);
    }
  }
  return requestOf(fields, lists);
}

function requestOf(fields: ReadonlyMap<string, string>, lists: ReadonlyMap<string, string[]>): CredentialRequest {
  const action = fields.get('action');
  if (action !== 'get' && action !== 'store' && action !== 'erase') {
    throw refused('the action is unknown');
  }
  const optional = (name: 'path' | 'username'): object => {
    const value = fields.get(name);
    return value ? { [name]: value } : {};
  };
  const secret = fields.get('credential') ?? fields.get('password');
  const caller = fields.get('caller');
  return {
    action,
    protocol: fields.get('protocol') ?? '',
    host: fields.get('host') ?? '',
    ...optional('path'),
    ...optional('username'),
    ...(secret ? { secret } : {}),
    challenges: lists.get('wwwauth[]') ?? [],
    takesAuthtype: lists.get('capability[]')?.includes('authtype') ?? false,
    caller: caller === 'person' || caller === 'background' ? caller : 'terminal',
  };
}

/** An empty value empties the list: git-credential, "INPUT/OUTPUT FORMAT". */
function addToList(list: string[], value: string): void {
  if (value === '') {
    list.length = 0;
  } else {
    list.push(value);
  }
}

function* requestLines(bytes: Uint8Array): Generator<{ key: string; value: string }> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end === start) {
      return;
    }
    if (end - start > maxLineBytes) {
      throw refused('a line is too long');
    }
    yield keyAndValue(decoder.decode(bytes.subarray(start, end)));
    start = end + 1;
  }
}

function keyAndValue(line: string): { key: string; value: string } {
  if (line.includes('\r') || line.includes('\0')) {
    throw refused('it holds a control character');
  }
  const equals = line.indexOf('=');
  if (equals < 1) {
    throw refused('a line has no key');
  }
  return { key: line.slice(0, equals), value: line.slice(equals + 1) };
}

function refused(reason: string): AzureCredentialsError {
  return new AzureCredentialsError('unsupported_remote', `Git's request was refused: ${reason}.`, {
    advice: 'Check the address of the remote (git remote -v).',
  });
}

/**
 * Writes an answer as git reads it. `trace` and `message` are keys of ours, which git ignores and our helper prints.
 * `password_expiry_utc` is in seconds.
 */
export function formatCredentialAnswer(answer: CredentialAnswer): string {
  const lines: [string, string][] = [];
  if (answer.trace !== undefined) {
    lines.push(['trace', answer.trace]);
  }
  if (answer.message !== undefined) {
    lines.push(['message', answer.message]);
  }
  if (answer.token !== undefined) {
    lines.push(...credentialLines(answer, answer.token));
  }
  if (answer.quit) {
    lines.push(['quit', '1']);
  }
  return lines.map(([key, value]) => `${key}=${singleLine(value)}\n`).join('');
}

function credentialLines(answer: CredentialAnswer, token: string): [string, string][] {
  const expiry: [string, string][] =
    answer.expiresOnTimestamp === undefined
      ? []
      : [['password_expiry_utc', String(Math.floor(answer.expiresOnTimestamp / 1000))]];
  if (answer.bearer) {
    return [['capability[]', 'authtype'], ['authtype', 'Bearer'], ['credential', token], ['ephemeral', '1'], ...expiry];
  }
  return [['username', answer.username ?? 'azure-delegated'], ['password', token], ...expiry];
}

/** A value with a line break in it could speak for us: it is cut into one line whatever it says. */
function singleLine(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through.
  return value.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}
