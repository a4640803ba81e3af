import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { selfSignedRsa } from './certificates.ts';

/** The key Entra signs tokens with, and how it publishes it. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Key id: the SHA-1 thumbprint of the certificate, as Entra's `kid` and `x5t` both are. */
  readonly keyId: string;
  /** The key as a member of the key set, without an issuer. */
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

/** Makes a 2048-bit RSA key off the main thread. */
export async function createSigningKey(): Promise<SigningKey> {
  const keys = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const certificate = selfSignedRsa('accounts.accesscontrol.windows.net', keys);
  const keyId = createHash('sha1').update(certificate).digest('base64url');
  const { n, e } = keys.publicKey.export({ format: 'jwk' });
  return {
    ...keys,
    keyId,
    publicJwk: { kty: 'RSA', use: 'sig', kid: keyId, x5t: keyId, n, e, x5c: [certificate.toString('base64')] },
  };
}
