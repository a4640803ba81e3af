import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatCredentialAnswer, parseCredentialRequest } from '../../../src/git/wireFormat.ts';
import { isAzureCredentialsError } from '../../../src/tokens/errors.ts';

const parse = (text: string) => parseCredentialRequest(Buffer.from(text));

function assertRefused(bytes: Uint8Array | string): void {
  assert.throws(
    () => parseCredentialRequest(Buffer.from(bytes)),
    (error) => isAzureCredentialsError(error) && error.code === 'unsupported_remote',
  );
}

describe('git credential wire format', () => {
  it('reads what the credential-cache client of git 2.39 relays', () => {
    const request = parse(
      'action=get\ntimeout=900\nprotocol=https\nhost=dev.azure.com\npath=contoso/My Proj/_git/repo\nusername=contoso\n',
    );
    assert.deepEqual(request, {
      action: 'get',
      protocol: 'https',
      host: 'dev.azure.com',
      path: 'contoso/My Proj/_git/repo',
      username: 'contoso',
      challenges: [],
      takesAuthtype: false,
      caller: 'terminal',
    });
  });

  it('reads what git 2.47 sends, and who started git', () => {
    const request = parse(
      [
        'action=erase',
        'caller=person',
        'capability[]=authtype',
        'capability[]=state',
        'protocol=https',
        'host=dev.azure.com',
        'wwwauth[]=Bearer authorization_uri=https://login.microsoftonline.com/t',
        'wwwauth[]=Basic realm="x"',
        'authtype=Bearer',
        'credential=secret',
        '',
        'host=evil.example',
      ].join('\n'),
    );
    assert.equal(request.takesAuthtype, true);
    assert.equal(request.secret, 'secret');
    assert.equal(request.caller, 'person');
    assert.equal(request.host, 'dev.azure.com');
    assert.equal(request.challenges.length, 2);
  });

  it('empties a list at an empty value', () => {
    assert.equal(parse('action=get\ncapability[]=authtype\ncapability[]=\n').takesAuthtype, false);
  });

  it('refuses a key given twice, so that a line injected through %0a changes nothing', () => {
    assertRefused('action=get\nprotocol=https\nhost=evil.example\nprotocol=https\nhost=dev.azure.com\n');
    assertRefused('action=get\nprotocol=https\nhost=dev.azure.com\npath=a\nhost=dev.azure.com\n');
    assertRefused('action=get\naction=erase\nprotocol=https\n');
  });

  for (const [name, character] of [
    ['a carriage return', '\r'],
    ['a NUL', '\0'],
  ] as const) {
    for (const key of ['host', 'path', 'username', 'unknown']) {
      it(`refuses ${name} in the ${key}`, () => {
        assertRefused(`action=get\nprotocol=https\n${key}=dev.azure.com${character}x\n`);
      });
    }
  }

  it('refuses a line over 65,535 bytes and takes one of 65,535', () => {
    const path = (length: number): string => `action=get\npath=${'p'.repeat(length - 5)}\n`;
    assert.equal(parse(path(65_535)).path?.length, 65_530);
    assertRefused(path(65_536));
    assertRefused(`action=get\npath=${'é'.repeat(32_766)}\n`);
  });

  it('refuses lines without a key and unknown actions', () => {
    for (const text of [
      'action=get\nhost\n',
      'action=get\n=x\n',
      'action=capability\n',
      'action=exit\n',
      'host=dev.azure.com\n',
      '',
    ]) {
      assertRefused(text);
    }
  });

  it('reads any bytes, or refuses them with a code', () => {
    const line = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.constantFrom('action', 'host', 'path', 'protocol', 'username', 'wwwauth[]', 'x'),
          fc.string({ unit: 'binary' }),
        )
        .map(([key, value]) => `${key}=${value}`),
      fc.constantFrom('action=get', 'action=erase', 'protocol=https', 'host=dev.azure.com', '', '\r'),
    );
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.array(line, { maxLength: 12 }).map((lines) => Buffer.from(lines.join('\n'))),
      fc.array(line, { maxLength: 6 }).map((lines) => Buffer.from(`action=get\n${lines.join('\n')}`)),
    );
    fc.assert(
      fc.property(input, (bytes) => {
        try {
          const request = parseCredentialRequest(bytes);
          const values = [
            request.protocol,
            request.host,
            request.path ?? '',
            request.username ?? '',
            ...request.challenges,
          ];
          return values.every((value) => !/[\0\r\n]/.test(value));
        } catch (error) {
          return isAzureCredentialsError(error) && error.code === 'unsupported_remote';
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never takes a host other than the first line that names it', () => {
    const key = fc.constantFrom('protocol', 'host', 'path', 'username', 'x');
    const value = fc.string().map((text) => text.replace(/[\0\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 8 }), (lines) => {
        const text = `action=get\n${lines.map(([name, content]) => `${name}=${content}\n`).join('')}`;
        const keys = lines.map(([name]) => name);
        if (new Set(keys).size !== keys.length) {
          assertRefused(text);
        } else {
          assert.equal(parse(text).host, lines.find(([name]) => name === 'host')?.[1] ?? '');
        }
      }),
    );
  });

  it('writes a password for git before 2.46 and a Bearer credential after', () => {
    const answer = { token: 'T', expiresOnTimestamp: 1_700_000_000_999 };
    assert.equal(
      formatCredentialAnswer({ ...answer, username: 'contoso' }),
      'username=contoso\npassword=T\npassword_expiry_utc=1700000000\n',
    );
    assert.equal(
      formatCredentialAnswer({ ...answer, bearer: true }),
      'capability[]=authtype\nauthtype=Bearer\ncredential=T\nephemeral=1\npassword_expiry_utc=1700000000\n',
    );
  });

  it('writes every value on one line, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, trace) => {
        const lines = formatCredentialAnswer({ message, trace, quit: true }).split('\n');
        assert.deepEqual(
          lines.map((line) => line.split('=', 1)[0]),
          ['trace', 'message', 'quit', ''],
        );
      }),
    );
  });
});
