import { atMost, type Figure } from '../figure.ts';
import { type AzureAccess, allowedExtension, createSignedInService, newResource } from '../productionService.ts';

/** Requests that reach Entra when many callers want one new resource at the same time. */
export async function measureSingleFlight(azure: AzureAccess, { callers = 1_000 } = {}): Promise<Figure> {
  const tokens = await createSignedInService(azure);
  const resource = newResource();
  const before = await azure.control.count({ grant: 'refresh_token' });
  const answers = await Promise.all(
    Array.from({ length: callers }, () => tokens.getToken({ resource }, allowedExtension)),
  );
  const requests = (await azure.control.count({ grant: 'refresh_token' })) - before;
  tokens.dispose();
  if (new Set(answers.map(({ token }) => token)).size !== 1) {
    throw new Error('The callers did not all get the same token.');
  }
  const { text, isMet } = atMost(requests, 1);
  return {
    key: 'singleFlight',
    fields: { callers, requests },
    rows: [
      {
        what: `${callers} callers, one resource`,
        ours: `${requests} request${requests === 1 ? '' : 's'}`,
        against: `${callers} callers`,
        ...{ ratio: '', spread: '', goal: text, isMet: isMet && requests === 1 },
      },
    ],
  };
}
