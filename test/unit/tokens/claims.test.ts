import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normaliseClaims } from '../../../src/tokens/claims.ts';
import { tokenClaims } from '../../../src/tokens/tokenClaims.ts';
import { claimsOfChallenges, parseWwwAuthenticate, tenantOfChallenges } from '../../../src/tokens/wwwAuthenticate.ts';

const json = '{"access_token":{"nbf":{"essential":true,"value":"1652813508"}}}';
const base64 = Buffer.from(json).toString('base64');

describe('claims of a request', () => {
  it('takes JSON, base64, base64url and a whole header for the same thing', () => {
    const forms = [
      json,
      ` ${JSON.stringify(JSON.parse(json), undefined, 2)}\n`,
      base64,
      Buffer.from(json).toString('base64url'),
      `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="${base64}"`,
      `bearer claims=${base64}`,
      `Negotiate, Basic realm="a, Bearer claims=\\"x\\"", Bearer error="insufficient_claims", claims="${base64}"`,
      `Bearer error="insufficient_claims", claims="${json.replaceAll('"', '\\"')}"`,
    ];
    for (const form of forms) {
      assert.equal(normaliseClaims(form), json, form);
    }
  });

  it('finds none in a header that asks for none, or for what cannot be read', () => {
    const headers = [
      '',
      ' ',
      'Bearer',
      'Bearer error="invalid_token"',
      'Basic realm="x"',
      'Bearer claims="%%"',
      'Bearer claims="W10="',
    ];
    for (const header of headers) {
      assert.equal(normaliseClaims(header), undefined, header);
    }
  });

  it('is a programmer’s mistake to pass anything else', () => {
    for (const text of ['{', '[1]', '"x"', 'W10=', 'nonsense!', '{"a":', '=?', `{"a":"${'x'.repeat(20_000)}"}`]) {
      assert.throws(() => normaliseClaims(text), TypeError, text.slice(0, 20));
    }
    assert.throws(() => normaliseClaims(5 as never), TypeError);
  });

  it('gives back any object, however it was wrapped', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        assert.equal(normaliseClaims(text), JSON.stringify(JSON.parse(text)));
        assert.equal(normaliseClaims(Buffer.from(text).toString('base64')), normaliseClaims(text));
        const quoted = text.replace(/[\\"]/g, '\\$&');
        assert.equal(normaliseClaims(`Bearer realm="x", claims="${quoted}", error="y"`), normaliseClaims(text));
      }),
    );
  });
});

describe('WWW-Authenticate', () => {
  it('reads every challenge with its parameters', () => {
    const header =
      'Basic realm="say \\"hi\\", you" , Bearer authorization_uri=https://login.windows.net/contoso.com , Negotiate abc==, NTLM';
    assert.deepEqual(
      parseWwwAuthenticate(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]),
      [
        ['basic', { realm: 'say "hi", you' }],
        ['bearer', { authorization_uri: 'https://login.windows.net/contoso.com' }],
        ['negotiate', {}],
        ['ntlm', {}],
      ],
    );
  });

  it('reads parameters that only spaces separate, as Azure Storage and Key Vault write them', () => {
    const [challenge] = parseWwwAuthenticate(
      'Bearer authorization_uri=https://login.microsoftonline.com/t/oauth2/authorize resource_id=https://storage.azure.com',
    );
    assert.equal(challenge?.parameters.get('resource_id'), 'https://storage.azure.com');
  });

  it('takes the first value of a parameter that is given twice', () => {
    assert.equal(parseWwwAuthenticate('Bearer a="1", A="2"')[0]?.parameters.get('a'), '1');
  });

  it('names the tenant of the sign-in address, and none where there is none', () => {
    const tenants: [string, string | undefined][] = [
      [
        'https://login.microsoftonline.com/72F988BF-86F1-41AF-91AB-2D7CD011DB47',
        '72f988bf-86f1-41af-91ab-2d7cd011db47',
      ],
      ['https://login.windows.net/contoso.com/oauth2/authorize', 'contoso.com'],
      ['https://login.microsoftonline.com/common/oauth2/authorize', undefined],
      ['http://login.microsoftonline.com/contoso.com', undefined],
      ['https://login.microsoftonline.com/', undefined],
      ['https://login.microsoftonline.com/a%2f..%2fb.com', undefined],
      ['contoso.com', undefined],
    ];
    for (const [uri, tenant] of tenants) {
      assert.equal(tenantOfChallenges(parseWwwAuthenticate(`Bearer authorization_uri="${uri}"`)), tenant, uri);
    }
    assert.equal(
      tenantOfChallenges(parseWwwAuthenticate('Basic authorization_uri="https://x.com/contoso.com"')),
      undefined,
    );
  });

  it('never throws, never hangs, whatever a server sends', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('Bearer ', 'claims="', '"', '\\', ', ', '=', 'a=', '\t'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const challenges = parseWwwAuthenticate(pieces.join(''));
        claimsOfChallenges(challenges);
        tenantOfChallenges(challenges);
      }),
      { numRuns: 2000 },
    );
    const started = performance.now();
    for (const text of ['Bearer a="\\', 'a ', 'Bearer a=,', 'Bearer "', 'x=y '.repeat(8)]) {
      parseWwwAuthenticate(text.repeat(32_000 / text.length));
    }
    assert.deepEqual(parseWwwAuthenticate(`Bearer a="${'x'.repeat(40_000)}"`), []);
    assert.ok(performance.now() - started < 2000);
  });
});

describe('claims of a token', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('reads the payload of a JWT and of nothing else', () => {
    assert.deepEqual(tokenClaims(`${encode({})}.${encode({ scp: 'a é' })}.x`), { scp: 'a é' });
    const others = ['', 'opaque', 'a.b.c', `${encode({})}.${encode([])}.x`, `x.${encode({})}`, 'a.b.c.d.e'];
    for (const other of [...others, `x.${'a'.repeat(70_000)}.x`]) {
      assert.equal(tokenClaims(other), undefined, other.slice(0, 20));
    }
  });
});
