import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { CredentialHelper, type CredentialHelperDeps } from '../git/credentialHelper.ts';
import type { HelperPlace } from '../git/helperPlace.ts';
import { isAzureCredentialsError } from '../tokens/errors.ts';

export interface GitHelperStartDeps {
  readonly answer: CredentialHelperDeps['answer'];
  readonly globalState: vscode.Memento;
  /** A folder that the workspace has each time it is opened; undefined in an empty window. */
  readonly storageUri: vscode.Uri | undefined;
  readonly globalStorageUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

export interface StartedHelper {
  readonly helper: CredentialHelper;
  readonly place: HelperPlace;
  /** Folder of all our places on this machine. */
  readonly root: string;
}

/** Starts the credential server of this window at the workspace's own address. */
export async function startGitHelper(deps: GitHelperStartDeps): Promise<StartedHelper> {
  const { answer, log } = deps;
  const id = await workspaceId(deps);
  const [root, ...others] = await possibleRoots(deps);
  try {
    return await startAt(root);
  } catch (error) {
    const [other] = others;
    if (other === undefined || !isAzureCredentialsError(error)) {
      throw error;
    }
    log.warn(`Git credential server: ${error.message}`);
    return startAt(other);
  }

  async function startAt(folder: string): Promise<StartedHelper> {
    const helper = new CredentialHelper({ answer, log, root: folder, id });
    try {
      return { helper, place: await helper.start(), root: folder };
    } catch (error) {
      helper.dispose();
      throw error;
    }
  }
}

/** Cannot be guessed by other users, for whom the name of a Windows pipe is all that they would need to take it first. */
async function workspaceId({ globalState, storageUri }: GitHelperStartDeps): Promise<string> {
  const key = 'git.addressSalt';
  const known = globalState.get<string>(key);
  const salt = known ?? randomUUID();
  if (known === undefined) {
    await globalState.update(key, salt);
  }
  const workspace = storageUri?.toString() ?? vscode.env.sessionId;
  return createHash('sha256').update(`${salt} ${workspace}`).digest('hex').slice(0, 16);
}

/**
 * Short paths, since a socket's may have some 100 characters, and the extension's own storage is deeper than that. The
 * system's temporary folder comes first: others may read there, which a git run as someone else needs.
 */
async function possibleRoots({ globalStorageUri }: GitHelperStartDeps): Promise<[string, ...string[]]> {
  const uid = process.getuid?.();
  if (uid === undefined) {
    const root = join(globalStorageUri.fsPath, 'git');
    await mkdir(root, { recursive: true });
    return [root];
  }
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return [join(tmpdir(), `azure-delegated-${uid}`), ...(runtime ? [join(runtime, 'azure-delegated')] : [])];
}
