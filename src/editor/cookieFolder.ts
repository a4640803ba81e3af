import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureCredentialsError, isAzureCredentialsError, textsOf } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import { fileTrouble } from './fileTrouble.ts';

/** Memory-backed where the system has such a folder for each user; its name is the same for a workspace, not its id. */
export function cookieFolder(workspaceId: string): string {
  const name = createHash('sha256').update(workspaceId).digest('hex').slice(0, 16);
  return join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `azure-credentials-${name}`);
}

/** The error for a cookie that could not be written: the other programs in terminals are served all the same. */
export function cookieTrouble(error: unknown, folder: string): AzureCredentialsError {
  const trouble = fileTrouble(error, folder);
  const { message, advice } = isAzureCredentialsError(trouble)
    ? textsOf(trouble)
    : { message: phrase`Nothing can be written to ${folder}.`, advice: undefined };
  return new AzureCredentialsError('storage', phrase`Programs of Posit Workbench cannot be served. ${message}`, {
    advice: advice ?? phrase`See to it that you may write there, and try again.`,
  });
}
