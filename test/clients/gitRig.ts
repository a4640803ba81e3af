import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccountBindings } from '../../src/git/accountBindings.ts';
import { answerRequest, type GitFailure } from '../../src/git/answerRequest.ts';
import { CredentialHelper } from '../../src/git/credentialHelper.ts';
import { includeVariables } from '../../src/git/gitConfiguration.ts';
import { createGitCredentials, type GitCredentials } from '../../src/git/gitCredentials.ts';
import type { HelperPlace } from '../../src/git/helperPlace.ts';
import { createOrganizationTenants } from '../../src/git/organizationTenant.ts';
import { systemClock } from '../../src/tokens/clock.ts';
import { createTokenService, type TokenService } from '../../src/tokens/tokenService.ts';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { signsInAs, testSource } from '../unit/entra/harness.ts';

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything between Entra and a git on this machine, without an editor around it. */
export interface GitRig extends AsyncDisposable {
  readonly azure: LocalAzure;
  readonly tokens: TokenService;
  readonly credentials: GitCredentials;
  readonly helper: CredentialHelper;
  readonly place: HelperPlace;
  readonly failures: GitFailure[];
  /** Scratch folder, in which git also has its home. */
  readonly folder: string;
  /** Lines that the user's own helper of `~/.gitconfig` wrote when git asked it. */
  askedOfOwnHelper(): Promise<string[]>;
  /** Runs git as the editor does, or (`bare`) as if this extension were not there. */
  git(
    args: readonly string[],
    options?: { cwd?: string; input?: string; env?: Record<string, string>; bare?: boolean },
  ): Promise<Ended>;
  signIn(username: string): Promise<void>;
}

/** Starts it. Git has a user's configuration with a helper of their own, which answers with a marked password. */
export async function startGitRig(): Promise<GitRig> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'adc-git-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const azure = started.use(await startLocalAzure({ storage: false }));
  const { source, person } = testSource({ fetch: azure.fetch });
  const clock = systemClock();
  const log = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };
  const preference = { defaultAccountId: () => undefined, defaultTenantId: () => undefined };
  const tokens = createTokenService({
    source,
    policy: { authorize: () => undefined },
    preference,
    cloud: () => 'public',
    clock,
    log,
  });
  started.defer(() => void tokens.dispose());
  const memory = new Map<string, unknown>();
  const store = {
    get: <T>(key: string) => memory.get(key) as T | undefined,
    update: async (key: string, value: unknown) => void memory.set(key, value),
  };
  const failures: GitFailure[] = [];
  const credentials = createGitCredentials({
    tokens,
    bindings: createAccountBindings({ everywhere: store, workspace: store }),
    workspaceAccountId: () => undefined,
    openOrganization: () => undefined,
    tenants: createOrganizationTenants({ fetch: azure.fetch, memory: store }),
  });
  const helper = new CredentialHelper({
    root: join(folder, 'run'),
    id: 'rig',
    log,
    answer: (bytes, signal) =>
      answerRequest(bytes, { credentials, onFailure: (failure) => failures.push(failure) }, signal),
  });
  started.defer(() => helper.dispose());
  const place = await helper.start();
  await helper.serve(new Set(['editor']));
  const home = await writeHome(folder);
  const base = baseEnvironment(home, azure);
  const running = started.move();
  return {
    azure,
    tokens,
    credentials,
    helper,
    place,
    failures,
    folder,
    askedOfOwnHelper: async () =>
      (await readFile(join(home, 'asked'), 'utf8').catch(() => '')).split('\n').filter(Boolean),
    git: (args, { cwd = folder, input = '', env = {}, bare = false } = {}) => {
      const environment = { ...base, ...env };
      const variables = bare ? {} : includeVariables(environment, place.configuration.editor, () => false);
      return runProgram('git', args, { cwd, input, env: { ...environment, ...variables } });
    },
    signIn: async (username) => {
      const page = signsInAs(azure, person, { username });
      await Promise.all([tokens.signIn({ loginHint: username }), page]);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function quiet(): void {}

async function writeHome(folder: string): Promise<string> {
  const home = join(folder, 'home');
  await mkdir(home);
  const helper = join(home, 'own-helper');
  await writeFile(
    helper,
    `#!/bin/sh\nhost=$(sed -n 's/^host=//p')\necho "$1 $host" >>'${home}/asked'\n[ "$1" = get ] && printf 'username=own\\npassword=own-password\\n'\nexit 0\n`,
    { mode: 0o755 },
  );
  const section = (name: string): string => `[credential${name}]\n\thelper = !'${helper}'\n`;
  await writeFile(
    join(home, '.gitconfig'),
    `[user]\n\tname = Ada Sample\n\temail = ada@contoso.com\n[init]\n\tdefaultBranch = main\n${section('')}${section(' "https://dev.azure.com/contoso"')}`,
  );
  return home;
}

/** Nothing is ever asked: a git that would prompt fails, and says so. */
function baseEnvironment(home: string, azure: LocalAzure): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...azure.environment,
  };
}

/** Runs a program to its end. */
function runProgram(
  command: string,
  args: readonly string[],
  { cwd, input, env }: { readonly cwd: string; readonly input: string; readonly env: Record<string, string> },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, timeout: 60_000 });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => {
      output.stdout += String(data);
    });
    child.stderr.on('data', (data) => {
      output.stderr += String(data);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, ...output }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
