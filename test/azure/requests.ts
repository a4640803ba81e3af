import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestFilter, RequestRecord } from './controlTypes.ts';
import { hostOf, urlOf } from './messages.ts';
import type { SecretRecord } from './secrets.ts';

const kept = 20_000;
const secretNames = new Set([
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'password',
  'refresh_token',
]);

/**
 * A short hash that tells secrets apart in the request log without showing them.
 *
 * Tests compare it with the hash of the token they expect to have been sent.
 */
export function shortHash(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`;
}

/** The log of every request that reached a stand-in. Holds no secret, only short hashes. */
export class RequestLog {
  readonly #records: RequestRecord[] = [];
  readonly #byRequest = new WeakMap<IncomingMessage, RequestRecord>();
  readonly #secrets: SecretRecord | undefined;
  #count = 0;

  /** @param secrets where the secrets of forms are kept as they are */
  constructor(secrets?: SecretRecord) {
    this.#secrets = secrets;
  }

  /** Opens the entry of a request; its status is filled in when the answer has been sent. */
  open(request: IncomingMessage, response: ServerResponse): RequestRecord {
    const url = urlOf(request);
    const record = this.add({
      method: request.method ?? 'GET',
      host: hostOf(request),
      path: url.pathname,
      query: redact(url.searchParams),
      ...authorizationOf(request),
      ...definedHeader(request, 'user-agent', 'userAgent'),
      ...definedHeader(request, 'client-request-id', 'clientRequestId'),
    });
    this.#byRequest.set(request, record);
    response.once('finish', () => {
      record.status = response.statusCode;
    });
    const { socket } = request;
    const before = socket.bytesWritten;
    response.once('close', () => {
      record.sent = socket.bytesWritten - before;
    });
    return record;
  }

  /** Adds an entry for something that never became an HTTP request to a stand-in. */
  add(facts: Omit<RequestRecord, 'number' | 'time'>): RequestRecord {
    this.#count += 1;
    const record: RequestRecord = { number: this.#count, time: Date.now(), ...facts };
    this.#records.push(record);
    if (this.#records.length > kept) {
      this.#records.shift();
    }
    return record;
  }

  /** Adds facts to the entry of a request. */
  note(request: IncomingMessage, facts: Partial<RequestRecord>): void {
    Object.assign(this.#byRequest.get(request) ?? {}, facts);
  }

  /** Adds a form to the entry of a request, its secrets as short hashes. */
  noteForm(request: IncomingMessage, form: URLSearchParams): void {
    const grant = form.get('grant_type');
    const client = form.get('client_id');
    const scope = form.get('scope');
    this.#secrets?.addParameters(form);
    this.note(request, {
      form: redact(form),
      ...(grant ? { grant } : {}),
      ...(client ? { client } : {}),
      ...(scope ? { scope } : {}),
    });
  }

  /** Entries that match every given field, oldest first. */
  find(filter: RequestFilter): RequestRecord[] {
    return this.#records.filter((record) => matches(record, filter));
  }

  /** Forgets all entries. */
  clear(): void {
    this.#records.length = 0;
  }
}

function matches(record: RequestRecord, filter: RequestFilter): boolean {
  const { path, since, ...exact } = filter;
  if (path !== undefined && !record.path.includes(path)) {
    return false;
  }
  if (since !== undefined && record.number <= since) {
    return false;
  }
  return Object.entries(exact).every(([key, value]) => {
    const actual = record[key as keyof typeof exact];
    return value === undefined || (Array.isArray(actual) ? actual.includes(String(value)) : actual === value);
  });
}

function redact(parameters: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...parameters].map(([name, value]) => [name, secretNames.has(name) ? shortHash(value) : value]),
  );
}

function authorizationOf(request: IncomingMessage): Pick<RequestRecord, 'authorization'> {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ', 2);
  return scheme ? { authorization: { scheme, hash: shortHash(credentials) } } : {};
}

function definedHeader<Field extends string>(
  request: IncomingMessage,
  header: string,
  field: Field,
): Partial<Record<Field, string>> {
  const value = request.headers[header];
  return typeof value === 'string' ? ({ [field]: value } as Record<Field, string>) : {};
}
