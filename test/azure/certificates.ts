import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import {
  bitString,
  element,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  utcTime,
  utf8String,
} from './der.ts';

const day = 24 * 60 * 60 * 1000;
const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const rsaWithSha256 = sequence(objectIdentifier('1.2.840.113549.1.1.11'), element(0x05));

/** A key and its certificate, followed by the authority's (Chromium looks for its hash in what is sent), all PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * The test certificate authority of one run: made at start, forgotten at the end.
 *
 * Keys are EC P-256, which take about a millisecond; the certificates of hosts are made when first asked for.
 */
export class CertificateAuthority {
  /** The authority's own certificate, PEM. */
  readonly certificate: string;
  /** Base64 SHA-256 of the authority's public key (Chromium's `--ignore-certificate-errors-spki-list`). */
  readonly spkiHash: string;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #name = distinguishedName(`Local Azure test authority ${randomBytes(4).toString('hex')}`);
  readonly #contexts = new Map<string, SecureContext>();

  constructor() {
    const spki = exportSpki(this.#keys.publicKey);
    this.spkiHash = createHash('sha256').update(spki).digest('base64');
    this.certificate = toPem(
      buildCertificate({
        subject: this.#name,
        issuer: this.#name,
        publicKey: spki,
        issuerKey: this.#keys.privateKey,
        issuerSpki: spki,
        extensions: [
          extension('2.5.29.19', sequence(element(0x01, Buffer.from([0xff]))), true),
          extension('2.5.29.15', element(0x03, Buffer.from([1, 0x06])), true),
        ],
      }),
    );
  }

  /** Issues a server certificate for these names (host names or IP addresses), with its chain. */
  issue(names: readonly string[]): Certificate {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const certificate = buildCertificate({
      subject: distinguishedName((names[0] ?? 'localhost').slice(0, 64)),
      issuer: this.#name,
      publicKey: exportSpki(keys.publicKey),
      issuerKey: this.#keys.privateKey,
      issuerSpki: exportSpki(this.#keys.publicKey),
      extensions: [
        extension('2.5.29.19', sequence(), true),
        extension('2.5.29.15', element(0x03, Buffer.from([7, 0x80])), true),
        extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
        extension('2.5.29.17', sequence(...names.map(subjectAlternativeName))),
      ],
    });
    const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    return { certificate: toPem(certificate) + this.certificate, key };
  }

  /** The TLS context that answers for one host. */
  contextFor(host: string): SecureContext {
    let context = this.#contexts.get(host);
    if (!context) {
      const { certificate, key } = this.issue([host]);
      context = createSecureContext({ cert: certificate, key });
      this.#contexts.set(host, context);
    }
    return context;
  }
}

/** A self-signed certificate over an RSA key, DER: what Entra publishes as `x5c` of a signing key. */
export function selfSignedRsa(commonName: string, keys: { publicKey: KeyObject; privateKey: KeyObject }): Buffer {
  const name = distinguishedName(commonName);
  const spki = exportSpki(keys.publicKey);
  return buildCertificate({
    subject: name,
    issuer: name,
    publicKey: spki,
    issuerKey: keys.privateKey,
    issuerSpki: spki,
    extensions: [],
  });
}

interface CertificateRequest {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: Buffer;
  readonly issuerKey: KeyObject;
  readonly issuerSpki: Buffer;
  readonly extensions: readonly Buffer[];
}

function buildCertificate(request: CertificateRequest): Buffer {
  const algorithm = request.issuerKey.asymmetricKeyType === 'rsa' ? rsaWithSha256 : ecdsaWithSha256;
  const now = Date.now();
  const toBeSigned = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    request.issuer,
    sequence(utcTime(new Date(now - 2 * day)), utcTime(new Date(now + 90 * day))),
    request.subject,
    request.publicKey,
    element(
      0xa3,
      sequence(
        extension('2.5.29.14', octetString(keyIdentifier(request.publicKey))),
        extension('2.5.29.35', sequence(element(0x80, keyIdentifier(request.issuerSpki)))),
        ...request.extensions,
      ),
    ),
  );
  return sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, request.issuerKey)));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(commonName))));
}

function extension(identifier: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [element(0x01, Buffer.from([0xff]))] : [];
  return sequence(objectIdentifier(identifier), ...flag, octetString(value));
}

function subjectAlternativeName(name: string): Buffer {
  const version = isIP(name);
  if (version === 4) {
    return element(0x87, Buffer.from(name.split('.').map(Number)));
  }
  // The only IPv6 name that is ever asked for is the loopback address.
  return version === 6 ? element(0x87, Buffer.from([...Array(15).fill(0), 1])) : element(0x82, Buffer.from(name));
}

function keyIdentifier(spki: Buffer): Buffer {
  return createHash('sha1').update(spki).digest();
}

function exportSpki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
