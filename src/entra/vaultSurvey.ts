import { readVaultKey, type VaultKey, type VaultScope } from './accountSecret.ts';

/** What the keys of the secret store say about the accounts, without reading a secret. */
export interface VaultSurvey {
  /** The sign-in in force, by account: the newest, unless it is marked as ended. */
  readonly inForce: ReadonlyMap<string, number>;
  /** The newest sign-in or mark of each account; a new sign-in must be above it. */
  readonly highest: ReadonlyMap<string, number>;
  /** The mark in force of each account that signed out. */
  readonly marks: readonly VaultKey[];
  /** What an older or ended sign-in left behind. */
  readonly obsolete: readonly VaultKey[];
}

export function surveyKeys(scope: VaultScope, texts: readonly string[]): VaultSurvey {
  const keys = texts.flatMap((text) => readVaultKey(scope, text) ?? []);
  const accounts = keys.filter(({ kind }) => kind === 'account');
  const allMarks = keys.filter(({ kind }) => kind === 'signedOut');
  const ended = highestSignIns(allMarks);
  const inForce = new Map([...highestSignIns(accounts)].filter(([id, signIn]) => signIn > (ended.get(id) ?? -1)));
  const isMarkInForce = ({ accountId, signIn }: VaultKey): boolean => ended.get(accountId) === signIn;
  return {
    inForce,
    highest: highestSignIns(keys),
    marks: allMarks.filter(isMarkInForce),
    obsolete: [
      ...accounts.filter(({ accountId, signIn }) => inForce.get(accountId) !== signIn),
      ...allMarks.filter((key) => !isMarkInForce(key)),
    ],
  };
}

function highestSignIns(keys: readonly VaultKey[]): Map<string, number> {
  const highest = new Map<string, number>();
  for (const { accountId, signIn } of keys) {
    highest.set(accountId, Math.max(signIn, highest.get(accountId) ?? 0));
  }
  return highest;
}
