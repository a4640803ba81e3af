import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shortHash } from '../azure/requests.ts';
import { findNewerGit, type GitProgram } from './gitNewer.ts';
import { type Ended, type GitRig, startGitRig } from './gitRig.ts';

const contoso = '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01';
const fabrikam = 'c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e02';
const jwt = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

function assertWorked(ended: Ended): Ended {
  assert.equal(ended.code, 0, ended.stderr);
  return ended;
}

/** Before it has a password, git sends the user name of the address alone. */
const nameOnly = ['contoso:', 'fabrikam:'].map((text) => shortHash(Buffer.from(text).toString('base64')));

describe('git with the credential helper', function () {
  this.timeout(120_000);
  let rig: GitRig;
  let next = 0;

  before(async () => {
    rig = await startGitRig();
    await rig.signIn('ada@contoso.com');
    await rig.signIn('finn@fabrikam.com');
  });
  after(() => rig[Symbol.asyncDispose]());

  async function clone(url: string, env: Record<string, string> = {}): Promise<string> {
    const folder = join(rig.folder, `clone-${++next}`);
    assertWorked(await rig.git(['clone', '--quiet', url, folder], { env }));
    return folder;
  }

  it('clones the address that Azure DevOps hands out, pushes and pulls, without a prompt', async () => {
    const first = await clone('https://contoso@dev.azure.com/contoso/Project%20One/_git/repo');
    await writeFile(join(first, 'hello.txt'), 'hello\n');
    assertWorked(await rig.git(['add', '.'], { cwd: first }));
    assertWorked(await rig.git(['commit', '--quiet', '-m', 'Say hello'], { cwd: first }));
    assertWorked(await rig.git(['push', '--quiet'], { cwd: first }));
    const second = await clone('https://dev.azure.com/contoso/Project%20One/_git/repo');
    assertWorked(await rig.git(['pull', '--quiet'], { cwd: second }));
    assert.match((await rig.git(['log', '--oneline'], { cwd: second })).stdout, /Say hello/);
    assert.deepEqual(await rig.askedOfOwnHelper(), []);
  });

  for (const [name, url] of [
    ['the old host form', 'https://fabrikam.visualstudio.com/Fiber/_git/repo'],
    ['the old host form with a collection', 'https://fabrikam.visualstudio.com/DefaultCollection/Fiber/_git/repo'],
    ['an organization of Microsoft accounts', 'https://dev.azure.com/adahome/Home/_git/repo'],
    [
      'names with spaces and other letters',
      'https://contoso@dev.azure.com/contoso/Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F/_git/%C3%9Cberblick%20%E6%97%A5%E6%9C%AC',
    ],
    ['upper case', 'https://DEV.azure.com/Contoso/Project%20One/_git/repo'],
    ['the default port', 'https://dev.azure.com:443/contoso/Project%20One/_git/repo'],
    ['a person in the address', 'https://ada%40contoso.com@dev.azure.com/contoso/Project%20One/_git/repo'],
    ['a guest', 'https://ada%40contoso.com@dev.azure.com/fabrikam/Fiber/_git/repo'],
  ] as const) {
    it(`clones ${name}`, async () => {
      await clone(url);
      assert.deepEqual(await rig.askedOfOwnHelper(), []);
    });
  }

  it('never swaps tokens of two organizations that fetch at once, in 50 rounds', async () => {
    const folders = await Promise.all([
      clone('https://contoso@dev.azure.com/contoso/Project%20One/_git/second'),
      clone('https://fabrikam@dev.azure.com/fabrikam/Fiber/_git/second'),
    ]);
    await rig.azure.control.clearRequests();
    for (let round = 0; round < 50; round++) {
      if (round % 10 === 9) {
        rig.tokens.clear();
      }
      await Promise.all(folders.map(async (cwd) => assertWorked(await rig.git(['fetch', '--quiet'], { cwd }))));
    }
    const requests = await rig.azure.control.requests({ host: 'dev.azure.com' });
    const known = requests.filter(({ authorization }) => authorization && !nameOnly.includes(authorization.hash));
    assert.ok(known.length >= 100);
    for (const { path, tenant, user, status } of known) {
      const expected = path.startsWith('/contoso/') ? [contoso, 'ada@contoso.com'] : [fabrikam, 'finn@fabrikam.com'];
      assert.deepEqual([status, tenant, user], [200, ...expected]);
    }
  });

  it('has a fresh token for the next operation when the server refuses one', () => assertFreshAfterRefusal());

  /** The servers' clock goes ahead, so that a token which is good here has ended there. */
  async function assertFreshAfterRefusal(env: Record<string, string> = {}): Promise<void> {
    const url = 'https://dev.azure.com/contoso/Project%20One/_git/repo';
    assertWorked(await rig.git(['ls-remote', url], { env }));
    await rig.azure.control.clearRequests();
    await rig.azure.control.skewClock(30 * 60 * 60 * 1000);
    try {
      const failed = await rig.git(['ls-remote', url], { env });
      assert.notEqual(failed.code, 0);
      assert.match(failed.stderr, /Authentication failed/);
      assertWorked(await rig.git(['ls-remote', url], { env }));
    } finally {
      await rig.azure.control.skewClock(0);
      rig.tokens.clear();
    }
    const sent = (await rig.azure.control.requests({ host: 'dev.azure.com' })).filter(
      ({ authorization }) => authorization,
    );
    const statusByHash = new Map(sent.map(({ authorization, status }) => [authorization?.hash, status]));
    assert.deepEqual([...statusByHash.values()], [401, 200]);
  }

  it('asks the tenant anew after a refusal', async () => {
    const cwd = await clone('https://contoso@dev.azure.com/contoso/Project%20One/_git/repo');
    await rig.git(['credential', 'reject'], {
      cwd,
      input: 'url=https://dev.azure.com/contoso/x\nusername=x\npassword=stale\n\n',
    });
    await rig.azure.control.clearRequests();
    assertWorked(await rig.git(['fetch', '--quiet'], { cwd }));
    assert.equal((await rig.azure.control.requests({ method: 'HEAD', host: 'dev.azure.com' })).length, 1);
  });

  it('traces under GIT_TRACE and shows no token, also under GIT_CURL_VERBOSE and GIT_TRACE2', async () => {
    const cwd = await clone('https://contoso@dev.azure.com/contoso/Project%20One/_git/repo');
    const env = { GIT_TRACE: '1', GIT_CURL_VERBOSE: '1', GIT_TRACE2: '1', GIT_TRACE_CREDENTIAL: '1' };
    const { stdout, stderr } = assertWorked(await rig.git(['fetch'], { cwd, env }));
    const line = `git-credential-azure-delegated: trace: action=get host=dev.azure.com organization=contoso tenant=${contoso} account=ada@contoso.com chosen=tenant token=`;
    assert.ok(stderr.includes(line), stderr);
    assert.doesNotMatch(stdout + stderr, jwt);
    assert.doesNotMatch(stdout + stderr, /Authorization: (?!Basic <redacted>|Bearer <redacted>)/i);
    const quiet = assertWorked(await rig.git(['fetch'], { cwd }));
    assert.doesNotMatch(quiet.stderr, /git-credential-azure-delegated/);
  });

  const fill = (url: string, env: Record<string, string> = {}): Promise<Ended> =>
    rig.git(['credential', 'fill'], { input: `url=${url}\n\n`, env });

  for (const url of [
    'https://github.com/contoso/repo.git',
    'https://gitlab.com/contoso/repo.git',
    'https://dev.azure.com.evil.example/contoso/P/_git/r',
    'https://dev.azure.com@evil.example/contoso/P/_git/r',
    'https://devXazure.com/contoso/P/_git/r',
    'https://dev.azure.com:8443/contoso/P/_git/r',
    'http://dev.azure.com/contoso/P/_git/r',
    'https://a.b.visualstudio.com/P/_git/r',
  ]) {
    it(`leaves ${url} to the user's own helper`, async () => {
      const before = (await rig.askedOfOwnHelper()).length;
      const ours = assertWorked(await fill(url, { GIT_TRACE: join(rig.folder, 'trace') }));
      const without = await rig.git(['credential', 'fill'], { input: `url=${url}\n\n`, bare: true });
      assert.equal(ours.stdout, without.stdout);
      assert.match(ours.stdout, /password=own-password/);
      assert.doesNotMatch(ours.stderr, /azure-delegated/);
      const asked = (await rig.askedOfOwnHelper()).slice(before);
      assert.equal(asked.length, 2);
      assert.match(asked[0] ?? '', /^get /);
      assert.equal(asked[0], asked[1]);
    });
  }

  it('refuses a host with a dot at its end, with the reason', async () => {
    const { code, stderr } = await fill('https://dev.azure.com./contoso/P/_git/r');
    assert.notEqual(code, 0);
    assert.match(stderr, /^git-credential-azure-delegated: The host in the address of the remote ends with a dot/);
  });

  it('keeps configuration that the environment has already', async () => {
    const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Somebody Else' };
    assert.equal((await rig.git(['config', 'user.name'], { env })).stdout, 'Somebody Else\n');
    assert.match((await fill('https://dev.azure.com/contoso/P/_git/r', env)).stdout, jwt);
  });

  it('is not there when it is switched off, also in a terminal that was opened before', async () => {
    await rig.helper.serve(new Set());
    try {
      assert.match((await fill('https://dev.azure.com/contoso/P/_git/r')).stdout, /password=own-password/);
    } finally {
      await rig.helper.serve(new Set(['editor']));
    }
    assert.match((await fill('https://dev.azure.com/contoso/P/_git/r')).stdout, jwt);
  });

  it('says a plain sentence and asks for no password when no token can be had', async () => {
    await rig.azure.control.revokeSessions('ada@contoso.com');
    rig.tokens.clear();
    try {
      const { code, stderr } = await rig.git([
        'ls-remote',
        'https://contoso@dev.azure.com/contoso/Project%20One/_git/repo',
      ]);
      assert.equal(code, 128);
      const [first = ''] = stderr.split('\n');
      assert.match(first, /^git-credential-azure-delegated: \S.*Sign In/);
      assert.doesNotMatch(stderr, /could not read Password|terminal prompts disabled/);
      assert.match(stderr, /told us to quit/);
      assert.equal(rig.failures.at(-1)?.caller, 'terminal');
      assert.equal(rig.failures.at(-1)?.facts.organization, 'contoso');
    } finally {
      await rig.signIn('ada@contoso.com');
    }
  });

  describe('of version 2.46 or later', () => {
    let newer: GitProgram;
    before(async function () {
      const found = await findNewerGit();
      if (!found) {
        return this.skip();
      }
      newer = found;
    });

    it('sends the token as a Bearer credential', async () => {
      const before = (await rig.askedOfOwnHelper()).length;
      await rig.azure.control.clearRequests();
      const cwd = await clone('https://dev.azure.com/contoso/Project%20One/_git/repo', {
        ...newer.environment,
      });
      await writeFile(join(cwd, 'bearer.txt'), newer.version);
      for (const args of [
        ['add', '.'],
        ['commit', '--quiet', '-m', 'Bear it'],
        ['push', '--quiet'],
      ]) {
        assertWorked(await rig.git(args, { cwd, env: { ...newer.environment } }));
      }
      const requests = await rig.azure.control.requests({ host: 'dev.azure.com' });
      const schemes = requests.flatMap(({ authorization }) => authorization?.scheme ?? []);
      assert.deepEqual([...new Set(schemes)], ['Bearer']);
      assert.deepEqual((await rig.askedOfOwnHelper()).slice(before), []);
    });

    it('shows no token under GIT_TRACE, GIT_CURL_VERBOSE and GIT_TRACE2', async () => {
      const env = { ...newer.environment, GIT_TRACE: '1', GIT_CURL_VERBOSE: '1', GIT_TRACE2: '1' };
      const { stdout, stderr } = assertWorked(
        await rig.git(['ls-remote', 'https://contoso@dev.azure.com/contoso/Project%20One/_git/repo'], { env }),
      );
      assert.match(stderr, /azure-delegated: trace: .*token=/);
      assert.doesNotMatch(stdout + stderr, jwt);
    });

    it('finds tenant and claims in what the server says', async () => {
      const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
      await rig.azure.control.clearRequests();
      await rig.azure.control.addFault({
        host: 'dev.azure.com',
        path: '/info/refs',
        times: 1,
        effect: { kind: 'challenge', claims },
      });
      assertWorked(
        await rig.git(['ls-remote', 'https://contoso@dev.azure.com/contoso/Project%20One/_git/repo'], {
          env: { ...newer.environment },
        }),
      );
      const [asked] = await rig.azure.control.requests({ host: 'login.microsoftonline.com', grant: 'refresh_token' });
      assert.match(JSON.stringify(asked?.form?.['claims'] ?? ''), /nbf/);
    });

    it('has a fresh token when the server refuses one', () => assertFreshAfterRefusal({ ...newer.environment }));
  });
});
