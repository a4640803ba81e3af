import { chmod, lstat, mkdir } from 'node:fs/promises';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';

/**
 * Makes a folder that belongs to this user, if it is not there, and checks that it does.
 *
 * In a folder that others can write to (the system's temporary one) somebody else may have made it first, or put a link
 * there: then their files would be ours.
 *
 * @param mode `0o700` for what nobody else may reach. `0o711` where others may pass but neither list nor change anything.
 * @throws AzureCredentialsError `storage`
 */
export async function ensureOwnFolder(path: string, mode: 0o700 | 0o711): Promise<void> {
  await mkdir(path, { mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') {
      throw error;
    }
  });
  // Windows has no owners in this sense; there the folder is in the user's own profile.
  if (!process.getuid) {
    return;
  }
  const stats = await lstat(path);
  if (!stats.isDirectory() || stats.uid !== process.getuid()) {
    throw new AzureCredentialsError('storage', phrase`The folder ${path} belongs to someone else.`, {
      advice: phrase`Ask the owner of this machine to remove it.`,
    });
  }
  if ((stats.mode & 0o777) !== mode) {
    await chmod(path, mode);
  }
}
