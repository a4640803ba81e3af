import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { type AzureCredentialsError, type ErrorCode, isAzureCredentialsError } from '../../src/tokens/errors.ts';

/** Stands in every secret that a case uses: it may be in no error, log, or answer to someone who must not have it. */
export const marker = 'MARKERq7Zx';

/** Texts that have fooled parsers: injected lines, look-alikes, names of what every object has, wildcards, markup. */
const traps = [
  '',
  ' ',
  '\0',
  '\r',
  '\n',
  '\r\n\r\n',
  '%0a',
  '%00',
  '%E0%A4%A',
  '../../..',
  '//',
  '*',
  '$(x)',
  '[a](command:x)',
  '<script>',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '1e999',
  '-1',
  '\u212A',
  '\u202E',
  '\uD800',
  '\uFEFF',
  'localhost',
  'https://',
  'http://127.0.0.1',
  'xn--',
  `eyJ${marker}`,
] as const;

/** Any text: characters of every kind, traps, and some that are huge. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.string() },
  { weight: 3, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 4, arbitrary: fc.constantFrom(...traps) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...traps), fc.string(), fc.constantFrom(...traps))
      .map((parts) => parts.join('')),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('x', '0', '[', '{"a":', '%', ' ', ',', '"', '\\', 'é', '€', 'a.', 'a=,'),
        fc.constantFrom(300, 3_000, 30_000),
      )
      .map(([text, times]) => text.repeat(times / text.length)),
  },
);

const trapKeys = [
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'then',
  'toJSON',
  'length',
  'hasOwnProperty',
  'id',
];

/** Any value of JSON: also numbers at the edges, objects with the names of what every object has, deep ones, huge ones. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 5, arbitrary: anyText },
  {
    weight: 5,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1,
      0.001,
      3600,
      1e15,
      1e21,
      1e308,
      -1e308,
      2 ** 53,
      [],
      {},
      [[]],
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(fc.constantFrom(...trapKeys), fc.jsonValue({ maxDepth: 1 })), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 3_000 }).map((depth) => deep(depth)) },
);

function deep(depth: number): unknown {
  let value: unknown = 1;
  for (let count = 0; count < depth; count += 1) {
    value = count % 2 === 0 ? [value] : { a: value };
  }
  return value;
}

/** A value as an honest sender would write it, or anything else, or nothing: most of the fields stay honest, so that some get far. */
export function spoiled(honest: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(honest).map(([name, value]) =>
    fc
      .oneof(
        { weight: 14, arbitrary: fc.constant([value]) },
        { weight: 1, arbitrary: fc.constant([]) },
        { weight: 2, arbitrary: anyJson.map((other) => [other]) },
      )
      .map((found): [string, unknown][] => found.map((one) => [name, one])),
  );
  const more = fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom(...trapKeys)), anyJson), { maxLength: 1 });
  return fc.tuple(fc.tuple(...fields), more).map(([known, others]) => Object.fromEntries([...known.flat(), ...others]));
}

/** A JWT with these claims; its signature holds the marker. */
export function jwt(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
  return `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}.${marker}signature`;
}

/** Everything that an error says, to whoever gets it. */
function allOf(error: unknown): string {
  const { message, stack, cause, ...rest } = error as Error;
  return [message, stack, inspect(cause, { depth: 5 }), inspect(rest, { depth: 5 })].join('\n');
}

/** The error is ours, has one of these codes, and holds no marker. */
export function assertOurs(error: unknown, ...codes: readonly ErrorCode[]): asserts error is AzureCredentialsError {
  if (!isAzureCredentialsError(error)) {
    throw error;
  }
  assert.ok(codes.length === 0 || codes.includes(error.code), `its code is ${error.code}`);
  assert.ok(!allOf(error).includes(marker), 'the error holds a secret');
}

/** A programmer's mistake, told as one, without the marker. */
export function assertMisuse(error: unknown): void {
  if (!(error instanceof TypeError) || !/^("|A |The )/.test(error.message)) {
    throw error;
  }
  assert.ok(!allOf(error).includes(marker), 'the error holds a secret');
}

/** What is printed nowhere: neither plain nor encoded. */
export function assertNoMarker(text: string, where: string): void {
  const forms = [marker, Buffer.from(marker).toString('base64').slice(0, -2), encodeURIComponent(marker)];
  assert.ok(!forms.some((form) => text.includes(form)), `${where} holds a secret`);
}
