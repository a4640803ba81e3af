import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normaliseClaims } from '../../src/tokens/claims.ts';
import { tokenClaims } from '../../src/tokens/tokenClaims.ts';
import { claimsOfChallenges, parseWwwAuthenticate, tenantOfChallenges } from '../../src/tokens/wwwAuthenticate.ts';
import { hostileInput } from './cases.ts';
import { anyJson, anyText, assertMisuse, jwt } from './values.ts';

const pieces = fc.constantFrom(
  ...[
    'Bearer ',
    'bearer',
    'Basic ',
    'Negotiate abc==',
    'realm=',
    'claims=',
    'authorization_uri=',
    'error=',
    '"',
    '\\"',
    '\\',
    ',',
    '=',
    ' ',
    '\t',
  ],
  ...[
    'eyJhY2Nlc3NfdG9rZW4iOnt9fQ==',
    '{"access_token":{}}',
    'https://login.microsoftonline.com/contoso.com',
    'https://evil.example/',
    'https://x/..%2f',
  ],
);
/** Addresses of sign-ins: where the tenant stands, there may be anything. */
const authorizations = fc
  .tuple(
    fc.constantFrom('authorization_uri', 'authorization'),
    fc.constantFrom('https://login.microsoftonline.com/', 'HTTPS://evil.example/', 'http://x/'),
    fc.oneof(
      anyText,
      fc.constantFrom('common', 'contoso.com/oauth2', '%2e%2e', '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01'),
    ),
  )
  .map(([name, start, tenant]) => `Bearer realm="", ${name}="${start}${tenant}"`);
const headers = fc.oneof(
  authorizations,
  anyText,
  fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
);
const claimsTexts = fc.oneof(
  headers,
  anyJson.map((value) => JSON.stringify(value) ?? ''),
  anyJson.map((value) => Buffer.from(JSON.stringify(value) ?? '').toString('base64')),
);

hostileInput('claims and WWW-Authenticate', ({ holds }) => {
  holds('a header is read to its end or to where it breaks off, and names a tenant or none', headers, (header) => {
    const challenges = parseWwwAuthenticate(header);
    for (const { scheme, parameters } of challenges) {
      assert.match(scheme, /^[^\s,A-Z]+$/);
      assert.ok([...parameters.keys()].every((name) => name === name.toLowerCase() && !/[\s,="]/.test(name)));
    }
    const tenant = tenantOfChallenges(challenges);
    assert.ok(tenant === undefined || /^[a-z0-9.-]{1,253}$/.test(tenant), `${tenant} is no tenant`);
    const claims = claimsOfChallenges(challenges);
    assert.ok(claims === undefined || header.length >= claims.length);
  });
  holds('claims become the JSON of an object that stays the same, or are refused as misuse', claimsTexts, (text) => {
    const claims = claimsOf(text);
    if (claims !== undefined) {
      const value: unknown = JSON.parse(claims);
      assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
      assert.equal(normaliseClaims(claims), claims);
    }
  });
  holds('claims that are no text are refused as misuse', anyJson, (value) => {
    claimsOf(value as string);
  });
  holds('a token is decoded, or taken for opaque', fc.oneof(anyText, anyJson.map(jwt)), (token) => {
    const claims = tokenClaims(token);
    assert.ok(claims === undefined || (typeof claims === 'object' && !Array.isArray(claims)));
  });
});

function claimsOf(text: string): string | undefined {
  try {
    return normaliseClaims(text);
  } catch (error) {
    assertMisuse(error);
    return undefined;
  }
}
