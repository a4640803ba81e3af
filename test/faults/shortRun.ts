const shortRun: ReadonlySet<string> = new Set([
  'nameNotFound',
  'resetMiddle',
  'proxyWantsCredentials',
  'unknownAuthority',
  'throttledSeconds',
  'html502',
  'duplicatedJson',
  'hugeAnswer',
  'clockDayBehind',
  'sessionRevoked',
  'storageUnreadable',
  'storageUnwritable',
  'diskFull',
  'signOutMeanwhile',
]);

/** One fault of each kind, and none that has to wait long: what `npm test` holds each time. */
export function isInShortRun(id: string): boolean {
  return shortRun.has(id);
}
