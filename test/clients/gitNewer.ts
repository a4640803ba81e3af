import { execFile } from 'node:child_process';
import { access, chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = new URL('../../.cache/', import.meta.url).pathname;

/** How to run some git: its folder first on PATH, and its own programs. */
export interface GitProgram {
  readonly version: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A git of 2.46 or later, which takes Bearer credentials: the machine's own, else Debian's current one, unpacked into the
 * project's cache and run with its own libraries. Undefined where neither can be had.
 */
export async function findNewerGit(): Promise<GitProgram | undefined> {
  const own = await versionOf({});
  if (isNewer(own)) {
    return { version: own, environment: {} };
  }
  const folder = join(cache, 'debian-git');
  await access(join(folder, 'bin', 'git')).catch(() => unpackDebianGit(folder).catch(() => undefined));
  const environment = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    GIT_EXEC_PATH: join(folder, 'bin'),
    GIT_TEMPLATE_DIR: '',
  };
  const version = await versionOf(environment);
  return isNewer(version) ? { version, environment } : undefined;
}

async function versionOf(environment: Record<string, string>): Promise<string> {
  const { stdout } = await run('git', ['--version'], { env: { ...process.env, ...environment } });
  return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? '0.0';
}

function isNewer(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 46);
}

/** Nothing of the machine is changed: apt works on lists and folders of its own. */
async function unpackDebianGit(folder: string): Promise<void> {
  const work = `${folder}.${process.pid}`;
  const packages = join(work, 'packages');
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(packages);
  try {
    const options = await aptOptions(work);
    await run('apt-get', [...options, 'update'], { timeout: 120_000 });
    const plan = await run('apt-get', [...options, '--simulate', '--no-install-recommends', 'install', 'git']);
    const names = [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
    // Perl and manual pages are not needed to fetch and push.
    const wanted = names.filter((name) => !/perl|git-man|gcc/.test(name));
    await run('apt-get', [...options, 'download', ...wanted], { cwd: packages, timeout: 240_000 });
    for (const name of await readdir(packages)) {
      await run('dpkg', ['-x', join(packages, name), join(work, 'root')]);
    }
    await wrapPrograms(work, folder);
    await rm(packages, { recursive: true });
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Debian's stable suite from wherever this machine gets its packages. */
async function aptOptions(work: string): Promise<string[]> {
  const targets = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Label: Debian']);
  const [uri = ''] = targets.stdout.split('\n');
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const source = join(work, 'debian.sources');
  await writeFile(source, `Types: deb\nURIs: ${uri}\nSuites: stable\nComponents: main\nSigned-By: ${key}\n`);
  await writeFile(join(work, 'status'), '');
  const settings = {
    'Dir::Etc::sourcelist': source,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(work, 'lists'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': work,
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** Each program is started by the C library that it was built for. */
async function wrapPrograms(work: string, folder: string): Promise<void> {
  const bin = join(work, 'bin');
  await mkdir(bin);
  const [triplet = ''] = (await readdir(join(work, 'root/usr/lib'))).filter((name) => name.endsWith('-linux-gnu'));
  const libraries = join('root/usr/lib', triplet);
  const loader = (await readdir(join(work, libraries))).find((name) => /^ld-linux.*\.so\.\d+$/.test(name)) ?? '';
  for (const name of ['git', 'git-remote-http']) {
    const text = `#!/bin/sh\nexec '${join(folder, libraries, loader)}' --library-path '${join(folder, libraries)}' --argv0 ${name} '${join(folder, 'root/usr/lib/git-core', name)}' "$@"\n`;
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
  await symlink('git-remote-http', join(bin, 'git-remote-https'));
}
