import { createWatchedService } from '../bareRequest.ts';
import { atMost, comparedRow, type Figure, rounded } from '../figure.ts';
import { type AzureAccess, allowedExtension, newResource } from '../productionService.ts';
import { median, millisecondsEach, ratioOf, takeTurns } from '../takeTurns.ts';

/**
 * Many new resources at once against one, where the server answers each request after 50 ms; and the very requests of both,
 * sent by hand.
 */
export async function measureParallel(
  azure: AzureAccess,
  { rounds = 15, warmUps = 3, many = 50 } = {},
): Promise<Figure> {
  const { tokens, post } = await createWatchedService(azure);
  const fault = await azure.control.addFault({
    grant: 'refresh_token',
    effect: { kind: 'distant', milliseconds: 50 },
  });
  const ask = () => tokens.getToken({ resource: newResource() }, allowedExtension);
  const figures = await takeTurns(
    {
      single: () => millisecondsEach(1, ask),
      wall: () => millisecondsEach(1, () => Promise.all(Array.from({ length: many }, ask))),
      bareSingle: () => millisecondsEach(1, post),
      bareWall: () => millisecondsEach(1, () => Promise.all(Array.from({ length: many }, post))),
    },
    { rounds, warmUps },
  );
  await azure.control.removeFault(fault);
  tokens.dispose();
  const compared = ratioOf(figures.wall, figures.single);
  return {
    key: 'parallel',
    fields: {
      n: many,
      wall_ms: rounded(median(figures.wall)),
      single_ms: rounded(median(figures.single)),
      ratio: rounded(compared.ratio),
    },
    rows: [
      comparedRow({
        ...{ what: `${many} new resources at once`, ours: figures.wall, unit: 'ms', compared },
        ...{ peer: 'one new resource', against: figures.single },
        goal: atMost(compared.ratio, 2),
      }),
      comparedRow({
        ...{ what: `${many} bare POSTs at once`, ours: figures.bareWall, unit: 'ms' },
        ...{ compared: ratioOf(figures.bareWall, figures.bareSingle) },
        ...{ peer: 'one bare POST', against: figures.bareSingle },
      }),
      comparedRow({
        ...{ what: `${many} new resources at once`, ours: figures.wall, unit: 'ms' },
        ...{ compared: ratioOf(figures.wall, figures.bareWall) },
        ...{ peer: `${many} bare POSTs at once`, against: figures.bareWall },
      }),
    ],
  };
}
