import fc from 'fast-check';
import { authorityFor } from '../../src/entra/clouds.ts';
import type { Account } from '../../src/tokens/account.ts';
import { ids, storage } from '../unit/entra/harness.ts';
import { anyJson, anyText, jwt, marker, spoiled } from './values.ts';

/** Whose tokens are asked for. */
export const ada: Account = {
  id: ids.ada,
  username: 'ada@contoso.com',
  name: 'Ada',
  tenantId: ids.contoso,
  kind: 'user',
};
/** The only host that may be asked. */
export const authority = authorityFor('public');
const [uid = '', utid = ''] = ids.ada.split('.');
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const clientInfos = fc.oneof(
  spoiled({ uid, utid }).map(encoded),
  fc.constantFrom(encoded({ uid: 'somebody-else', utid: ids.fabrikam }), encoded({ uid, utid: ids.fabrikam })),
);
const idTokens = fc.oneof(
  spoiled({
    aud: ids.publicClient,
    iss: `https://${authority.host}/${ids.contoso}/v2.0`,
    oid: uid,
    tid: ids.contoso,
    sub: 's',
    preferred_username: 'ada@contoso.com',
    name: 'Ada',
    nonce: 'n',
    ver: '2.0',
  }).map(jwt),
  fc.constant(jwt({ oid: uid, tid: ids.fabrikam, sub: 's', preferred_username: 'ada@contoso.com', nonce: 'n' })),
);
/** Answers of the token endpoint that grant. */
export const granted = fc.tuple(clientInfos, idTokens).chain(([client_info, id_token]) =>
  spoiled({
    ...{
      token_type: 'Bearer',
      scope: `${storage}/user_impersonation ${storage}/.default`,
      expires_in: 3600,
      ext_expires_in: 3600,
    },
    ...{
      access_token: `at~${marker}`,
      refresh_token: `rt~${marker}`,
      refresh_in: 1800,
      foci: '1',
      id_token,
      client_info,
    },
  }),
);
const refused = spoiled({
  ...{
    error: 'interaction_required',
    suberror: 'basic_action',
    error_codes: [50076],
    timestamp: '2026-01-01 00:00:00Z',
  },
  ...{
    error_description: `AADSTS50076: ${marker}\r\nTrace ID: 0a1b-2c\r\nCorrelation ID: 2c3d`,
    trace_id: 'a-b',
    correlation_id: 'c-d',
  },
  claims: '{"access_token":{"capolids":{"essential":true}}}',
});
const bodies = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(granted, granted, refused).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.tuple(granted, fc.nat(400)).map(([value, cut]) => JSON.stringify(value).slice(0, cut)) },
  { weight: 1, arbitrary: granted.map((value) => JSON.stringify(value).repeat(2)) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      anyText,
      anyJson.map((value) => JSON.stringify(value)),
    ),
  },
);
const statuses = fc.oneof(
  { weight: 12, arbitrary: fc.constant(200) },
  { weight: 6, arbitrary: fc.constant(400) },
  { weight: 1, arbitrary: fc.constantFrom(201, 301, 302, 401, 403, 404, 429, 500, 502, 503, 599) },
);
const waits = fc.oneof(
  fc.constantFrom(
    undefined,
    undefined,
    '0',
    '1',
    '1e9',
    '-5',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Fri, 31 Dec 9999 23:59:59 GMT',
  ),
  fc.string({ maxLength: 12 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
);

/** An answer to any request. */
export interface Answer {
  readonly body: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
}
/** Answers of Entra, most of them spoiled in one place. */
export const answers: fc.Arbitrary<Answer> = fc.record({ body: bodies, status: statuses, retryAfter: waits });

/** OpenID configurations. */
export function discoveries(): fc.Arbitrary<string> {
  const base = `https://${authority.host}/${ids.contoso}`;
  const urls = fc.oneof(
    anyText,
    fc.constantFrom(
      'https://login.microsoftonline.us/x/v2.0',
      'https://evil.example/contoso',
      `https://${authority.host}/..%2f..`,
      `https://${authority.host}/%7Btenantid%7D/v2.0`,
      `https://${authority.host}/%E0%A4%A/`,
    ),
  );
  return fc
    .tuple(
      spoiled({
        token_endpoint: `${base}/oauth2/v2.0/token`,
        issuer: `${base}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        jwks_uri: base,
      }),
      urls,
      fc.constantFrom('issuer', 'token_endpoint', 'none'),
    )
    .map(([body, url, field]) => JSON.stringify(field === 'none' ? body : { ...body, [field]: url }));
}

/** Answers to a request for a device code. */
export function deviceCodes(): fc.Arbitrary<string> {
  return fc
    .oneof(
      spoiled({
        user_code: 'ABCD1234',
        device_code: `dc~${marker}`,
        verification_uri: 'https://microsoft.com/devicelogin',
        expires_in: 900,
        interval: 5,
        message: 'Go there.',
      }),
      refused,
    )
    .map((value) => JSON.stringify(value));
}

/** The answer as `fetch` gives it. */
export function respond({ body, status, retryAfter }: Answer): Response {
  return new Response(body, { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } });
}
