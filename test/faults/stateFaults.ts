import type { Fault, FaultPromise } from './faultTypes.ts';

/** It makes no difference to anyone. */
const unnoticed = {
  outcome: 'token',
  words: [],
  withinSeconds: 10,
  requests: 1,
  tokensAtHand: 'served',
  account: 'kept',
  recovers: 'atOnce',
} as const satisfies FaultPromise;

const sessionEnded = {
  outcome: 'interaction_required',
  withinSeconds: 10,
  tokensAtHand: 'served',
  account: 'kept',
  requests: 1,
  recovers: 'afterSignIn',
} as const;

/** The command goes on where the others end: a person started it, and is there to sign in. */
const signsIn = {
  outcome: 'token',
  words: [],
  requests: 10,
  recovers: 'atOnce',
  because: 'the sign-in opens at once: the person is there, and the token comes after it',
} as const;
/** VS Code takes an error for a failure, and no session for the offer to sign in. */
const noSession = { words: [], because: 'the editor offers a sign-in when there is no session' } as const;
const mendedBySignIn = { command: signsIn, authenticationProvider: noSession } as const;
const nobodySignedIn = {
  ...mendedBySignIn,
  gitProvider: {
    words: [],
    because:
      'the Git extension asks as if this extension were not there: it is given nothing while nobody is signed in',
  },
} as const;

const unreadable = {
  outcome: 'storage',
  words: ['secret storage cannot be read', 'keyring'],
  withinSeconds: 10,
  requests: 0,
  tokensAtHand: 'none',
  account: 'unknown',
  recovers: 'withinHalfAMinute',
} as const satisfies FaultPromise;

const offersSignIn = {
  outcome: 'not_signed_in',
  words: [],
  because: 'the editor then offers a sign-in, which lasts until the window closes',
} as const;

/** What goes wrong with clocks, sessions, SecretStorage and this machine. */
export const stateFaults: readonly Fault[] = [
  {
    id: 'clock10MinutesAhead',
    title: 'the clock is 10 minutes ahead',
    area: 'clock',
    window: 'open',
    promise: unnoticed,
  },
  {
    id: 'clock10MinutesBehind',
    title: 'the clock is 10 minutes behind',
    area: 'clock',
    window: 'open',
    promise: unnoticed,
  },
  { id: 'clockDayAhead', title: 'the clock is a day ahead', area: 'clock', window: 'open', promise: unnoticed },
  { id: 'clockDayBehind', title: 'the clock is a day behind', area: 'clock', window: 'open', promise: unnoticed },
  {
    id: 'asleep',
    title: 'the laptop was asleep for 8 hours',
    area: 'clock',
    window: 'open',
    promise: { ...unnoticed, tokensAtHand: 'renewed' },
  },
  {
    id: 'sessionExpired',
    title: 'the refresh token has expired',
    area: 'session',
    window: 'open',
    promise: { ...sessionEnded, words: ['not used for 90 days', 'Sign in'] },
    differs: mendedBySignIn,
  },
  {
    id: 'sessionRevoked',
    title: 'the refresh token was revoked',
    area: 'session',
    window: 'open',
    promise: { ...sessionEnded, words: ['session was ended', 'Sign in'] },
    differs: mendedBySignIn,
  },
  {
    id: 'rotatedElsewhere',
    title: 'another window has used the refresh token, which is good once',
    area: 'session',
    window: 'open',
    promise: { ...unnoticed, requests: 10 },
  },
  {
    id: 'storageSlow',
    title: 'SecretStorage takes two seconds for each operation',
    area: 'secretStorage',
    window: 'new',
    promise: { ...unnoticed, withinSeconds: 20, tokensAtHand: 'none' },
  },
  {
    id: 'storageUnreadable',
    title: 'SecretStorage throws on read',
    area: 'secretStorage',
    window: 'new',
    promise: unreadable,
    differs: { authenticationProvider: offersSignIn },
  },
  {
    id: 'storageUndecryptable',
    title: 'SecretStorage lists its keys but throws when one is read',
    area: 'secretStorage',
    window: 'new',
    promise: unreadable,
    differs: { authenticationProvider: offersSignIn },
  },
  {
    id: 'storageUnreadableLater',
    title: 'SecretStorage throws on read after the window has read it',
    area: 'secretStorage',
    window: 'open',
    promise: unnoticed,
  },
  {
    id: 'storageUnwritable',
    title: 'SecretStorage throws on write',
    area: 'secretStorage',
    window: 'open',
    promise: unnoticed,
  },
  {
    id: 'secretLost',
    title: 'SecretStorage has lost the key',
    area: 'secretStorage',
    window: 'new',
    promise: {
      outcome: 'not_signed_in',
      words: ['signed in', 'Sign in'],
      withinSeconds: 10,
      requests: 0,
      tokensAtHand: 'none',
      account: 'gone',
      recovers: 'afterSignIn',
    },
    differs: nobodySignedIn,
  },
  {
    id: 'secretOfOtherVersion',
    title: 'SecretStorage returns the data of another version',
    area: 'secretStorage',
    window: 'new',
    promise: {
      outcome: 'not_signed_in',
      words: ['signed in', 'Sign in'],
      withinSeconds: 10,
      requests: 0,
      tokensAtHand: 'none',
      account: 'unknown',
      recovers: 'atOnce',
    },
    differs: nobodySignedIn,
  },
  {
    id: 'secretChangedMeanwhile',
    title: 'another window changes the secret in the middle',
    area: 'secretStorage',
    window: 'open',
    promise: unnoticed,
  },
  {
    id: 'diskFull',
    title: 'the disk is full',
    area: 'machine',
    window: 'open',
    promise: unnoticed,
  },
  {
    id: 'hostKilled',
    title: 'the extension host was killed in the middle of a refresh',
    area: 'machine',
    window: 'new',
    promise: { ...unnoticed, tokensAtHand: 'none' },
  },
  {
    id: 'twoWindows',
    title: 'two windows ask at once, and refresh tokens are good once',
    area: 'machine',
    window: 'open',
    promise: { ...unnoticed, requests: 20, withinSeconds: 15 },
  },
  {
    id: 'signOutMeanwhile',
    title: 'the account is signed out in the middle',
    area: 'machine',
    window: 'open',
    promise: {
      outcome: 'not_signed_in',
      words: ['signed out', 'Sign in'],
      withinSeconds: 10,
      requests: 1,
      tokensAtHand: 'refused',
      account: 'gone',
      recovers: 'afterSignIn',
    },
    differs: mendedBySignIn,
  },
];
