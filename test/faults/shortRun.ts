const shortRun: ReadonlySet<string> = new Set([
  'nameNotFound',
  'resetMiddle',
  'proxyForbids',
  'proxyWantsCredentials',
  'unknownAuthority',
  'throttledSeconds',
  'html502',
  'duplicatedJson',
  'hugeAnswer',
  'clockDayBehind',
  'clock10MinutesAhead',
  'sessionRevoked',
  'rotatedElsewhere',
  'storageUnreadable',
  'storageUndecryptable',
  'storageUnwritable',
  'secretOfOtherVersion',
  'secretChangedMeanwhile',
  'diskFull',
  'twoWindows',
  'signOutMeanwhile',
]);

/** One fault of each kind, and none that has to wait long: what `npm test` holds each time. */
export function isInShortRun(id: string): boolean {
  return shortRun.has(id);
}
