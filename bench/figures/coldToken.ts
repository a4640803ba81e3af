import { createWatchedService } from '../bareRequest.ts';
import { atMost, comparedRow, type Figure, rounded } from '../figure.ts';
import { type AzureAccess, allowedExtension, newResource } from '../productionService.ts';
import { median, millisecondsEach, ratioOf, takeTurns } from '../takeTurns.ts';

/** A token for a resource that nobody asked for before, against the very request that it costs, sent by hand. */
export async function measureColdToken(
  azure: AzureAccess,
  { rounds = 301, warmUps = 20, times = 1 } = {},
): Promise<Figure> {
  const { tokens, post } = await createWatchedService(azure);
  const figures = await takeTurns(
    {
      ours: () => millisecondsEach(times, () => tokens.getToken({ resource: newResource() }, allowedExtension)),
      bare: () => millisecondsEach(times, post),
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
