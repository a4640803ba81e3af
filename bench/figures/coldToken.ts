import { createWatchedService } from '../bareRequest.ts';
import { atMost, comparedRow, type Figure, rounded } from '../figure.ts';
import { type AzureAccess, allowedExtension, newResource } from '../productionService.ts';
import { median, millisecondsEach, ratioOf, takeTurns } from '../takeTurns.ts';

/** How long the way to a server takes, there and back, that is in another place: milliseconds. */
const distance = 20;

/**
 * A token for a resource that nobody asked for before, against the very request that it costs, sent by hand: to a server on
 * this machine, which is the figure, and to one that is away.
 */
export async function measureColdToken(
  azure: AzureAccess,
  { rounds = 601, warmUps = 300, times = 1, distantRounds = 51 } = {},
): Promise<Figure> {
  const { tokens, post } = await createWatchedService(azure);
  const turns = {
    ours: () => millisecondsEach(times, () => tokens.getToken({ resource: newResource() }, allowedExtension)),
    bare: () => millisecondsEach(times, post),
  };
  const figures = await takeTurns(turns, { rounds, warmUps });
  await azure.control.addFault({ grant: 'refresh_token', effect: { kind: 'distant', milliseconds: distance } });
  const away = await takeTurns(turns, { rounds: distantRounds, warmUps: 1 });
  await azure.control.clearFaults();
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
      comparedRow({
        ...{
          what: `the same, ${distance} ms away`,
          ours: away.ours,
          unit: 'ms',
          compared: ratioOf(away.ours, away.bare),
        },
        ...{ peer: `the bare POST, ${distance} ms away`, against: away.bare },
      }),
    ],
  };
}
