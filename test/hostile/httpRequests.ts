import fc from 'fast-check';
import { anyJson, anyText } from './values.ts';

/** One request as a program writes it: every part may be spoiled before it is sent. */
interface Request {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** How the bytes of one connection go out. */
export interface Sending {
  readonly requests: readonly Request[];
  /** Where the bytes are cut in two writes, in percent; 100 sends them at once. */
  readonly cut: number;
  /** Milliseconds between the two. */
  readonly pause: number;
  /** The connection is reset instead of ended. */
  readonly resets: boolean;
}

const resource = 'resource=https%3A%2F%2Fstorage.azure.com';
const cookieHeader = 'X-RS-Session-Server-RPC-Cookie: $S4';
const scopes = JSON.stringify({ scopes: ['https://storage.azure.com/.default'] });
const params = JSON.stringify({ method: '/delegated_azure_token', params: ['https://storage.azure.com'] });
const honest: readonly Request[] = [
  {
    line: `GET /msi/token?api-version=2019-08-01&${resource} HTTP/1.1`,
    headers: ['Host: $HOST', 'X-IDENTITY-HEADER: $S0'],
    body: '',
  },
  {
    line: `GET /$S3/oauth2/token?api-version=2017-09-01&${resource} HTTP/1.1`,
    headers: ['Host: $HOST', 'secret: $S1'],
    body: '',
  },
  {
    line: 'POST /$S3/oauth2/token HTTP/1.1',
    headers: ['Host: $HOST', 'Metadata: true', `Content-Length: ${resource.length}`],
    body: resource,
  },
  {
    line: 'POST /azd/token?api-version=2023-07-12-preview HTTP/1.1',
    headers: ['Host: $HOST', 'Authorization: Bearer $S2', `Content-Length: ${scopes.length}`],
    body: scopes,
  },
  {
    line: 'POST /workbench/delegated_azure_token HTTP/1.1',
    headers: ['Host: $HOST', cookieHeader, `Content-Length: ${params.length}`],
    body: params,
  },
];
const otherHeaders = fc.oneof(
  fc.constantFrom(
    ...[
      'Origin: https://evil.example',
      'origin:null',
      'Sec-Fetch-Site: cross-site',
      'Host: evil.example',
      'Host: 127.0.0.1',
      'Host: localhost',
      'host : $HOST',
    ],
    ...[
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: identity',
      'transfer-encoding: chunked, chunked',
      'Content-Length: 0',
      'Content-Length: 5',
      'Content-Length: -1',
    ],
    ...[
      'Content-Length: 99999999999999999999',
      'Expect: 100-continue',
      'Expect: nothing',
      'Connection: close',
      'Connection: upgrade',
      'Upgrade: websocket',
      ' folded: line',
    ],
    ...[
      'X-IDENTITY-HEADER: wrong',
      'X-IDENTITY-HEADER: ',
      'Authorization: Bearer wrong',
      'secret: wrong',
      'Metadata: false',
      'Cookie: a=b',
      'X: \u0000',
      'X: \u00ff',
    ],
  ),
  anyText,
  fc.constantFrom(4_000, 9_000, 70_000).map((length) => `X-Long: ${'x'.repeat(length)}`),
  fc.constantFrom(200, 3_000).map((count) => 'a:b\r\n'.repeat(count).slice(0, -2)),
);
const otherLines = fc.oneof(
  anyText,
  fc.constantFrom(
    ...[
      '',
      'GET',
      'GET /',
      'GET / HTTP/1.0',
      'GET / HTTP/9.9',
      'PRI * HTTP/2.0',
      'CONNECT storage.azure.com:443 HTTP/1.1',
      'OPTIONS * HTTP/1.1',
      'TRACE / HTTP/1.1',
    ],
    ...[
      'GET http://evil.example/msi/token HTTP/1.1',
      'GET //msi/token HTTP/1.1',
      'GET /msi/../msi/token HTTP/1.1',
      'GET /MSI/token HTTP/1.1',
      `HEAD /msi/token?${resource} HTTP/1.1`,
    ],
    ...[
      'GET /msi/token?resource=%E0%A4%A HTTP/1.1',
      `GET /msi/token;x?${resource} HTTP/1.1`,
      `GET /msi/token?${resource}&${resource} HTTP/1.1`,
      'GET /msi/token?resource= HTTP/1.1',
    ],
  ),
  fc.constantFrom(7_000, 20_000).map((length) => `GET /${'x'.repeat(length)} HTTP/1.1`),
);
const otherBodies = fc.oneof(
  anyText,
  anyJson.map((value) => JSON.stringify(value)),
  fc
    .tuple(fc.constantFrom('scopes', 'tenantId', 'claims', 'params'), anyJson)
    .map(([name, value]) => JSON.stringify({ scopes: ['https://storage.azure.com/.default'], [name]: value })),
  fc.constantFrom(
    '5\r\nhello\r\n0\r\n\r\n',
    'zz\r\n',
    'ffffffffffffffff\r\n',
    '0\r\n\r\nGET /msi/token HTTP/1.1\r\nHost: $HOST\r\n\r\n',
    'x'.repeat(20_000),
  ),
);

/** Requests on one connection, in the ways in which their bytes can come. `$HOST` and `$S0` to `$S4` stand for host and secrets. */
export function sendings(): fc.Arbitrary<Sending> {
  return fc.record({
    requests: fc.oneof(
      { weight: 8, arbitrary: fc.tuple(requests()) },
      { weight: 2, arbitrary: fc.tuple(requests(), requests()) },
    ),
    cut: fc.oneof({ weight: 3, arbitrary: fc.constant(100) }, { weight: 1, arbitrary: fc.nat(100) }),
    pause: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
    resets: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  });
}

/** Nothing, `times` times as often as something. */
function seldom<T>(something: fc.Arbitrary<T>, times: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: times, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: something });
}

/** An honest request of one of the dialects with some of its parts spoiled, or left alone. */
function requests(): fc.Arbitrary<Request> {
  const spoiling = fc.record({
    line: seldom(otherLines, 5),
    body: seldom(otherBodies, 4),
    isMeasured: fc.boolean(),
    more: fc.array(fc.tuple(otherHeaders, fc.nat(3)), { maxLength: 3 }),
    without: seldom(fc.nat(2), 8),
  });
  return fc
    .tuple(fc.constantFrom(...honest), fc.oneof(spoiling, fc.constant(undefined)))
    .map(([request, spoilt]) => (spoilt === undefined ? request : spoil(request, spoilt)));
}

interface Spoiling {
  readonly line: string | null;
  readonly body: string | null;
  /** The length of another body is told as it is. */
  readonly isMeasured: boolean;
  readonly more: readonly (readonly [header: string, place: number])[];
  /** Which header is left out. */
  readonly without: number | null;
}

function spoil(request: Request, { line, body, isMeasured, more, without }: Spoiling): Request {
  const headers = request.headers.filter(
    (header, index) => index !== without && !(body !== null && isMeasured && header.startsWith('Content-Length')),
  );
  for (const [header, place] of more) {
    headers.splice(place, 0, header);
  }
  const length = body !== null && isMeasured ? [`Content-Length: ${Buffer.from(body, 'latin1').length}`] : [];
  return { line: line ?? request.line, headers: [...headers, ...length], body: body ?? request.body };
}

/** The bytes of a request, as text. */
export function textOf({ line, headers, body }: Request): string {
  return `${line}\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n${body}`;
}
