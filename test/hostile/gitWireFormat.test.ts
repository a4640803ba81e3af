import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { answerRequest } from '../../src/git/answerRequest.ts';
import { CredentialServer } from '../../src/git/credentialServer.ts';
import { createGitCredentials } from '../../src/git/gitCredentials.ts';
import { createOrganizationTenants } from '../../src/git/organizationTenant.ts';
import { readRemoteAddress } from '../../src/git/remoteAddress.ts';
import { type CredentialAnswer, formatCredentialAnswer } from '../../src/git/wireFormat.ts';
import type { AccessToken } from '../../src/tokens/accessToken.ts';
import type { TokenRequest } from '../../src/tokens/tokenRequest.ts';
import { recordingLog, someToken } from '../unit/endpoint/endpointUnderTest.ts';
import { hostileInput } from './cases.ts';
import { anyText, assertOurs } from './values.ts';

/** What git sends to be stored or erased: it must come back in nothing. */
const password = 'pw~GIVENzq8';
const token = 'eyJTOKENzq8.eyJ9.sig';
const keys = fc.constantFrom(
  ...[
    'action',
    'protocol',
    'host',
    'path',
    'username',
    'wwwauth[]',
    'capability[]',
    'state[]',
    'caller',
    'authtype',
    'quit',
    'x',
    '',
    'HOST',
  ],
);
const values = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      'get',
      'erase',
      'store',
      'https',
      'http',
      'dev.azure.com',
      'contoso.visualstudio.com',
      'contoso/p/_git/r',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'DEV.azure.com:443',
      'dev.azure.com.',
      'dev.azure.com.evil.example',
      'dev.azure.com@evil.example',
      'xn--dev.visualstudio.com',
      'authtype',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'Bearer authorization_uri=https://login.microsoftonline.com/contoso.com',
      'Bearer claims="e30="',
      'contoso',
      'ada@contoso.com',
      'dev\u212A.azure.com',
    ),
  },
  { weight: 3, arbitrary: anyText },
);
const lines = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(keys, values).map(([key, value]) => `${key}=${value}`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'action=get',
      'protocol=https',
      'host=dev.azure.com',
      `password=${password}`,
      `credential=${password}`,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('', '\r', 'host', '=', `oauth_refresh_token=${password}`) },
  { weight: 1, arbitrary: anyText },
);
const honest = ['action=get', 'protocol=https', 'host=dev.azure.com', 'path=contoso/p/_git/r'];
const hosts = fc.constantFrom(
  ...['dev.azure.com', 'DEV.azure.com:443', 'contoso.visualstudio.com', 'dev.azure.com.', 'dev.azure.com.evil.example'],
  ...[
    'dev.azure.com@evil.example',
    'evil.example',
    'dev.azure.com:444',
    'xn--dev.visualstudio.com',
    'a.b.visualstudio.com',
  ],
  ...['dev\u212A.azure.com', 'visualstudio.com', 'evil-visualstudio.com', 'dev.azure.com/x', ''],
);
/** Whole requests that differ in what decides: who is asked about, in which order, and what is said twice. */
const plausible = fc
  .tuple(
    fc.record({
      action: fc.constantFrom('get', 'get', 'get', 'erase', 'store'),
      protocol: fc.constantFrom('https', 'https', 'https', 'http', 'HTTPS', 'https '),
      host: hosts,
      path: fc.constantFrom('contoso/p/_git/r', '', '../x', 'contoso'),
      username: fc.oneof(
        fc.constantFrom('contoso', 'ada@contoso.com', 'a:b', 'a\u0007b\u001b[2J'),
        fc.string({ unit: 'binary' }),
      ),
    }),
    fc.array(
      fc.oneof(
        hosts.map((host) => `host=${host}`),
        lines,
      ),
      { maxLength: 2 },
    ),
    fc.boolean(),
  )
  .map(([fields, more, isFirst]) => {
    const own = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
    return Buffer.from((isFirst ? [...more, ...own] : [...own, ...more]).join('\n'));
  });
const requests = fc.oneof(
  plausible,
  plausible,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.array(lines, { maxLength: 10 }).map((all) => Buffer.from(all.join('\n'))),
  fc.array(lines, { maxLength: 4 }).map((all) => Buffer.from([...honest, ...all].join('\n'))),
  fc
    .tuple(fc.subarray(honest), fc.array(lines, { maxLength: 4 }))
    .map(([some, all]) => Buffer.from([...some, ...all].join('\n'))),
);

hostileInput('git’s wire format', ({ holds, holdsLater }) => {
  const asked: TokenRequest[] = [];
  const log = recordingLog();
  const credentials = createGitCredentials({
    tokens: {
      getToken: async (request): Promise<AccessToken> => {
        asked.push(request);
        return someToken(request, { token });
      },
      getAccounts: async () => [someToken({}).account],
      clear: () => undefined,
      activity: () => [],
    },
    bindings: { find: () => undefined, scope: () => undefined, bind: async () => undefined },
    workspaceAccountId: () => undefined,
    openOrganization: () => undefined,
    tenants: createOrganizationTenants({
      fetch: async () => new Response(),
      memory: { get: () => undefined, update: async () => undefined },
    }),
  });
  const answer = (bytes: Uint8Array): Promise<CredentialAnswer> =>
    answerRequest(bytes, { credentials, onFailure: () => undefined });
  let folder: string;
  let server: CredentialServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wire-'));
    server = new CredentialServer({ answer, log });
    await server.listen(join(folder, 'socket'));
  });

  after(async () => {
    server.dispose();
    await rm(folder, { recursive: true, force: true });
    assert.deepEqual(log.lines, [], 'nothing was a defect');
    assert.ok(asked.every(({ resource }) => resource === '499b84ac-1321-427f-aa17-267ca6975798'));
    assert.ok(asked.length > 0, 'some requests were for Azure Repos');
  });

  holdsLater(
    'a request is answered in the format, and a token goes to Azure Repos over https alone',
    requests,
    async (bytes) => {
      assertAnswer(formatCredentialAnswer(await answer(bytes)), bytes);
    },
  );
  holdsLater(
    'a request that comes in pieces over the socket is answered, or its connection ended',
    fc.tuple(requests, fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 3 })),
    async ([bytes, cuts]) => {
      assertAnswer(await exchange(join(folder, 'socket'), bytes, cuts), bytes);
    },
  );
  holds(
    'the address of a remote is understood, or another’s, and its password not repeated',
    addresses(),
    (address) => {
      try {
        const read = readRemoteAddress(address);
        assert.ok(!JSON.stringify(read).includes(password), 'the password is repeated');
      } catch (error) {
        assertOurs(error, 'unsupported_remote');
      }
    },
  );
});

function addresses(): fc.Arbitrary<string> {
  const start = fc.constantFrom(
    '',
    'git@',
    'ssh://',
    'https://',
    'http://',
    `https://ada:${password}@`,
    `http://:${password}@`,
    'https://contoso@',
  );
  const pieces = fc.constantFrom(
    ...[
      'ssh.dev.azure.com',
      ':v3/',
      'dev.azure.com',
      'contoso',
      '/',
      '/p%20x/_git/r',
      '.',
      ':443',
      ':22',
      'vs-ssh.visualstudio.com',
    ],
    ...['contoso.visualstudio.com', '%E0%A4%A', '..', '\n', '?', '#'],
  );
  return fc.oneof(
    anyText,
    fc.tuple(start, fc.array(pieces, { maxLength: 8 })).map(([first, parts]) => [first, ...parts].join('')),
  );
}

/** What the answer says is only what may be said about this request. */
function assertAnswer(text: string, bytes: Uint8Array): void {
  const given = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  assert.ok(!text.includes(password), 'the answer holds what git gave');
  const answered = text.split('\n').slice(0, -1);
  for (const line of answered) {
    assert.match(
      line,
      /^(?:trace|message|username|password|password_expiry_utc|capability\[\]|authtype|credential|ephemeral|quit)=/,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through.
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f]/);
  }
  if (text.includes(token)) {
    const value = (key: string) =>
      given
        .split('\n')
        .find((line) => line.startsWith(`${key}=`))
        ?.slice(key.length + 1);
    assert.equal(value('action'), 'get');
    assert.equal(value('protocol'), 'https');
    assert.match(value('host') ?? '', /^(?:dev\.azure\.com|(?!xn--)[a-z0-9-]+\.visualstudio\.com)(?::443)?$/i);
  }
}

/** Writes a request in pieces and ends it, as git's client does; gives all that comes back. */
function exchange(address: string, bytes: Buffer, cuts: readonly number[]): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = createConnection(address, () => {
      let start = 0;
      for (const cut of [...cuts].sort((a, b) => a - b)) {
        const end = Math.floor((bytes.length * cut) / 100);
        socket.write(bytes.subarray(start, end));
        start = end;
      }
      socket.end(bytes.subarray(start));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}
