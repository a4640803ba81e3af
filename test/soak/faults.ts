import type { Control } from '../azure/control.ts';
import type { FaultEffect } from '../azure/controlTypes.ts';
import type { Random } from './random.ts';
import type { SharedStore } from './sharedStore.ts';

/** Where things can go wrong. */
export interface FaultPlaces {
  readonly control: Control;
  readonly store: SharedStore;
}

const hosts = [
  'login.microsoftonline.com',
  'login.microsoftonline.com',
  'login.microsoftonline.com',
  'dev.azure.com',
] as const;

/** Arranges one fault at random. @returns its name, for the figures */
export async function arrangeFault({ control, store }: FaultPlaces, random: Random): Promise<string> {
  switch (random.between(1, 12)) {
    case 1:
      store.brokenUntil = Date.now() + random.between(200, 2_000);
      return 'secret store that throws';
    case 2:
      await control.rotateStrictly(random.onceIn(2));
      return 'refresh tokens that are good once';
    case 3:
      await control.revokeSessions(random.pick(['ada@contoso.com', 'ben@contoso.com', 'finn@fabrikam.com']));
      return 'sessions revoked';
    case 4:
      await control.expireRefreshTokens(random.pick(['ada@contoso.com', 'ben@contoso.com', 'finn@fabrikam.com']));
      return 'refresh tokens expired';
    default: {
      const effect = spoiledAnswer(random);
      await control.addFault({ host: random.pick(hosts), times: random.between(1, 6), effect });
      return effect.kind;
    }
  }
}

function spoiledAnswer(random: Random): FaultEffect {
  return random.pick<FaultEffect>([
    { kind: 'delay', milliseconds: random.between(50, 2_000) },
    { kind: 'cut', when: random.pick(['before', 'middle', 'after']) },
    { kind: 'html', status: random.pick([200, 403, 502]) },
    { kind: 'empty', status: random.pick([200, 503]) },
    { kind: 'truncate' },
    { kind: 'throttle', retryAfter: random.between(0, 2), asDate: random.onceIn(2) },
    { kind: 'error', aadsts: random.pick([90033, 53003]) },
  ]);
}
