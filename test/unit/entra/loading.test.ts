import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mock } from 'node:test';
import { promisify } from 'node:util';
import { createSignInSignal } from '../../../src/entra/signInSignal.ts';
import { ids, storage } from './harness.ts';

const room = new URL('../../../src/entra/', import.meta.url).href;

/** In a process of its own: signed in already, it asks for a token, and says what was loaded for it. */
const silentToken = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) });
  const { AccountVault } = await import('${room}accountVault.ts');
  const { createEntraTokenSource } = await import('${room}entraTokenSource.ts');
  const values = new Map();
  const secrets = {
    keys: async () => [...values.keys()],
    get: async (key) => values.get(key),
    store: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    onDidChange: () => ({ dispose() {} }),
  };
  const clock = { now: Date.now, monotonic: () => performance.now() };
  const log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
  const [clientId, tenantId] = ['${ids.publicClient}', '${ids.contoso}'];
  const account = { id: '${ids.ada}', username: 'ada@contoso.com', name: 'Ada', tenantId, kind: 'user' };
  const scope = { clientId, environment: 'login.microsoftonline.com' };
  const vault = new AccountVault({ scope, secrets, clock, log, onStorageTrouble() {} });
  await vault.add({ account, refreshToken: 'old' });
  await vault.dispose();
  const source = createEntraTokenSource({
    ...{ secrets, clock, log, prompt: {} },
    settings: { cloud: 'public', clientId, tenantId, authType: 'viewer', signInMethod: 'browser' },
    fetch: async () => Response.json({ access_token: 'new', expires_in: 3600, token_type: 'Bearer' }),
  });
  const resource = '${storage}';
  const { token } = await source.acquireToken({ resource, scopes: [resource + '/.default'], account, tenantId });
  console.log(JSON.stringify({ token, msal: loaded.filter((name) => /msal|@azure/.test(name)) }));
`;

describe('loading', () => {
  it('a silent token is got without MSAL, which a sign-in alone has to wait for', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', silentToken]);
    assert.deepEqual(JSON.parse(stdout), { token: 'new', msal: [] });
  });
});

describe('the signal of a sign-in', () => {
  afterEach(() => mock.timers.reset());

  it('ends it after 15 minutes', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { signal } = createSignInSignal([]);
    mock.timers.tick(15 * 60_000 - 1);
    assert.equal(signal.aborted, false);
    mock.timers.tick(1);
    assert.equal(signal.reason.code, 'timed_out');
    assert.match(signal.reason.advice, /Sign In/);
  });

  it('ends it when any of the callers gives up, and not after it was released', () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const ending = createSignInSignal([undefined, one.signal, two.signal]);
    two.abort();
    assert.equal(ending.signal.reason.code, 'cancelled');
    const released = createSignInSignal([one.signal]);
    released.release();
    one.abort();
    assert.equal(released.signal.aborted, false);
  });
});
