import { type ExecFileOptions, execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Which repository is meant, and what of it. */
export interface RepositoryPath {
  readonly organization: string;
  readonly project: string;
  readonly repository: string;
  /** What follows the repository in the path, such as `/info/refs`. */
  readonly rest: string;
}

/** Git repositories on disk, served by git's own `http-backend`; each is made, with one commit, when it is first used. */
export class Repositories {
  readonly #root: string;
  readonly #made = new Map<string, Promise<void>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Hands a request over to git. */
  async serve(path: RepositoryPath, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = join(path.organization, path.project, `${path.repository}.git`);
    const made = this.#made.get(name) ?? makeRepository(join(this.#root, name), path.repository);
    this.#made.set(name, made);
    await made;
    await serveByGit({ root: this.#root, path: `/${name}${path.rest}` }, request, response);
  }
}

/** Nothing of whoever runs the tests takes part: neither configuration nor variables. */
const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Local Azure',
  GIT_AUTHOR_EMAIL: 'local-azure@contoso.com',
  GIT_COMMITTER_NAME: 'Local Azure',
  GIT_COMMITTER_EMAIL: 'local-azure@contoso.com',
};

async function makeRepository(folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const git = async (args: readonly string[], input = ''): Promise<string> => {
    const options: ExecFileOptions = { cwd: folder, env: environment };
    const running = run('git', args, options);
    // A git that reads no input may be gone before it is written.
    running.child.stdin?.on('error', () => undefined).end(input);
    return String((await running).stdout).trim();
  };
  await git(['init', '--quiet', '--bare', '--initial-branch=main']);
  await git(['config', 'http.receivepack', 'true']);
  const blob = await git(['hash-object', '-w', '--stdin'], `# ${name}\n`);
  const tree = await git(['mktree'], `100644 blob ${blob}\tREADME.md\n`);
  await git(['update-ref', 'refs/heads/main', await git(['commit-tree', '-m', 'Begin', tree])]);
}

/** Runs `git http-backend` as the CGI program it is (RFC 3875). */
async function serveByGit(
  target: { readonly root: string; readonly path: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { headers, method = 'GET', url = '' } = request;
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...environment,
      GIT_PROJECT_ROOT: target.root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: target.path,
      REQUEST_METHOD: method,
      QUERY_STRING: url.split('?')[1] ?? '',
      CONTENT_TYPE: headers['content-type'] ?? '',
      ...(headers['content-length'] && { CONTENT_LENGTH: headers['content-length'] }),
      ...(headers['content-encoding'] && { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      REMOTE_USER: 'member',
    },
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const output = Buffer.concat(await backend.stdout.toArray());
  const end = output.indexOf('\r\n\r\n');
  const head = output.subarray(0, end).toString('latin1').split('\r\n');
  const fields = head.map(
    (line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const,
  );
  const status = Number.parseInt(fields.find(([name]) => name === 'Status')?.[1] ?? '200', 10);
  response.writeHead(status, Object.fromEntries(fields.filter(([name]) => name !== 'Status')));
  response.end(output.subarray(end + 4));
}
