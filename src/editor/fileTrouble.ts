import { tmpdir } from 'node:os';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';

/** Codes of the operating system for a disk, or a share of it, on which there is no room. */
const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Codes for a folder that may not be written. */
const refusedCodes: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Says in words that a file could not be written, and who must do what. Any other error is returned as it is.
 * @param folder that was to be written to: by default that of temporary files
 */
export function fileTrouble(error: unknown, folder = tmpdir()): unknown {
  const { code } = (error ?? {}) as { code?: unknown };
  if (fullCodes.has(code)) {
    return trouble(phrase`The disk that holds ${folder} is full.`, phrase`Make room there and try again.`, code);
  }
  if (refusedCodes.has(code)) {
    return trouble(
      phrase`Nothing can be written to ${folder}.`,
      phrase`See to it that you may write there, and try again.`,
      code,
    );
  }
  return error;
}

function trouble(message: ReturnType<typeof phrase>, advice: ReturnType<typeof phrase>, code: unknown) {
  return new AzureCredentialsError('storage', message, { advice, cause: { code } });
}
