import assert from 'node:assert/strict';
import { LogLevel } from '@azure/msal-node';
import { msalLogging } from '../../../src/entra/msalLog.ts';
import { type LocalAzure, startLocalAzure } from '../../azure/localAzure.ts';
import { failure, ids, KeptLog, keyVault, request, signsInAs, storage, testSource } from './harness.ts';

/** What no log may hold, of a request and of an answer. */
const secretFields = [
  ...['code', 'code_verifier', 'refresh_token', 'client_secret'],
  ...['access_token', 'id_token', 'client_info', 'device_code'],
];

describe("MSAL's lines in the log", () => {
  let azure: LocalAzure;
  before(async () => {
    azure = await startLocalAzure({ storage: false });
  });
  after(() => azure[Symbol.asyncDispose]());

  it('are there after a sign-in, a refresh and a refusal, and hold no token, code, secret or name of a person', async () => {
    const secrets: string[] = [];
    // `client_info` is also asked for, with a "1".
    const keep = (values: Readonly<Record<string, unknown>>): void => {
      secrets.push(
        ...secretFields
          .map((name) => values[name])
          .filter((value): value is string => typeof value === 'string' && value !== '1'),
      );
    };
    const fetch: typeof globalThis.fetch = async (input, init) => {
      keep(Object.fromEntries(new URLSearchParams(String(init?.body ?? ''))));
      const response = await azure.fetch(input, init);
      keep((await response.clone().json()) as Record<string, unknown>);
      return response;
    };
    const { source, person, log } = testSource({ fetch });
    void signsInAs(azure, person, { username: 'ada@contoso.com' });
    const account = await source.signIn({});
    await source.acquireToken(request(account, storage));
    await azure.control.reset();
    await failure(source.acquireToken(request(account, keyVault)));
    await source.dispose();

    const lines = log.lines.filter((line) => line.startsWith('MSAL: '));
    assert.ok(lines.length >= 5, `only ${lines.length} lines`);
    const text = lines.join('\n');
    assert.ok(secrets.length > 8);
    for (const secret of secrets) {
      assert.equal(text.includes(secret), false, 'a line holds what was sent to Entra or came from there');
    }
    assert.doesNotMatch(text, /\bada\b|contoso\.com|Lovelace|eyJ/i);
    assert.equal(text.includes(ids.ada), false);
  });

  it('come at their level, and not at all when MSAL calls them personal', () => {
    const log = new KeptLog();
    const levels: string[] = [];
    for (const level of ['error', 'warn', 'info', 'debug', 'trace'] as const) {
      log[level] = (message) => levels.push(`${level} ${message}`);
    }
    const { loggerCallback, piiLoggingEnabled } = msalLogging(log);
    assert.equal(piiLoggingEnabled, false);
    for (const level of [LogLevel.Error, LogLevel.Warning, LogLevel.Info, LogLevel.Verbose, LogLevel.Trace]) {
      loggerCallback?.(level, '[Tue, 01 Jan 2030 00:00:00 GMT] : [id] : text', false);
      loggerCallback?.(level, 'ada@contoso.com', true);
    }
    assert.deepEqual(levels, [
      'error MSAL: [id] : text',
      'warn MSAL: [id] : text',
      'debug MSAL: [id] : text',
      'trace MSAL: [id] : text',
      'trace MSAL: [id] : text',
    ]);
  });
});
