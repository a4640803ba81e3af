import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault, FaultEffect } from './controlTypes.ts';
import { type Answer, html, json, send } from './messages.ts';

/** What is known of a request when faults are looked for. */
export interface RequestFacts {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly grant?: string | undefined;
  /** Every identifier of the resource: as asked, name, application id. */
  readonly resource?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly client?: string | undefined;
}

interface ArrangedFault {
  readonly id: number;
  readonly fault: Fault;
  left: number;
}

/** The faults that tests have arranged. */
export class Faults {
  #arranged: ArrangedFault[] = [];
  #count = 0;

  /** Arranges a fault and returns its number. */
  add(fault: Fault): number {
    this.#count += 1;
    this.#arranged.push({ id: this.#count, fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    return this.#count;
  }

  /** Takes a fault back. */
  remove(id: number): void {
    this.#arranged = this.#arranged.filter((arranged) => arranged.id !== id);
  }

  /** Takes all faults back. */
  clear(): void {
    this.#arranged = [];
  }

  /** The effects that meet a request, in the order they were arranged: all delays and the first of the others. */
  take(facts: RequestFacts): FaultEffect[] {
    const effects: FaultEffect[] = [];
    let decided = false;
    for (const arranged of this.#arranged) {
      const isDelay = ['delay', 'distant'].includes(arranged.fault.effect.kind);
      if ((decided && !isDelay) || arranged.left <= 0 || !meets(arranged.fault, facts)) {
        continue;
      }
      arranged.left -= 1;
      decided ||= !isDelay;
      effects.push(arranged.fault.effect);
    }
    return effects;
  }
}

/**
 * Applies the effects that any server can show.
 *
 * @returns whether the request has been answered (or cut); otherwise it is to be handled, and the answer may still be
 * spoiled on its way out.
 */
export async function applyEffects(
  effects: readonly FaultEffect[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  for (const effect of effects) {
    if (effect.kind === 'distant') {
      holdAnswer(response, effect.milliseconds);
    } else if (effect.kind === 'delay') {
      await wait(effect.milliseconds, undefined, { ref: false });
    } else if (effect.kind === 'truncate' || effect.kind === 'duplicate') {
      spoilAnswer(response, effect.kind);
    } else if (effect.kind === 'huge') {
      await sendHuge(response, effect.bytes);
      return true;
    } else if (effect.kind === 'endless') {
      sendForEver(response);
      return true;
    } else if (effect.kind === 'cut') {
      if (effect.when === 'before') {
        request.socket.destroy();
        return true;
      }
      spoilAnswer(response, effect.when);
    } else if (effect.kind !== 'error') {
      send(response, answerFor(effect, response));
      return true;
    }
  }
  return false;
}

type WholeAnswer = Extract<FaultEffect, { kind: 'throttle' | 'html' | 'empty' | 'challenge' }>;

function answerFor(effect: WholeAnswer, response: ServerResponse): Answer {
  switch (effect.kind) {
    case 'throttle':
      return json(effect.status ?? 429, throttledBody, retryAfterHeader(effect, response));
    case 'html':
      return html(effect.status ?? 200, gatewayPage);
    case 'empty':
      return { status: effect.status ?? 503 };
    case 'challenge':
      return json(401, unauthorizedBody, { 'www-authenticate': claimsChallenge(effect.claims) });
    default:
      return effect satisfies never;
  }
}

// The shape of Resource Manager's and Graph's own throttling answers; Entra's have the same members.
const throttledBody = { error: { code: 'TooManyRequests', message: 'The request was throttled.' } };
const unauthorizedBody = {
  error: { code: 'InvalidAuthenticationToken', message: 'Continuous access evaluation resulted in challenge.' },
};
const gatewayPage =
  '<!DOCTYPE html><html><head><title>Service Unavailable</title></head>' +
  '<body><h2>Our services aren’t available right now</h2></body></html>';

/** The `Retry-After` header of a throttled answer, in seconds or as a date by the clock that the answer's own date is of. */
export function retryAfterHeader(
  effect: Extract<FaultEffect, { kind: 'throttle' }>,
  response: ServerResponse,
): Record<string, string> {
  if (effect.retryAfter === undefined) {
    return {};
  }
  const date = new Date(Date.parse(String(response.getHeader('date'))) + effect.retryAfter * 1000);
  return { 'retry-after': effect.asDate ? date.toUTCString() : String(effect.retryAfter) };
}

/** The header of a claims challenge, as Microsoft's services send it (recordings in azure-sdk-for-js). */
function claimsChallenge(claims: string): string {
  const encoded = Buffer.from(claims, 'utf8').toString('base64');
  return [
    'Bearer realm=""',
    'authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"',
    'error="insufficient_claims"',
    `claims="${encoded}"`,
  ].join(', ');
}

function meets(fault: Fault, facts: RequestFacts): boolean {
  return (
    agrees(fault.host, facts.host) &&
    agrees(fault.method, facts.method) &&
    agrees(fault.grant, facts.grant) &&
    agrees(fault.user, facts.user) &&
    agrees(fault.client, facts.client) &&
    (fault.path === undefined || facts.path.includes(fault.path)) &&
    (fault.resource === undefined || (facts.resource ?? []).some((known) => sameResource(known, fault.resource)))
  );
}

function agrees(wanted: string | undefined, actual: string | undefined): boolean {
  return wanted === undefined || wanted === actual;
}

function sameResource(known: string, wanted: string | undefined): boolean {
  return known.replace(/\/$/, '').toLowerCase() === wanted?.replace(/\/$/, '').toLowerCase();
}

/** Sends one JSON object as fast as it is read, and stops when nobody reads any more. */
async function sendHuge(response: ServerResponse, bytes: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes });
  await pipeline(Readable.from(hugeJson(bytes)), response).catch(() => undefined);
}

function* hugeJson(bytes: number): Generator<Buffer> {
  const part = Buffer.alloc(65_536, 'x');
  yield Buffer.from('{"padding":"');
  for (let left = bytes - 14; left > 0; left -= part.length) {
    yield part.subarray(0, left);
  }
  yield Buffer.from('"}');
}

/** Keeps an answer open, with signs of life, until the client goes away. */
function sendForEver(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  const timer = setInterval(() => response.write(' '), 100);
  response.once('close', () => clearInterval(timer));
}

/** Lets the request be handled, and its answer go when the time is up. */
function holdAnswer(response: ServerResponse, milliseconds: number): void {
  const time = wait(milliseconds, undefined, { ref: false });
  const end = response.end.bind(response) as (chunk?: unknown) => ServerResponse;
  response.end = ((chunk?: unknown) => {
    void time.then(() => end(chunk));
    return response;
  }) as typeof response.end;
}

/** Lets the request be handled, but keeps the answer from arriving as it is. */
function spoilAnswer(response: ServerResponse, how: 'middle' | 'after' | 'truncate' | 'duplicate'): void {
  const end = response.end.bind(response);
  response.end = ((chunk?: unknown) => {
    const body = Buffer.from(typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : '');
    const half = body.subarray(0, Math.floor(body.length / 2));
    if (how === 'truncate') {
      end(half);
    } else if (how === 'duplicate') {
      end(Buffer.concat([body, body]));
    } else if (how === 'middle') {
      response.write(half, () => response.socket?.destroy());
    } else {
      response.socket?.destroy();
    }
    return response;
  }) as typeof response.end;
  if (how === 'after') {
    response.write = (() => true) as typeof response.write;
  }
  const writeHead = response.writeHead.bind(response);
  response.writeHead = ((status: number, headers: Record<string, string>) => {
    if (how === 'after') {
      return response;
    }
    const { 'content-length': length, ...others } = headers;
    return writeHead(status, how === 'middle' && length !== undefined ? headers : others);
  }) as typeof response.writeHead;
}
