import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { ada } from './faultsConsumers.ts';
import { type Arrangement, holdFaults, requestsAreHeld } from './faultsMatrix.ts';
import type { FaultsRig } from './faultsRig.ts';
import { sampleSettings } from './sampleSettings.ts';

const minute = 60_000;
const day = 1440 * minute;
const clientId = sampleSettings()['azureCredentials.clientId'] as string;

/** The machine's clock is ahead of the servers' by so much (behind, when negative). */
function clock(milliseconds: number): Arrangement {
  return { arrange: ({ azure }) => azure.control.skewClock(-milliseconds) };
}

/** Secret storage, from now on or when the extension reads it for the first time. */
function secrets(mode: string, when: 'now' | 'fromTheStart'): Arrangement {
  return {
    async arrange(rig) {
      await rig.tell('/secrets', { secrets: { mode } });
      if (when === 'fromTheStart') {
        await startAnew(rig);
      }
    },
    undo: ({ tell }) => tell('/secrets', { secrets: { mode: 'works' } }),
  };
}

let tenants = ['contoso.com', '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01'];

/** Settings that name the tenant in another way make the extension forget all it has in memory, as in a new window. */
async function startAnew({ tell }: FaultsRig): Promise<void> {
  tenants = tenants.toReversed();
  const { error } = await tell('/settings', { settings: { 'azureCredentials.tenantId': tenants[0] } });
  assert.equal(error, undefined);
}

/** Another window's use of the refresh token. @returns the one that it was given instead */
async function refreshElsewhere({ azure, tell }: FaultsRig): Promise<string> {
  const [refreshToken = ''] = (await tell('/secrets')).token?.refreshTokens ?? [];
  const form = {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: refreshToken,
    scope: 'https://graph.microsoft.com/.default openid profile offline_access',
  };
  const response = await azure.fetch('https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  const { refresh_token: renewed } = (await response.json()) as { refresh_token?: string };
  assert.ok(renewed !== undefined && renewed !== refreshToken, `Entra answered ${response.status}`);
  return renewed;
}

const hold = { host: 'login.microsoftonline.com', grant: 'refresh_token' };

holdFaults('Faults of clocks, sessions, secret storage and the machine', {
  clock10MinutesAhead: clock(10 * minute),
  clock10MinutesBehind: clock(-10 * minute),
  clockDayAhead: clock(day),
  clockDayBehind: clock(-day),
  asleep: {
    /** In small: the process stands still until the token in memory is too old to be given out. */
    async arrange({ extensionHost, haveAtHand }) {
      await haveAtHand(303);
      const pid = await extensionHost();
      process.kill(pid, 'SIGSTOP');
      await wait(5_000);
      process.kill(pid, 'SIGCONT');
    },
  },
  sessionExpired: { arrange: ({ azure }) => azure.control.expireRefreshTokens(ada) },
  sessionRevoked: { arrange: ({ azure }) => azure.control.revokeSessions(ada) },
  rotatedElsewhere: {
    async arrange(rig) {
      await rig.azure.control.rotateStrictly(true);
      const refreshToken = await refreshElsewhere(rig);
      await rig.tell('/secrets', { secrets: { refreshToken } });
    },
    undo: ({ azure }) => azure.control.rotateStrictly(false),
  },
  storageSlow: secrets('slow', 'fromTheStart'),
  storageUnreadable: secrets('unreadable', 'fromTheStart'),
  storageUndecryptable: secrets('undecryptable', 'fromTheStart'),
  storageUnreadableLater: secrets('unreadable', 'now'),
  storageUnwritable: secrets('unwritable', 'now'),
  secretLost: {
    async arrange(rig) {
      await rig.tell('/secrets', { secrets: { lose: true } });
      await startAnew(rig);
    },
  },
  secretOfOtherVersion: {
    async arrange(rig) {
      await rig.tell('/secrets', { secrets: { version: 99 } });
      await startAnew(rig);
    },
    undo: ({ tell }) => tell('/secrets', { secrets: { version: 1 } }),
  },
  secretChangedMeanwhile: {
    arrange: ({ azure }) => azure.control.addFault({ ...hold, effect: { kind: 'delay', milliseconds: 2_000 } }),
    async meanwhile(rig) {
      await requestsAreHeld(rig);
      await rig.azure.control.clearFaults();
      const refreshToken = await refreshElsewhere(rig);
      await rig.tell('/secrets', { secrets: { refreshToken } });
    },
  },
  diskFull: {
    arrange: ({ tell }) => tell('/machine', { isDiskFull: true }),
    undo: ({ tell }) => tell('/machine'),
  },
  signOutMeanwhile: {
    arrange: ({ azure }) => azure.control.addFault({ ...hold, effect: { kind: 'delay', milliseconds: 28_000 } }),
    async meanwhile(rig) {
      await requestsAreHeld(rig);
      await rig.signOut();
    },
  },
});
