import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPastedAddress } from '../../src/entra/pastedAddress.ts';
import { hostileInput } from './cases.ts';
import { anyText, assertNoMarker, marker } from './values.ts';

const expected = { redirectUri: 'http://localhost:51234', state: `state-${marker}` };
const pieces = fc.constantFrom(
  ...[
    'http://',
    'https://',
    'HTTP://',
    'localhost',
    '127.0.0.1',
    '[::1]',
    'evil.example',
    'localhost.evil.example',
    ':51234',
    ':80',
    '@',
    '/',
    '?',
    '&',
    '#',
  ],
  ...[
    `code=0.A${marker}`,
    'code=',
    'error=access_denied',
    `state=${expected.state}`,
    'state=other',
    'state=',
    '"',
    ' ',
    '\n',
    '%26',
    '%00',
    '\\',
  ],
);
/** Right but for where it leads. */
const elsewhere = fc
  .tuple(
    fc.constantFrom('http://', 'https://', '', 'http://ada@', 'http://localhost:51234@'),
    fc.constantFrom(
      'localhost',
      '127.0.0.1',
      '[::1]',
      'evil.example',
      '127.0.0.1.evil.example',
      '0.0.0.0',
      '2130706433',
    ),
    fc.constantFrom(':51234', ':51235', ':80', '', ':0'),
    fc.constantFrom('/', '', '/x', '//'),
  )
  .map(([scheme, host, port, path]) => `${scheme}${host}${port}${path}?code=0.A${marker}&state=${expected.state}`);
const addresses = fc.oneof(
  elsewhere,
  anyText,
  fc.array(pieces, { maxLength: 10 }).map((parts) => parts.join('')),
  fc
    .array(pieces, { maxLength: 4 })
    .map((parts) => `http://localhost:51234/?code=0.A${marker}&state=${expected.state}${parts.join('')}`),
);

hostileInput('pasted redirect addresses', ({ holds }) => {
  holds(
    'only an answer to this very sign-in, on loopback, is taken; the rest is refused with words that repeat none of it',
    addresses,
    (text) => {
      const read = readPastedAddress(text, expected);
      if ('reason' in read) {
        assertNoMarker(String(read.reason), 'the reason');
        return;
      }
      const { query } = read;
      assert.deepEqual(query.getAll('state'), [expected.state]);
      assert.ok(query.has('code') || query.has('error'));
      const address = text.replace(/[\s"'`<>“”‘’]+/g, '');
      const url = new URL(/^https?:\/\//i.test(address) ? address : `http://${address}`);
      assert.match(url.host, /^(localhost|127\.0\.0\.1|\[::1\]):51234$/);
    },
  );
});
