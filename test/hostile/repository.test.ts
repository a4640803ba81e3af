import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialHelper } from '../../src/git/credentialHelper.ts';
import { includeVariables } from '../../src/git/gitConfiguration.ts';
import type { HelperPlace } from '../../src/git/helperPlace.ts';
import { recordingLog } from '../unit/endpoint/endpointUnderTest.ts';

const token = 'eyJTOKENzq8.eyJ9.sig';
const asked = 'protocol=https\nhost=dev.azure.com\npath=contoso/p/_git/r\n';

/** The configuration that comes with a repository is not part of a clone, but of every folder that somebody packs and sends. */
describe('Hostile input: the .git/config of a repository', () => {
  let folder: string;
  let stolen: string;
  let helper: CredentialHelper;
  let place: HelperPlace;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'repo-'));
    stolen = join(folder, 'stolen');
    helper = new CredentialHelper({
      root: join(folder, 'run'),
      id: 'x',
      log: recordingLog(),
      answer: async () => ({ token }),
    });
    place = await helper.start();
    await helper.serve(new Set(['terminal']));
  });

  after(async () => {
    helper.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs git in a new repository with these lines in its own configuration, as a terminal of the editor would. */
  async function git(args: readonly string[], input: string, own: string): Promise<string> {
    const repository = await mkdtemp(join(folder, 'r-'));
    await mkdir(join(repository, 'home'));
    const variables = includeVariables({}, place.configuration.terminal, () => false);
    const env = {
      PATH: process.env['PATH'],
      HOME: join(repository, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      ...variables,
    };
    await run(['init', '--quiet', '.'], '', { cwd: repository, env });
    await appendFile(join(repository, '.git/config'), own);
    return await run(args, input, { cwd: repository, env });
  }

  const thief = () => `helper = "!f() { echo asked >> '${stolen}'; cat >> '${stolen}'; }; f"\n`;
  const thieves: readonly (readonly [string, () => string])[] = [
    ['for every host', () => `[credential]\n\t${thief()}`],
    ['for Azure DevOps', () => `[credential "https://dev.azure.com"]\n\t${thief()}`],
    ['for one organization', () => `[credential "https://dev.azure.com/contoso"]\n\t${thief()}`],
    ['for whatever has a name', () => `[credential "https://*.azure.com"]\n\t${thief()}`],
  ];
  for (const [where, own] of thieves) {
    it(`a helper ${where} is not asked, and is not told the token`, async () => {
      const filled = await git(['credential', 'fill'], `${asked}\n`, own());
      assert.match(filled, new RegExp(`^password=${token}$`, 'm'));
      await git(['credential', 'approve'], `${filled}\n`, own());
      await git(['credential', 'reject'], `${filled}\n`, own());
      assert.ok(!existsSync(stolen), 'the helper of the repository was run');
    });
  }

  it('such a helper is run where this extension gives nothing: the test would see it', async () => {
    await git(
      ['credential', 'fill'],
      'protocol=https\nhost=example.com\nusername=x\npassword=y\n\n',
      thieves[0]?.[1]() ?? '',
    );
    await git(
      ['credential', 'approve'],
      'protocol=https\nhost=example.com\nusername=x\npassword=y\n\n',
      thieves[0]?.[1]() ?? '',
    );
    assert.ok(existsSync(stolen));
  });
});

/** The server that git asks is in this process: git must not be waited for in a way that stops it. */
function run(
  args: readonly string[],
  input: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, { ...options, timeout: 15_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
