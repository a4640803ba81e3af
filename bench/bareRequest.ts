import type { TokenService } from '../src/tokens/tokenService.ts';
import { type AzureAccess, allowedExtension, createSignedInService, newResource } from './productionService.ts';

/** A signed-in service, and the request that a token costs it, to be sent by hand. */
export interface WatchedService {
  readonly tokens: TokenService;
  /** Sends the same request for a resource that nobody asked for before, and reads the answer. */
  post(): Promise<void>;
}

/** Signs in and keeps the first request of a refresh token as it was sent. */
export async function createWatchedService(azure: AzureAccess): Promise<WatchedService> {
  const sent: Sent[] = [];
  const recording: typeof fetch = (input, init) => {
    if (sent.length === 0 && isTokenRequest(init)) {
      sent.push({ url: String(input), init });
    }
    return azure.fetch(input, init);
  };
  const tokens = await createSignedInService({ ...azure, fetch: recording });
  const resource = newResource();
  await tokens.getToken({ resource }, allowedExtension);
  const [example] = sent;
  if (example === undefined) {
    throw new Error('The first token cost no request.');
  }
  return { tokens, post: () => postAgain(azure.fetch, example, [resource, newResource()]) };
}

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

function isTokenRequest(init: RequestInit | undefined): init is RequestInit {
  return typeof init?.body === 'string' && init.body.includes('grant_type=refresh_token');
}

/** The request as we sent it, for another resource. */
async function postAgain(
  through: typeof fetch,
  { url, init }: Sent,
  [from, to]: readonly [string, string],
): Promise<void> {
  const body = String(init.body).replace(encodeURIComponent(from), encodeURIComponent(to));
  const { method = 'POST', headers = {} } = init;
  const response = await through(url, { method, headers, body });
  const answer = (await response.json()) as { readonly access_token?: string };
  if (!response.ok || answer.access_token === undefined) {
    throw new Error(`The bare request was answered with ${response.status}.`);
  }
}
