import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultEffect } from '../azure/controlTypes.ts';
import type { FaultRig } from './faultRig.ts';
import { killHost } from './killedHost.ts';
import { nodeConsumers } from './nodeConsumers.ts';

/** How a fault of the table is brought about in plain Node. */
export interface Arrangement {
  /** Whether the window hears of what others do in the secret store. */
  readonly events?: 'never';
  /** Done before anybody signs in. */
  prepare?(rig: FaultRig): Promise<unknown>;
  arrange(rig: FaultRig): unknown;
  /** Done once every consumer's request is under way. */
  meanwhile?(rig: FaultRig): Promise<unknown>;
  /** What must hold besides, before the fault is taken back. */
  check?(rig: FaultRig): Promise<unknown>;
  /** Takes back what `arrange` did besides faults of the local Azure. */
  mend?(rig: FaultRig): unknown;
}

const ada = 'ada@contoso.com';
const refresh = { host: 'login.microsoftonline.com', grant: 'refresh_token' } as const;
const hundredMegabytes = 100 * 1024 * 1024;

function answer(effect: FaultEffect): Arrangement {
  return { arrange: ({ azure }) => azure.control.addFault({ ...refresh, effect }) };
}

function throttle(effect: { readonly asDate: boolean }): Arrangement {
  return {
    ...answer({ kind: 'throttle', retryAfter: 2, ...effect }),
    check: async ({ window }) => {
      const sent = window.sent.length;
      await assert.rejects(window.api.getToken({ resource: 'https://again.blob.core.windows.net' }), {
        code: 'throttled',
      });
      assert.equal(window.sent.length, sent, 'Requests go on although Entra asked to wait.');
    },
    mend: () => wait(3_000),
  };
}

function skew(milliseconds: number): Arrangement {
  return {
    arrange: ({ azure }) => azure.control.skewClock(milliseconds),
    check: async ({ window, clock }) => {
      await window.signIn();
      const { expiresOnTimestamp } = await window.api.getToken({ resource: 'https://skewed.blob.core.windows.net' });
      const minutes = (expiresOnTimestamp - clock.now()) / 60_000;
      assert.ok(minutes > 55 && minutes < 95, `By this machine's clock the token ends in ${minutes} minutes.`);
    },
  };
}

function secretStorage(fail: (operation: string) => void | Promise<void>): Arrangement {
  return {
    arrange: ({ secrets }) => {
      secrets.before = fail;
    },
    mend: ({ secrets }) => {
      secrets.before = () => undefined;
    },
  };
}

const isRead = (operation: string) => operation === 'keys' || operation === 'get';

function throwWhen(matches: (operation: string) => boolean, message: string): (operation: string) => void {
  return (operation) => {
    if (matches(operation)) {
      throw new Error(message);
    }
  };
}

function changeSecrets({ secrets }: FaultRig, change: (text: string) => string | undefined): Map<string, string> {
  const accounts = [...secrets.values].filter(([key]) => key.startsWith('entra/account/'));
  assert.equal(accounts.length, 1);
  for (const [key, text] of accounts) {
    const changed = change(text);
    if (changed === undefined) {
      secrets.values.delete(key);
    } else {
      secrets.values.set(key, changed);
    }
  }
  return new Map(accounts);
}

/** Every fault of the table, by its id. */
export function arrangements(): Readonly<Record<string, Arrangement>> {
  return { ...networkArrangements(), ...answerArrangements(), ...clockArrangements(), ...stateArrangements() };
}

function networkArrangements(): Record<string, Arrangement> {
  const useProxy = ({ network }: FaultRig): void => network.useProxy();
  return {
    nameNotFound: { arrange: ({ network }) => network.useNoProxy('notFound'), mend: useProxy },
    refused: { arrange: ({ network }) => network.useNoProxy('refuseConnections'), mend: useProxy },
    resetBefore: answer({ kind: 'cut', when: 'before' }),
    resetMiddle: answer({ kind: 'cut', when: 'middle' }),
    resetAfter: answer({ kind: 'cut', when: 'after' }),
    proxyDown: { arrange: ({ azure }) => azure.control.breakProxy({ kind: 'down' }) },
    proxyWantsCredentials: { arrange: ({ azure }) => azure.control.breakProxy({ kind: 'answers', status: 407 }) },
    proxyForbids: { arrange: ({ azure }) => azure.control.breakProxy({ kind: 'answers', status: 403 }) },
    proxyFindsNoName: { arrange: ({ azure }) => azure.control.breakProxy({ kind: 'answers', status: 502 }) },
    unknownAuthority: { arrange: ({ azure }) => azure.control.breakProxy({ kind: 'untrusted' }) },
  };
}

function answerArrangements(): Record<string, Arrangement> {
  return {
    throttledSeconds: throttle({ asDate: false }),
    throttledDate: throttle({ asDate: true }),
    error500: answer({ kind: 'error', aadsts: 90033, status: 500 }),
    html502: answer({ kind: 'html', status: 502 }),
    empty503: answer({ kind: 'empty', status: 503 }),
    captivePortal: answer({ kind: 'html' }),
    truncatedJson: answer({ kind: 'truncate' }),
    duplicatedJson: answer({ kind: 'duplicate' }),
    hugeAnswer: {
      ...answer({ kind: 'huge', bytes: hundredMegabytes }),
      check: async ({ azure }) => {
        const records = await azure.control.requests(refresh);
        const huge = records.filter(({ faults }) => faults?.includes('huge'));
        assert.equal(huge.length, nodeConsumers.length);
        const most = Math.max(...huge.map(({ sent }) => sent ?? Number.POSITIVE_INFINITY));
        assert.ok(most < hundredMegabytes / 10, `${most} bytes of the answer were taken.`);
      },
    },
    endlessAnswer: answer({ kind: 'endless' }),
  };
}

/** The machine's clock is off when the servers' is off in the other direction; what the machine runs agrees with itself. */
function clockArrangements(): Record<string, Arrangement> {
  const minute = 60_000;
  return {
    clock10MinutesAhead: skew(-10 * minute),
    clock10MinutesBehind: skew(10 * minute),
    clockDayAhead: skew(-1440 * minute),
    clockDayBehind: skew(1440 * minute),
    asleep: {
      // Some services take tokens that live for a day.
      prepare: ({ azure }) => azure.control.setAccessTokenLifetime(4_000),
      arrange: ({ clock }) => clock.sleep(480 * minute),
    },
  };
}

function stateArrangements(): Record<string, Arrangement> {
  let kept = new Map<string, string>();
  return {
    sessionExpired: { arrange: ({ azure }) => azure.control.expireRefreshTokens(ada) },
    sessionRevoked: { arrange: ({ azure }) => azure.control.revokeSessions(ada) },
    rotatedElsewhere: {
      events: 'never',
      arrange: async (rig) => {
        await rig.azure.control.rotateStrictly(true);
        await rig.inAnotherWindow('refresh');
      },
    },
    storageSlow: secretStorage(() => wait(2_000)),
    storageUnreadable: secretStorage(throwWhen(isRead, 'no keyring')),
    storageUndecryptable: secretStorage(throwWhen((operation) => operation === 'get', 'no keyring')),
    storageUnreadableLater: {
      ...secretStorage(throwWhen(isRead, 'no keyring')),
      // The window hears of a change, and cannot read it.
      meanwhile: async ({ secrets }) => {
        for (const window of secrets.windows) {
          for (const key of secrets.values.keys()) {
            window.fire(key);
          }
        }
      },
    },
    storageUnwritable: secretStorage(throwWhen((operation) => !isRead(operation), 'no keyring')),
    secretLost: { arrange: (rig) => changeSecrets(rig, () => undefined) },
    secretOfOtherVersion: {
      arrange: (rig) => {
        kept = changeSecrets(rig, (text) => JSON.stringify({ ...JSON.parse(text), version: 99 }));
      },
      check: async ({ secrets }) => {
        for (const key of kept.keys()) {
          assert.equal(JSON.parse(secrets.values.get(key) ?? '{}').version, 99, 'It was written over.');
        }
      },
      mend: async ({ secrets }) => {
        const other = secrets.window();
        await Promise.all([...kept].map(([key, text]) => other.store(key, text)));
      },
    },
    secretChangedMeanwhile: {
      arrange: ({ azure }) => azure.control.addFault({ ...refresh, effect: { kind: 'delay', milliseconds: 1_500 } }),
      meanwhile: (rig) => rig.inAnotherWindow('signIn'),
    },
    diskFull: {
      arrange: ({ secrets, memory }) => {
        const full = (): never => {
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        };
        secrets.before = (operation) => (isRead(operation) ? undefined : full());
        memory.beforeUpdate = full;
        // As if nobody had asked for the organization before.
        memory.values.delete('git.tenant.contoso');
      },
      mend: ({ secrets, memory }) => {
        secrets.before = () => undefined;
        memory.beforeUpdate = () => undefined;
      },
    },
    hostKilled: { arrange: killHost },
    twoWindows: {
      arrange: async (rig) => {
        await rig.azure.control.rotateStrictly(true);
        await rig.open();
      },
    },
    signOutMeanwhile: {
      arrange: ({ azure }) => azure.control.addFault({ ...refresh, effect: { kind: 'delay', milliseconds: 6_000 } }),
      meanwhile: ({ window }) => window.tokens.signOut(),
    },
  };
}
