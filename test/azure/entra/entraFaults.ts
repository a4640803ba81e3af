import type { ServerResponse } from 'node:http';
import { applyEffects, type RequestFacts, retryAfterHeader } from '../faults.ts';
import { send } from '../messages.ts';
import type { EntraRequest } from './context.ts';
import { EntraError, errorAnswer } from './errors.ts';

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
  const throttled = effects.find((effect) => effect.kind === 'throttle');
  if (
    await applyEffects(
      effects.filter((effect) => effect !== throttled),
      request,
      response,
    )
  ) {
    return true;
  }
  if (throttled) {
    // Entra's own shape, with the number that entra-docs gives for throttling.
    const answer = errorAnswer(new EntraError(90055, {}, { status: throttled.status ?? 429 }), entra.correlation);
    send(response, { ...answer, headers: { ...answer.headers, ...retryAfterHeader(throttled, response) } });
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
