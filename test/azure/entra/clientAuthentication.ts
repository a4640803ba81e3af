import type { IncomingMessage } from 'node:http';
import type { Application } from '../data.ts';
import { EntraError } from './errors.ts';

/** Credentials a client sent: in the form, or in a Basic header (RFC 6749 section 2.3.1). */
export interface ClientCredentials {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
}

/** Reads the client's credentials. */
export function readClientCredentials(request: IncomingMessage, form: URLSearchParams): ClientCredentials {
  const [scheme = '', encoded = ''] = (request.headers.authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() !== 'basic') {
    return { clientId: form.get('client_id') ?? undefined, secret: form.get('client_secret') ?? undefined };
  }
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 2);
  return { clientId: decodeURIComponent(id), secret: decodeURIComponent(secret) };
}

/**
 * Checks the client's secret, or that none is needed.
 *
 * @returns whether the client authenticated itself.
 * @throws EntraError 7000218 no secret; 7000215 wrong; 7000222 expired; 700025 a public client sent one.
 */
export function authenticateClient(
  application: Application,
  { secret }: ClientCredentials,
  { required }: { readonly required: boolean },
): boolean {
  if (secret === undefined) {
    if (required) {
      throw new EntraError(7000218);
    }
    return false;
  }
  if (!required && application.secrets.length === 0) {
    throw new EntraError(700025);
  }
  const known = application.secrets.find(({ value }) => value === secret);
  if (!known) {
    throw new EntraError(7000215, { client: application.clientId });
  }
  if (known.expired) {
    throw new EntraError(7000222, { client: application.clientId });
  }
  return true;
}
