import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { comparedRow, type FigureRow } from '../figure.ts';
import { millisecondsEach, ratioOf, takeTurns } from '../takeTurns.ts';

/** The local token endpoint, for a program that is started for one token. */
export interface EndpointForCommand {
  readonly url: URL;
  readonly secret: string;
  /** What a terminal has. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * One command for one token: `curl` to the local token endpoint against `az account get-access-token`, signed in by
 * `az login --identity`.
 * @returns no row where one of the two is not installed
 */
export async function measureAzCommand(
  { url, secret, variables }: EndpointForCommand,
  { rounds = 5 } = {},
): Promise<readonly FigureRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'az-'));
  const env = { ...process.env, ...variables, AZURE_CONFIG_DIR: folder, AZURE_CORE_COLLECT_TELEMETRY: 'no' };
  const run = (command: string, args: readonly string[]) => output(command, args, env);
  try {
    const isThere = await Promise.all([run('curl', ['--version']), run('az', ['login', '--identity'])]).then(
      () => true,
      () => false,
    );
    if (!isThere) {
      return [];
    }
    const resource = ['--resource', 'https://storage.azure.com'];
    const figures = await takeTurns(
      {
        ours: () => millisecondsEach(1, () => run('curl', ['-sSf', '-H', `X-IDENTITY-HEADER: ${secret}`, url.href])),
        az: () => millisecondsEach(1, () => run('az', ['account', 'get-access-token', ...resource])),
      },
      { rounds },
    );
    return [
      comparedRow({
        ...{ what: 'a token by a command: curl', ours: figures.ours, unit: 'ms' },
        ...{ peer: 'az account get-access-token', against: figures.az },
        compared: ratioOf(figures.ours, figures.az),
      }),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error when the program is missing or fails */
function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { env, timeout: 120_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
}
