import assert from 'node:assert/strict';
import { diagnoseRemote, type GitFinding } from '../../src/git/diagnosis.ts';
import { type GitRig, startGitRig } from './gitRig.ts';

const repository = 'https://dev.azure.com/contoso/Project%20One/_git/repo';

describe('diagnosis of a git remote', function () {
  this.timeout(60_000);
  let rig: GitRig;
  before(async () => {
    rig = await startGitRig();
    await rig.signIn('ada@contoso.com');
  });
  after(() => rig[Symbol.asyncDispose]());

  async function diagnose(address: string, environment: Record<string, string> = {}): Promise<readonly GitFinding[]> {
    const findings = await diagnoseRemote(address, {
      credentials: rig.credentials,
      requester: { kind: 'git', id: 'helper', label: 'git' },
      fetch: rig.azure.fetch,
      git: (args, input = '') => rig.git(args, { input, env: { GIT_ASKPASS: '' } }),
      helperState: { level: 'good', text: 'On.' },
      environment,
    });
    assert.doesNotMatch(lines(findings).join('\n'), /eyJ|s3cret/);
    return findings;
  }
  const lines = (findings: readonly GitFinding[]): string[] =>
    findings.map(({ level, subject, text }) => `${level} ${subject}: ${text}`);
  const problems = (findings: readonly GitFinding[]): string[] =>
    lines(findings).filter((line) => line.startsWith('problem'));

  it('finds nothing wrong with a repository that works, and names every step', async () => {
    const found = lines(await diagnose('https://contoso@dev.azure.com/contoso/Project%20One/_git/repo'));
    const expected = [
      /^good Address: https:\/\/dev\.azure\.com\/contoso\/Project%20One\/_git\/repo \(form/,
      /^good Git: Version 2\./,
      /^good Credential helper: On\.$/,
      /^good Organization: contoso$/,
      /^good Tenant: 8f9d5b1c/,
      /^good Account: ada@contoso\.com \(at home/,
      /^good Token: For Azure DevOps \(499b84ac.*until 20\d\d-/,
      /^good Server: It lets ada@contoso\.com read the repository\.$/,
      /^good Git: Asked for this address, git gets a credential without a prompt\.$/,
      /^note Other credential helper: .*own-helper/,
      /^note Other credential helper: .*dev\.azure\.com\/contoso.*own-helper/,
    ];
    assert.equal(found.length, expected.length, found.join('\n'));
    for (const [index, pattern] of expected.entries()) {
      assert.match(found[index] ?? '', pattern);
    }
  });

  it('offers the https form of an ssh and of an http address', async () => {
    for (const address of [
      'git@ssh.dev.azure.com:v3/contoso/Project%20One/repo',
      repository.replace('https', 'http'),
    ]) {
      const problem = (await diagnose(address)).find(({ level }) => level === 'problem');
      assert.deepEqual(problem?.fix, { kind: 'setUrl', url: repository });
    }
  });

  it('warns of a password in the address and offers the address without it', async () => {
    const findings = await diagnose(repository.replace('https://', 'https://ada:s3cret@'));
    const problem = findings.find(({ level }) => level === 'problem');
    assert.match(String(problem?.text), /personal access token/);
    assert.deepEqual(problem?.fix, { kind: 'setUrl', url: repository });
  });

  it('leaves another host alone', async () => {
    assert.match(lines(await diagnose('https://github.com/contoso/repo'))[0] ?? '', /^note Address: .*left alone/);
  });

  it('tells a repository that the account may not see', async () => {
    const findings = await diagnose('https://dev.azure.com/contoso/Project%20One/_git/none');
    assert.match(
      problems(findings).join(),
      /Server: It has no such repository, or does not let ada@contoso\.com in \(status 404\)/,
    );
    assert.deepEqual(findings.find(({ level }) => level === 'problem')?.fix, {
      kind: 'bindAccount',
      organization: 'contoso',
    });
  });

  it('tells an organization that does not exist', async () => {
    const found = lines(await diagnose('https://dev.azure.com/nobody/P/_git/r'));
    assert.match(found.join('\n'), /note Tenant: Azure DevOps does not name one/);
  });

  it('shows a proxy without its password', async () => {
    const found = lines(await diagnose(repository, { HTTPS_PROXY: 'http://ada:s3cret@proxy.contoso.com:8080' }));
    assert.equal(found.at(-1), 'note Proxy: HTTPS_PROXY: http://…@proxy.contoso.com:8080');
  });

  it('tells a session that has ended and offers to sign in', async () => {
    await rig.azure.control.revokeSessions('ada@contoso.com');
    rig.tokens.clear();
    const findings = await diagnose(repository);
    const problem = findings.find(({ level }) => level === 'problem');
    assert.equal(String(problem?.subject), 'Token');
    assert.equal(problem?.fix?.kind, 'signIn');
    assert.match(problems(findings).join(), /git gets no credential without a prompt/);
  });
});
