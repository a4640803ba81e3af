import type { IncomingMessage, ServerResponse } from 'node:http';
import { createDevOps } from './devops/devops.ts';
import { createDeviceLogin, createEntra } from './entra/entra.ts';
import { applyEffects } from './faults.ts';
import { createGraph } from './graph.ts';
import { hostOf, json, send, urlOf } from './messages.ts';
import { createResourceManager } from './resourceManager.ts';
import type { CreateStandIn, StandIn } from './standIn.ts';
import type { AzureState } from './state.ts';
import { createStorage } from './storage.ts';
import { createVscodeDev } from './vscodeDev.ts';

/** Every service of the local Azure. `standIn.ts` says how to add one. */
const services: readonly CreateStandIn[] = [
  createEntra,
  createDeviceLogin,
  createGraph,
  createResourceManager,
  createStorage,
  createDevOps,
  createVscodeDev,
];

/** The services by host name. */
export interface Hosts {
  readonly standIns: readonly StandIn[];
  /** Whether some stand-in answers for a host. */
  knows(host: string): boolean;
  /** Logs a request, applies arranged faults and lets the stand-in of its host answer. */
  answer(request: IncomingMessage, response: ServerResponse): void;
}

/** Creates all stand-ins over one state. */
export function createHosts(state: AzureState): Hosts {
  const standIns = services.map((create) => create(state));
  const find = (host: string): StandIn | undefined => standIns.find((standIn) => standIn.matches(host));
  return {
    standIns,
    knows: (host) => find(host) !== undefined,
    answer: (request, response) => {
      answerBy(find, state, { request, response }).catch((error: unknown) => {
        // A client that went away in the middle is no failure of ours.
        if (response.socket?.destroyed ?? true) {
          return;
        }
        process.stderr.write(`local Azure: ${hostOf(request)}: ${describeFailure(error)}\n`);
        if (response.headersSent) {
          response.destroy();
        } else {
          const text = 'The local Azure failed; see its log.';
          send(response, json(500, { error: 'server_error', error_description: text }));
        }
      });
    },
  };
}

async function answerBy(
  find: (host: string) => StandIn | undefined,
  state: AzureState,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  state.requests.open(request, response);
  response.setHeader('date', new Date(state.clock.now()).toUTCString());
  const standIn = find(hostOf(request));
  if (!standIn) {
    return send(response, json(502, { error: `The local Azure has no stand-in for ${hostOf(request)}.` }));
  }
  if (!standIn.appliesFaults) {
    const facts = { host: hostOf(request), path: urlOf(request).pathname, method: request.method ?? 'GET' };
    const effects = state.faults.take(facts);
    if (effects.length > 0) {
      state.requests.note(request, { faults: effects.map(({ kind }) => kind) });
    }
    if (await applyEffects(effects, request, response)) {
      return;
    }
  }
  await standIn.handle(request, response);
}

function describeFailure(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
