import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPastedAddress } from '../../../src/entra/pastedAddress.ts';

const expected = { redirectUri: 'http://localhost:51234', state: 'the-state_1' };
const good = 'http://localhost:51234/?code=1.AbC-_x&client_info=eyJ9&state=the-state_1';

describe('a pasted address', () => {
  const usable = [
    good,
    `  ${good}\n`,
    `"${good}"`,
    `‘${good}’`,
    `<${good}>`,
    good.replace('&', '\n  &'),
    good.replace('http://', ''),
    good.replace('localhost', '127.0.0.1'),
    good.replace('localhost', '[::1]'),
    good.replace('http://', 'HTTP://'),
    `${good}#`,
  ];
  for (const text of usable) {
    it(`is taken as ${JSON.stringify(text)}`, () => {
      const read = readPastedAddress(text, expected);
      assert.ok('query' in read, JSON.stringify(read));
      assert.equal(read.query.get('code'), '1.AbC-_x');
    });
  }

  it('is taken when it holds an error', () => {
    assert.ok('query' in readPastedAddress(`${expected.redirectUri}/?error=access_denied&state=the-state_1`, expected));
  });

  const useless = [
    ['', /not an address/],
    ['1.AbC-_x', /not an address/],
    [good.replace('51234', '51235'), /begin with http:\/\/localhost:51234/],
    [good.replace('localhost', 'localhost.evil.example'), /begin with/],
    [good.replace('localhost', 'user@evil.example'), /begin with/],
    [good.replace('the-state_1', 'the-state_2'), /another sign-in/],
    [good.replace('&state=the-state_1', ''), /another sign-in/],
    [`${good}&state=other`, /another sign-in/],
    [`${expected.redirectUri}/?state=the-state_1`, /no answer/],
    ['https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?state=the-state_1', /sign-in page/],
  ] as const;
  for (const [text, reason] of useless) {
    it(`is refused as ${JSON.stringify(text)}, with words`, () => {
      const read = readPastedAddress(text, expected);
      assert.ok('reason' in read);
      assert.match(String(read.reason), reason);
    });
  }

  it('never throws and never repeats what was pasted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 12 }), (text) => {
        const read = readPastedAddress(text, expected);
        assert.ok('query' in read || !String(read.reason).includes(text));
      }),
    );
  });
});
