import type { ServerResponse } from 'node:http';
import { applyEffects, type RequestFacts } from '../faults.ts';
import type { EntraRequest } from './context.ts';
import { EntraError } from './errors.ts';

/**
 * Applies the faults that tests arranged for a request to Entra.
 *
 * @returns whether the request has been answered (or cut).
 * @throws EntraError the arranged error, for the endpoint to answer in its own way.
 */
export async function applyEntraFaults(
  entra: EntraRequest,
  response: ServerResponse,
  facts: Omit<RequestFacts, 'host' | 'path' | 'method'>,
): Promise<boolean> {
  const { state, request, url } = entra;
  const effects = state.faults.take({
    ...facts,
    host: url.hostname,
    path: url.pathname,
    method: request.method ?? 'GET',
  });
  if (effects.length > 0) {
    state.requests.note(request, { faults: effects.map(({ kind }) => kind) });
  }
  if (await applyEffects(effects, request, response)) {
    return true;
  }
  const error = effects.find((effect) => effect.kind === 'error');
  if (error) {
    throw new EntraError(error.aadsts, words(entra, facts), error);
  }
  return false;
}

function words(entra: EntraRequest, facts: Omit<RequestFacts, 'host' | 'path' | 'method'>): Record<string, string> {
  const client = facts.client ?? '';
  const issued = new Date(entra.state.clock.now() - 24 * 60 * 60 * 1000).toISOString();
  const app = entra.state.data.applications.find(({ clientId }) => clientId === client)?.name ?? '';
  return {
    client,
    app,
    user: facts.user ?? '',
    resource: facts.resource?.[0] ?? '',
    resourceId: facts.resource?.at(-1) ?? '',
    scope: facts.resource?.[0] ?? '',
    tenant: entra.tenantSegment,
    tenantId: entra.tenantSegment,
    issuer: 'https://sts.windows.net/',
    parameter: 'scope',
    issued,
    now: new Date(entra.state.clock.now()).toISOString(),
  };
}
