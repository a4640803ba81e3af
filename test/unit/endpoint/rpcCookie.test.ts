import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRpcCookie, mintRpcCookie, rpcCookieLifetime } from '../../../src/endpoint/rpcCookie.ts';
import { RpcCookieFile } from '../../../src/endpoint/rpcCookieFile.ts';
import { recordingLog } from './endpointUnderTest.ts';

const secret = 'a secret of the workspace';
const end = Date.UTC(2030, 0, 1);

describe('RPC cookie of Posit Workbench', () => {
  it('has the form that posit-sdk parses', () => {
    const cookie = mintRpcCookie(secret, end);
    assert.match(cookie, /^[\w-]{43}\|Tue%2C%2001%20Jan%202030%2000%3A00%3A00%20GMT$/);
  });

  it('is good until its end and a little longer, for a machine that slept', () => {
    const cookie = mintRpcCookie(secret, end);
    assert.equal(isRpcCookie(secret, cookie, end - 1), true);
    assert.equal(isRpcCookie(secret, cookie, end + 4 * 60_000), true);
    assert.equal(isRpcCookie(secret, cookie, end + 6 * 60_000), false);
  });

  const cookie = mintRpcCookie(secret, end);
  const wrong: readonly (readonly [string, string | undefined])[] = [
    ['none', undefined],
    ['an empty one', ''],
    ['one with a later end', cookie.replace('2030', '2031')],
    ['one without an end', cookie.slice(0, cookie.indexOf('|'))],
    ['one made with another secret', mintRpcCookie('another', end)],
    ['one with something after it', `${cookie}|x`],
    ['one that cannot be decoded', '%|%'],
    ['a very long one', `${cookie}${'x'.repeat(7_000)}`],
  ];
  for (const [title, presented] of wrong) {
    it(`is not ${title}`, () => assert.equal(isRpcCookie(secret, presented, end - 1), false));
  }
});

describe('file of the RPC cookie', () => {
  let scratch: string;

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cookie-'));
  });
  afterEach(() => rm(scratch, { recursive: true, force: true }));

  const create = (folder: string, now = () => end) =>
    RpcCookieFile.create({ folder, secret, clock: { now, monotonic: () => 0 }, log: recordingLog() });

  it('can be read by its owner alone, and so can its folder', async () => {
    const folder = join(scratch, 'a', 'b');
    const file = await create(folder);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await stat(join(folder, 'rpc_cookie'))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ['rpc_cookie']);
    const text = await readFile(join(folder, 'rpc_cookie'), 'utf8');
    assert.equal(text, `${mintRpcCookie(secret, end + rpcCookieLifetime)}\n`);
    await file.dispose();
    assert.deepEqual(await readdir(folder), []);
  });

  it('stays when another window has written it meanwhile', async () => {
    const old = await create(scratch);
    const young = await create(scratch, () => end + 1_000);
    await old.dispose();
    assert.deepEqual(await readdir(scratch), ['rpc_cookie']);
    await young.dispose();
    assert.deepEqual(await readdir(scratch), []);
  });

  it('closes a folder that was open to others', async () => {
    const folder = join(scratch, 'open');
    await mkdir(folder, { mode: 0o777 });
    const file = await create(folder);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    await file.dispose();
  });

  it('is not written through a link', async () => {
    const target = join(scratch, 'target');
    await mkdir(target);
    await symlink(target, join(scratch, 'link'));
    await assert.rejects(create(join(scratch, 'link')), /belongs to somebody else/);
    assert.deepEqual(await readdir(target), []);
  });

  it('is not written where a file is in the way', async () => {
    await writeFile(join(scratch, 'file'), '');
    await assert.rejects(create(join(scratch, 'file')));
  });

  it('is replaced before its cookie ends', async () => {
    const { setInterval } = globalThis;
    let renew: (() => void) | undefined;
    let interval = 0;
    globalThis.setInterval = ((callback: () => void, milliseconds: number) => {
      renew = callback;
      interval = milliseconds;
      return setInterval(() => {}, 1_000_000);
    }) as typeof globalThis.setInterval;
    let now = end;
    let file: RpcCookieFile;
    try {
      file = await create(scratch, () => now);
    } finally {
      globalThis.setInterval = setInterval;
    }
    assert.ok(interval <= 10_000, 'a machine that wakes has a cookie that has ended');
    now += rpcCookieLifetime / 2 - interval;
    renew?.();
    assert.equal(
      await readFile(join(scratch, 'rpc_cookie'), 'utf8'),
      `${mintRpcCookie(secret, end + rpcCookieLifetime)}\n`,
    );
    now += interval;
    renew?.();
    const wanted = `${mintRpcCookie(secret, now + rpcCookieLifetime)}\n`;
    const deadline = Date.now() + 2_000;
    while ((await readFile(join(scratch, 'rpc_cookie'), 'utf8')) !== wanted && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(await readFile(join(scratch, 'rpc_cookie'), 'utf8'), wanted);
    await file.dispose();
  });
});
