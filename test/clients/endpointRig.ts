import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Approval, type ApprovalQuestion, ProgramApproval } from '../../src/endpoint/approval.ts';
import { dialectGroups } from '../../src/endpoint/dialectGroups.ts';
import { LocalTokenEndpoint } from '../../src/endpoint/localTokenEndpoint.ts';
import { policyByRequester } from '../../src/tokens/accessPolicy.ts';
import { systemClock } from '../../src/tokens/clock.ts';
import { createTokenService, type TokenService } from '../../src/tokens/tokenService.ts';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { secretMemory, workspaceMemory } from '../unit/endpoint/endpointUnderTest.ts';
import { KeptLog, signsInAs, testSource } from '../unit/entra/harness.ts';

/** What a program printed, and how it ended. */
interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything between Entra and a program in a terminal, without an editor around it. */
export interface EndpointRig extends AsyncDisposable {
  readonly azure: LocalAzure;
  readonly tokens: TokenService;
  /** Scratch folder, in which programs also have their home. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly questions: ApprovalQuestion[];
  readonly failures: unknown[];
  readonly log: KeptLog;
  /** How the person answers; they allow for the workspace unless a test says otherwise. */
  answer: Approval;
  signIn(username: string): Promise<void>;
  /** Runs a program as in a terminal that is connected. */
  run(command: string, args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>;
}

/** Starts it and the local Azure; nobody is signed in. */
export async function startEndpointRig(options: { readonly storage?: boolean } = {}): Promise<EndpointRig> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'adc-programs-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const azure = started.use(await startLocalAzure(options));
  const { source, person } = testSource({ fetch: azure.fetch });
  const clock = systemClock();
  const log = new KeptLog();
  const questions: ApprovalQuestion[] = [];
  const failures: unknown[] = [];
  const granted = new Set<string>();
  const program = new ProgramApproval({
    settings: () => ({ approval: 'firstUse', allowedResources: [] }),
    cloud: () => 'public',
    grants: { has: (key) => granted.has(key), add: (key) => void granted.add(key) },
    ask: async (question) => {
      questions.push(question);
      return rig.answer;
    },
    clock,
  });
  const tokens = createTokenService({
    source,
    policy: policyByRequester({ program }),
    preference: { defaultAccountId: () => undefined, defaultTenantId: () => undefined },
    cloud: () => 'public',
    clock,
    log,
  });
  started.defer(() => void tokens.dispose());
  const endpoint = await LocalTokenEndpoint.start({
    tokens,
    secrets: secretMemory(),
    memory: workspaceMemory(),
    cookieFolder: () => join(folder, 'workbench'),
    clock,
    log,
    onFailure: (error) => void failures.push(error),
  });
  started.defer(() => endpoint.dispose());
  const variables = await endpoint.serve(dialectGroups);
  const terminal = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    ...azure.environment,
    ...variables,
  };
  const running = started.move();
  const rig: EndpointRig = {
    ...{ azure, tokens, folder, variables, questions, failures, log },
    answer: 'workspace',
    signIn: async (username) => {
      const page = signsInAs(azure, person, { username });
      await Promise.all([tokens.signIn({ loginHint: username }), page]);
    },
    run: (command, args, environment = {}) =>
      runProgram(command, args, { cwd: folder, env: { ...terminal, ...environment } }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
  return rig;
}

function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Can this program be started, and does it end well with these arguments? */
export async function works(command: string, args: readonly string[]): Promise<boolean> {
  return (await outputOf(command, args)) !== undefined;
}

/** What a program prints; `undefined` when it cannot be started or fails. */
async function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  const env = { PATH: process.env['PATH'] ?? '' };
  const { code, stdout } = await runProgram(command, args, { cwd: tmpdir(), env }).catch(() => ({
    code: 1,
    stdout: '',
  }));
  return code === 0 ? stdout : undefined;
}

/**
 * The file of a Python that has these modules: the first on the path may be another than the system's, and the first on the
 * path of a terminal another than here.
 */
export async function findPython(modules: string): Promise<string | undefined> {
  for (const python of ['python3', '/usr/bin/python3']) {
    const file = await outputOf(python, ['-c', `import sys, ${modules}; print(sys.executable)`]);
    if (file !== undefined) {
      return file.trim();
    }
  }
  return undefined;
}
