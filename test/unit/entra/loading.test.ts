import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mock } from 'node:test';
import { promisify } from 'node:util';
import { createSignInSignal } from '../../../src/entra/signInSignal.ts';

describe('loading', () => {
  it('the token source loads no MSAL until a token or sign-in is asked for', async () => {
    const source = new URL('../../../src/entra/entraTokenSource.ts', import.meta.url).href;
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ resolve: (name, context, next) => (loaded.push(name), next(name, context)) });
      await import(${JSON.stringify(source)});
      console.log(JSON.stringify(loaded.filter((name) => name.includes('msal') || name.startsWith('@azure'))));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    assert.deepEqual(JSON.parse(stdout), []);
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
