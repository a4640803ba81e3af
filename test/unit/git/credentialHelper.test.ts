import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CredentialHelper, type CredentialHelperDeps } from '../../../src/git/credentialHelper.ts';
import { helperPlace } from '../../../src/git/helperPlace.ts';
import { nodeHelper } from '../../../src/git/helperScript.ts';
import { isAzureCredentialsError } from '../../../src/tokens/errors.ts';

const run = promisify(execFile);
const log = { trace: noop, debug: noop, info: noop, warn: noop, error: noop };
function noop(): void {}
const both = new Set(['editor', 'terminal'] as const);

/** Runs a program with an input; resolves with what it wrote, whatever its exit code. */
async function talk(command: string, args: readonly string[], input: string, env: Record<string, string> = {}) {
  const { GIT_TRACE: _, VSCODE_GIT_COMMAND: __, ...own } = process.env;
  const child = spawn(command, args, { env: { ...own, ...env } });
  const output = { stdout: '', stderr: '', code: null as number | null };
  child.stdout.on('data', (data) => {
    output.stdout += String(data);
  });
  child.stderr.on('data', (data) => {
    output.stderr += String(data);
  });
  child.stdin.end(input);
  [output.code] = (await once(child, 'close', { signal: AbortSignal.timeout(10_000) })) as [number];
  return output;
}

describe('git credential helper', function () {
  this.timeout(15_000);
  let root: string;
  let asked: string[];
  const helpers: CredentialHelper[] = [];

  function make(id = 'w', more: Partial<CredentialHelperDeps> = {}): CredentialHelper {
    const helper = new CredentialHelper({
      root,
      id,
      log,
      patience: 0,
      adoptEvery: 50,
      answer: async (request) => {
        asked.push(String(request));
        return { trace: `from ${id}`, token: `token of ${id}`, expiresOnTimestamp: 1_800_000_000_000 };
      },
      ...more,
    });
    helpers.push(helper);
    return helper;
  }

  beforeEach(async () => {
    asked = [];
    root = join(await mkdtemp(join(tmpdir(), 'adc-')), "it's a root");
    await mkdir(root, { mode: 0o711 });
    await chmod(root, 0o711);
  });
  afterEach(async () => {
    for (const helper of helpers.splice(0)) {
      helper.dispose();
    }
    await rm(join(root, '..'), { recursive: true });
  });

  const script = (folder: string): string => join(folder, 'git-credential-azure-delegated');
  const input = 'protocol=https\nhost=dev.azure.com\npath=contoso/P/_git/r\n';
  const credential = 'username=azure-delegated\npassword=token of w\npassword_expiry_utc=1800000000\n';

  it('answers the sh helper through the credential-cache client of git', async () => {
    const helper = make();
    const place = await helper.start();
    await helper.serve(both);
    assert.deepEqual(await talk('sh', [script(place.folder), 'get'], input), {
      stdout: credential,
      stderr: '',
      code: 0,
    });
    assert.deepEqual(asked, [`action=get\ntimeout=900\ncaller=terminal\n${input}`]);
  });

  it('tells the server who started git', async () => {
    const helper = make();
    const place = await helper.start();
    await helper.serve(both);
    await talk('sh', [script(place.folder), 'get'], input, { VSCODE_GIT_COMMAND: 'push' });
    await talk('sh', [script(place.folder), 'get'], input, {
      VSCODE_GIT_COMMAND: 'fetch',
      VSCODE_GIT_FETCH_SILENT: 'true',
    });
    assert.deepEqual(
      asked.map((request) => /caller=(.*)/.exec(request)?.[1]),
      ['person', 'background'],
    );
  });

  for (const [value, traced] of [
    ['1', true],
    ['true', true],
    ['/tmp/trace', true],
    ['0', false],
    ['FALSE', false],
    ['', false],
  ] as const) {
    it(`${traced ? 'writes' : 'writes no'} trace lines under GIT_TRACE=${value}`, async () => {
      const helper = make();
      const place = await helper.start();
      await helper.serve(both);
      for (const file of [script(place.folder), await writeNodeHelper(place.address)]) {
        const command = file.endsWith('.mjs') ? process.execPath : 'sh';
        // Git's own trace goes to a file: what is left on standard error is the helper's.
        const trace = value === '1' || value === 'true' ? { GIT_TRACE: join(root, 'trace') } : { GIT_TRACE: value };
        const { stdout, stderr } = await talk(command, [file, 'get'], input, trace);
        assert.equal(stdout, credential);
        assert.equal(stderr, traced ? 'git-credential-azure-delegated: trace: from w\n' : '');
      }
    });
  }

  it('shows no token to a shell that traces its commands', async () => {
    const helper = make();
    const place = await helper.start();
    await helper.serve(both);
    const { stdout, stderr } = await talk('bash', [script(place.folder), 'get'], input, { SHELLOPTS: 'xtrace' });
    assert.equal(stdout, credential);
    assert.doesNotMatch(stderr, /token of w/);
  });

  it('passes erase on, and neither store nor anything else', async () => {
    const helper = make();
    const place = await helper.start();
    await helper.serve(both);
    for (const action of ['store', 'capability', 'exit']) {
      assert.deepEqual(await talk('sh', [script(place.folder), action], input), { stdout: '', stderr: '', code: 0 });
    }
    assert.equal(asked.length, 0);
    await talk('sh', [script(place.folder), 'erase'], input);
    assert.match(asked[0] ?? '', /^action=erase\n/);
  });

  it('says a plain sentence, quickly, when nobody listens, and starts no daemon', async () => {
    const helper = make();
    const place = await helper.start();
    await helper.serve(both);
    const sh = await readFile(script(place.folder), 'utf8');
    const node = await writeNodeHelper(place.address);
    helper.dispose();
    await writeFile(script(place.folder), sh);
    await crashedSocket(place.address);
    const sentence =
      'git-credential-azure-delegated: VS Code does not answer: open this folder in VS Code again, or open a new terminal there\n';
    const expected = { stdout: 'quit=1\n', stderr: sentence, code: 0 };
    const silent = { stdout: '', stderr: '', code: 0 };
    for (const [command, file] of [
      ['sh', script(place.folder)],
      [process.execPath, node],
    ] as const) {
      assert.deepEqual(await talk(command, [file, 'get'], input), expected);
      assert.deepEqual(await talk(command, [file, 'erase'], input), silent);
      assert.deepEqual(await talk(command, [file, 'store'], input), silent);
    }
    await rm(place.address);
    assert.deepEqual(await talk('sh', [script(place.folder), 'get'], input), expected);
    assert.deepEqual(await readdir(join(place.folder, 'private')), []);
  });

  /** What a process that was killed leaves behind. */
  async function crashedSocket(address: string): Promise<void> {
    const child = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(process.argv[1], () => console.log())`,
      address,
    ]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async function writeNodeHelper(address: string): Promise<string> {
    const file = join(root, 'helper.mjs');
    await writeFile(file, nodeHelper(address));
    return file;
  }

  it('answers the Node helper, which ends its request with an empty line', async () => {
    const helper = make();
    const place = await helper.start();
    const file = await writeNodeHelper(place.address);
    for (const text of [input, `${input}\n`, input.trimEnd()]) {
      const { stdout, stderr, code } = await talk(process.execPath, [file, 'get'], text, {
        VSCODE_GIT_COMMAND: 'pull',
      });
      assert.deepEqual({ stdout, stderr, code }, { stdout: credential, stderr: '', code: 0 });
      assert.equal(asked.at(-1), `action=get\ncaller=person\n${input}\n`);
    }
    assert.equal((await talk(process.execPath, [file, 'store'], input)).stdout, '');
    assert.equal(asked.length, 3);
  });

  it('has the same address each time the workspace is opened, and after a crash', async () => {
    const first = make();
    const { address } = await first.start();
    first.dispose();
    const second = make();
    assert.equal((await second.start()).address, address);
    second.dispose();
    await crashedSocket(address);
    assert.equal((await make().start()).address, address);
    assert.notEqual((await make('other').start()).address, address);
  });

  it('waits for a window that is still letting go of its address', async () => {
    const first = make();
    const { address } = await first.start();
    setTimeout(() => first.dispose(), 200);
    assert.equal((await make('w', { patience: 3000 }).start()).address, address);
  });

  it('gives a second window its own server, and the first address when its window is gone', async () => {
    const first = make();
    const { address, folder } = await first.start();
    const second = make('w', { answer: async () => ({ token: 'of the second' }) });
    const place = await second.start();
    await second.serve(both);
    assert.notEqual(place.address, address);
    assert.match((await talk('sh', [script(place.folder), 'get'], input)).stdout, /of the second/);
    first.dispose();
    await until(async () => (await readdir(folder)).includes('terminal.gitconfig'));
    assert.match((await talk('sh', [script(folder), 'get'], input)).stdout, /of the second/);
  });

  it('lets windows that start at once after a crash each have a server', async () => {
    const { address } = helperPlace({ root, id: 'w', slot: 0 });
    const first = make();
    await first.start();
    first.dispose();
    await crashedSocket(address);
    const places = await Promise.all([make().start(), make().start(), make().start()]);
    assert.equal(new Set(places.map((place) => place.address)).size, 3);
    for (const place of places) {
      assert.equal(
        (await talk(process.execPath, [await writeNodeHelper(place.address), 'get'], input)).stdout,
        credential,
      );
    }
  });

  it('writes the configuration of those it serves and takes it away from the others', async () => {
    const helper = make();
    const { configuration, folder } = await helper.start();
    const files = async () => (await readdir(folder)).filter((name) => name.endsWith('.gitconfig')).sort();
    assert.deepEqual(await files(), []);
    await helper.serve(both);
    assert.deepEqual(await files(), ['editor.gitconfig', 'terminal.gitconfig']);
    await helper.serve(new Set(['editor']));
    assert.deepEqual(await files(), ['editor.gitconfig']);
    await helper.serve(new Set());
    assert.deepEqual(await files(), []);
    await helper.serve(both);
    assert.equal((await stat(configuration.terminal)).mode & 0o777, 0o644);
    helper.dispose();
    assert.deepEqual(await files(), []);
    await helper.serve(both);
    assert.deepEqual(await files(), []);
  });

  it('lets nobody else reach the socket', async () => {
    const { folder, address } = await make().start();
    assert.equal((await stat(join(folder, 'private'))).mode & 0o777, 0o700);
    assert.equal((await stat(address)).mode & 0o777, 0o600);
  });

  it('corrects the mode of its folders', async () => {
    const { folder } = helperPlace({ root, id: 'w', slot: 0 });
    await mkdir(join(folder, 'private'), { recursive: true, mode: 0o777 });
    await chmod(join(folder, 'private'), 0o777);
    await make().start();
    assert.equal((await stat(join(folder, 'private'))).mode & 0o777, 0o700);
  });

  const refusal = (error: unknown): boolean => isAzureCredentialsError(error) && error.code === 'storage';

  it('refuses a folder that is a link', async () => {
    const { folder } = helperPlace({ root, id: 'w', slot: 0 });
    await mkdir(join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), folder);
    await assert.rejects(make().start(), refusal);
  });

  it('refuses a path that is too long for a socket', async () => {
    await assert.rejects(make('x'.repeat(100)).start(), refusal);
  });

  describe('with another user on the machine', () => {
    before(async function () {
      if (process.getuid?.() !== 0 || !(await run('id', ['-u', 'nobody']).catch(() => undefined))) {
        this.skip();
      }
    });

    it('lets no process of that user connect, and lets git of that user run', async () => {
      await chmod(join(root, '..'), 0o755);
      const helper = make();
      const { address, configuration, folder } = await helper.start();
      await helper.serve(both);
      const asNobody = ['--reuid=nobody', '--clear-groups'];
      const { stdout, stderr } = await talk('setpriv', [...asNobody, 'sh', script(folder), 'get'], input);
      assert.equal(stdout, 'quit=1\n');
      assert.match(stderr, /Permission denied/);
      assert.equal(asked.length, 0);
      await assert.rejects(run('setpriv', [...asNobody, 'ls', address]));
      const environment = {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'include.path',
        GIT_CONFIG_VALUE_0: configuration.terminal,
      };
      const { code } = await talk('setpriv', [...asNobody, 'git', 'config', '--get-all', 'user.name'], '', {
        ...environment,
        HOME: '/nonexistent',
      });
      assert.notEqual(code, 128);
    });

    it('refuses a folder that somebody else made', async () => {
      const { folder } = helperPlace({ root, id: 'w', slot: 0 });
      await mkdir(folder);
      await run('chown', ['nobody', folder]);
      await assert.rejects(make().start(), refusal);
    });
  });

  it('serves nobody at an address that a stranger listens at', async () => {
    const { folder, address } = helperPlace({ root, id: 'w', slot: 0 });
    await mkdir(join(folder, 'private'), { recursive: true });
    const stranger = createServer().listen(address);
    await once(stranger, 'listening');
    try {
      assert.notEqual((await make().start()).address, address);
    } finally {
      stranger.close();
    }
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'it did not happen within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
