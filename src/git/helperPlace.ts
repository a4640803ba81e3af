import { rmSync } from 'node:fs';
import { chmod, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { helperConfiguration } from './gitConfiguration.ts';
import { helperName, nodeHelper, posixHelper, quoteForShell } from './helperScript.ts';
import { ensureOwnFolder } from './privateFolder.ts';

/** Whom git's configuration is for: the Git extension's own processes, or terminals and tasks. */
export type HelperAudience = 'editor' | 'terminal';

const helperAudiences = ['editor', 'terminal'] as const satisfies readonly HelperAudience[];

/** Linux takes 107 bytes for the path of a Unix socket, macOS 103. */
const maxSocketPathBytes = 103;

/** Where one credential server has its socket, its helper script, and the configuration that git includes. */
export interface HelperPlace {
  readonly folder: string;
  /** What the server listens at. */
  readonly address: string;
  /** Written to switch the helper on, removed to switch it off: git passes over an included file that is not there. */
  readonly configuration: Readonly<Record<HelperAudience, string>>;
  readonly platform: NodeJS.Platform;
}

/** Names a place; makes nothing. @throws AzureCredentialsError `storage` when the path is too long for a socket */
export function helperPlace(
  location: { readonly root: string; readonly id: string; readonly slot: number },
  platform: NodeJS.Platform = process.platform,
): HelperPlace {
  const name = `${location.id}-${location.slot}`;
  const folder = join(location.root, name);
  const address = platform === 'win32' ? `\\\\.\\pipe\\azure-delegated-${name}` : join(privateFolder(folder), 'socket');
  if (platform !== 'win32' && Buffer.byteLength(address) > maxSocketPathBytes) {
    throw new AzureCredentialsError('storage', `The path ${address} is too long for a socket.`);
  }
  const configuration = { editor: join(folder, 'editor.gitconfig'), terminal: join(folder, 'terminal.gitconfig') };
  return { folder, address, configuration, platform };
}

/** Nobody else may reach the socket; git run as someone else (`sudo -E`) must be able to read the configuration, or it fails. */
function privateFolder(folder: string): string {
  return join(folder, 'private');
}

/** Makes the folders of a place. @throws AzureCredentialsError `storage` when one of them is somebody else's */
export async function makePlace(place: HelperPlace, root: string): Promise<void> {
  await ensureOwnFolder(root, 0o711);
  await ensureOwnFolder(place.folder, 0o711);
  await ensureOwnFolder(privateFolder(place.folder), 0o700);
}

/** Writes the helper script and, for each audience, writes or removes the configuration that makes git use it. */
export async function writePlace(place: HelperPlace, audiences: ReadonlySet<HelperAudience>): Promise<void> {
  const script = join(place.folder, place.platform === 'win32' ? `${helperName}.mjs` : helperName);
  const windows = place.platform === 'win32';
  if (audiences.size > 0) {
    await writeWhole(script, windows ? nodeHelper(place.address) : posixHelper(place.address));
  }
  const command = windows ? nodeCommand(script) : `sh ${quoteForShell(script)}`;
  for (const audience of helperAudiences) {
    const file = place.configuration[audience];
    await (audiences.has(audience) ? writeWhole(file, helperConfiguration(command)) : rm(file, { force: true }));
  }
}

/** Git for Windows runs helpers with its own sh, which wants slashes. VS Code's own executable is a Node when told so. */
function nodeCommand(script: string): string {
  const [node, file] = [process.execPath, script].map((path) => quoteForShell(path.replaceAll('\\', '/')));
  return `ELECTRON_RUN_AS_NODE=1 ${node} ${file}`;
}

/** Switches the helper off, at once: for the end of the extension host, which waits for nobody. */
export function removeConfiguration(place: HelperPlace): void {
  for (const audience of helperAudiences) {
    rmSync(place.configuration[audience], { force: true });
  }
}

/** Only this user may connect, whatever the umask was. The folder around the socket says so already. */
export async function protectSocket(place: HelperPlace): Promise<void> {
  if (place.platform !== 'win32') {
    await chmod(place.address, 0o600);
  }
}

/** Keeps cleaners of the temporary folder away from what is in use. */
export async function touchPlace(place: HelperPlace): Promise<void> {
  const now = new Date();
  const paths = [place.folder, ...(place.platform === 'win32' ? [] : [place.address])];
  await Promise.all(paths.map((path) => utimes(path, now, now).catch(() => undefined)));
}

/** Git may read at any time: it sees the old file or the new one. */
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, text, { mode: 0o644 });
  await rename(draft, path);
}
