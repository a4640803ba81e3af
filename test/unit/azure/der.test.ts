import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { integer } from '../../azure/der.ts';

describe('DER', () => {
  for (const [title, bytes, expected] of [
    ['a small number', [0x02], '020102'],
    ['a number that would read as negative', [0x80, 0x01], '0203008001'],
    ['a number with zero bytes in front, which OpenSSL refuses', [0x00, 0x00, 0x7f, 0x01], '02027f01'],
    ['zero bytes before a number that would read as negative', [0x00, 0xff], '020200ff'],
    ['zero', [0x00, 0x00], '020100'],
  ] as const) {
    it(`writes ${title} in the shortest form`, () => {
      assert.equal(integer(Uint8Array.from(bytes)).toString('hex'), expected);
    });
  }
});
