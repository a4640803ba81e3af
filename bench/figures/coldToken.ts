import { atMost, comparedRow, type Figure, rounded } from '../figure.ts';
import { type AzureAccess, allowedExtension, createSignedInService, newResource } from '../productionService.ts';
import { median, millisecondsEach, ratioOf, takeTurns } from '../takeTurns.ts';

/** A token for a resource that nobody asked for before, against the very request that it costs, sent by hand. */
export async function measureColdToken(
  azure: AzureAccess,
  { rounds = 301, warmUps = 20, times = 1 } = {},
): Promise<Figure> {
  const sent: Sent[] = [];
  const recording: typeof fetch = (input, init) => {
    if (sent.length === 0 && isTokenRequest(init)) {
      sent.push({ url: String(input), init });
    }
    return azure.fetch(input, init);
  };
  const tokens = await createSignedInService({ ...azure, fetch: recording });
  const first = newResource();
  await tokens.getToken({ resource: first }, allowedExtension);
  const [example] = sent;
  if (example === undefined) {
    throw new Error('The first token cost no request.');
  }
  const figures = await takeTurns(
    {
      ours: () => millisecondsEach(times, () => tokens.getToken({ resource: newResource() }, allowedExtension)),
      bare: () => millisecondsEach(times, () => post(azure.fetch, example, [first, newResource()])),
    },
    { rounds, warmUps },
  );
  tokens.dispose();
  const compared = ratioOf(figures.ours, figures.bare);
  return {
    key: 'coldToken',
    fields: {
      ours_ms: rounded(median(figures.ours)),
      bare_ms: rounded(median(figures.bare)),
      ratio: rounded(compared.ratio),
    },
    rows: [
      comparedRow({
        ...{ what: 'a token for a new resource', ours: figures.ours, unit: 'ms', compared },
        ...{ peer: 'the bare POST, kept alive', against: figures.bare },
        goal: atMost(compared.ratio, 1.25),
      }),
    ],
  };
}

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

function isTokenRequest(init: RequestInit | undefined): init is RequestInit {
  return typeof init?.body === 'string' && init.body.includes('grant_type=refresh_token');
}

/** The request as we sent it, for another resource. */
async function post(through: typeof fetch, { url, init }: Sent, [from, to]: readonly [string, string]): Promise<void> {
  const body = String(init.body).replace(encodeURIComponent(from), encodeURIComponent(to));
  const { method = 'POST', headers = {} } = init;
  const response = await through(url, { method, headers, body });
  const answer = (await response.json()) as { readonly access_token?: string };
  if (!response.ok || answer.access_token === undefined) {
    throw new Error(`The bare request was answered with ${response.status}.`);
  }
}
