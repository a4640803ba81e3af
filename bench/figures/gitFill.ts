import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccountBindings } from '../../src/git/accountBindings.ts';
import { answerRequest } from '../../src/git/answerRequest.ts';
import { CredentialHelper } from '../../src/git/credentialHelper.ts';
import { helperConfiguration, includeVariables } from '../../src/git/gitConfiguration.ts';
import { createGitCredentials } from '../../src/git/gitCredentials.ts';
import type { HelperPlace } from '../../src/git/helperPlace.ts';
import { nodeHelper, quoteForShell } from '../../src/git/helperScript.ts';
import { createOrganizationTenants } from '../../src/git/organizationTenant.ts';
import { atMost, comparedRow, type Figure, rounded } from '../figure.ts';
import { type AzureAccess, createSignedInService, quietLog, StateInMemory } from '../productionService.ts';
import { type Contender, median, millisecondsEach, ratioOf, takeTurns } from '../takeTurns.ts';

const asked = 'protocol=https\nhost=dev.azure.com\npath=contoso/sample/_git/sample\n';

/** `git credential fill` for an Azure Repos remote: through our helper, git's own cache, and helpers written in other ways. */
export async function measureGitFill(
  azure: AzureAccess,
  { rounds = 61, warmUps = 3, peers = true } = {},
): Promise<Figure> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'fill-'));
  started.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const place = await startHelper(azure, folder, started);
  const ours = await oursContender(place, folder);
  const native = await cacheContender(folder, started);
  const node = await nodeContender(place, folder);
  const oauth = peers ? await oauthContender(folder, started) : undefined;
  const figures = await takeTurns({ ours, native, node, oauth: oauth ?? native }, { rounds, warmUps });
  const compared = ratioOf(figures.ours, figures.native);
  const row = { what: 'git credential fill', ours: figures.ours, unit: 'ms' };
  return {
    key: 'gitFill',
    fields: {
      ours_ms: rounded(median(figures.ours)),
      native_ms: rounded(median(figures.native)),
      node_ms: rounded(median(figures.node)),
      ratio: rounded(compared.ratio),
    },
    rows: [
      comparedRow({
        ...{ ...row, peer: 'git credential-cache', against: figures.native, compared },
        goal: atMost(compared.ratio, 1.5),
      }),
      comparedRow({
        ...{ ...row, peer: 'a helper on Node', against: figures.node },
        compared: ratioOf(figures.ours, figures.node),
      }),
      ...(oauth === undefined
        ? []
        : [
            comparedRow({
              ...{ ...row, peer: 'git-credential-oauth with git’s cache', against: figures.oauth },
              compared: ratioOf(figures.ours, figures.oauth),
            }),
          ]),
    ],
  };
}

/** The credential server and its helper, as a window starts them, with a token in memory. */
async function startHelper(azure: AzureAccess, folder: string, started: AsyncDisposableStack): Promise<HelperPlace> {
  const tokens = await createSignedInService(azure);
  started.defer(() => void tokens.dispose());
  const memory = new StateInMemory();
  const credentials = createGitCredentials({
    tokens,
    bindings: createAccountBindings({ everywhere: memory, workspace: memory }),
    workspaceAccountId: () => undefined,
    openOrganization: () => undefined,
    tenants: createOrganizationTenants({ fetch: azure.fetch, memory }),
  });
  const helper = new CredentialHelper({
    root: join(folder, 'run'),
    id: 'bench',
    log: quietLog,
    answer: (bytes, signal) => answerRequest(bytes, { credentials, onFailure: () => undefined }, signal),
  });
  started.defer(() => helper.dispose());
  const place = await helper.start();
  await helper.serve(new Set(['terminal']));
  return place;
}

function oursContender(place: HelperPlace, folder: string): Promise<Contender> {
  return contender({ folder, name: 'ours', configuration: '', included: place.configuration.terminal });
}

/** git's own daemon, which keeps what git stored in it. */
async function cacheContender(folder: string, started: AsyncDisposableStack): Promise<Contender> {
  const { helper, socket } = cacheHelper(folder, 'native');
  const fill = { folder, name: 'native', configuration: `[credential]\n\tuseHttpPath = true\n${helper}` };
  await approve(fill);
  started.defer(() => endDaemon(folder, socket));
  return contender(fill);
}

/** What a helper costs that is written for Node: ours for Windows, which is one, over the same server. */
async function nodeContender(place: HelperPlace, folder: string): Promise<Contender> {
  const script = join(folder, 'helper.mjs');
  await writeFile(script, nodeHelper(place.address));
  const command = `${quoteForShell(process.execPath)} ${quoteForShell(script)}`;
  return contender({ folder, name: 'node', configuration: helperConfiguration(command) });
}

/** As its readme says to set it up: git's cache first, and behind it git-credential-oauth. */
async function oauthContender(folder: string, started: AsyncDisposableStack): Promise<Contender | undefined> {
  const isInstalled = await git(['credential-oauth', 'version'], { folder, name: 'oauth', input: '' }).then(
    () => true,
    () => false,
  );
  if (!isInstalled) {
    return undefined;
  }
  const { helper, socket } = cacheHelper(folder, 'oauth');
  started.defer(() => endDaemon(folder, socket));
  const configuration = `[credential]\n\tuseHttpPath = true\n${helper}\thelper = oauth\n`;
  await approve({ folder, name: 'oauth', configuration });
  return contender({ folder, name: 'oauth', configuration });
}

function cacheHelper(folder: string, name: string) {
  const socket = join(folder, `${name}-cache`, 'socket');
  return { socket, helper: `\thelper = cache --timeout=600 --socket=${socket}\n` };
}

async function endDaemon(folder: string, socket: string): Promise<void> {
  await git(['credential-cache', `--socket=${socket}`, 'exit'], { folder, name: 'native', input: '' });
}

interface Fill {
  readonly folder: string;
  /** Names the home folder, which has a configuration of its own. */
  readonly name: string;
  readonly configuration: string;
  /** A configuration that the environment includes. */
  readonly included?: string;
}

async function approve({ folder, name, configuration }: Fill): Promise<void> {
  await writeHome(folder, name, configuration);
  await mkdir(join(folder, `${name}-cache`), { mode: 0o700 });
  // As long as an access token of Entra is.
  const input = `${asked}username=ada@contoso.com\npassword=${'x'.repeat(1_600)}\n\n`;
  await git(['credential', 'approve'], { folder, name, input });
}

async function contender({ folder, name, configuration, included }: Fill): Promise<Contender> {
  await writeHome(folder, name, configuration);
  const fill = async () => {
    const options = { folder, name, input: `${asked}\n`, ...(included === undefined ? {} : { included }) };
    const output = await git(['credential', 'fill'], options);
    if (!/^password=.{500}/m.test(output)) {
      throw new Error(`git was given no credential by ${name}.`);
    }
  };
  return () => millisecondsEach(1, fill);
}

async function writeHome(folder: string, name: string, configuration: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, '.gitconfig'), configuration);
}

interface GitCall {
  readonly folder: string;
  readonly name: string;
  readonly input: string;
  readonly included?: string;
}

/** @returns what it printed. @throws Error when it failed: nothing ever prompts */
function git(args: readonly string[], { folder, name, input, included }: GitCall): Promise<string> {
  const home = join(folder, name);
  const base = { PATH: process.env['PATH'] ?? '', HOME: home, LC_ALL: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' };
  const env = { ...base, GIT_TERMINAL_PROMPT: '0', ...(included && includeVariables(base, included, () => false)) };
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, { cwd: folder, env, timeout: 30_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
    // A git that reads nothing has closed it already.
    child.stdin?.on('error', () => undefined).end(input);
  });
}
