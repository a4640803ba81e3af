import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Longest secret that can be compared: every one that is made here is shorter. */
const comparedBytes = 256;

/** A new secret for a workspace: 256 random bits, printable. */
export function createWorkspaceSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Is this a secret as {@link createWorkspaceSecret} makes them? What a store gives back may be cut, or empty: then it could be guessed. */
export function isWorkspaceSecret(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

/**
 * Derives what one kind of caller must present from the secret of the workspace.
 *
 * Each purpose has its own, so that one which leaks (Cloud Shell's stands in an address, which programs like to print)
 * opens nothing else; the port is mixed in so that two windows on one workspace do not accept each other's.
 */
export function deriveCallerSecret(workspaceSecret: string, port: number, purpose: string): string {
  return createHmac('sha256', workspaceSecret).update(`${purpose}\n${port}`).digest('base64url');
}

/**
 * Makes a comparison with a secret that takes the same time for every other text, whatever its length: both are laid out
 * in buffers of one size first.
 */
export function secretMatcher(secret: string): (presented: string | undefined) => boolean {
  const expected = layOut(secret, Buffer.alloc(comparedBytes + 4));
  const buffer = Buffer.alloc(comparedBytes + 4);
  return (presented) => timingSafeEqual(layOut(presented ?? '', buffer), expected);
}

/** Writes the text's length and its first bytes into a buffer of one size. */
function layOut(text: string, buffer: Buffer): Buffer {
  buffer.fill(0);
  buffer.writeUInt32LE(text.length, 0);
  buffer.write(text, 4, comparedBytes, 'latin1');
  return buffer;
}
