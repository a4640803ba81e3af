import type { Account } from '../tokens/account.ts';
import { isGuid } from './entraSettings.ts';

/** Whose secrets a vault keeps: accounts of another application or cloud are invisible to it, and left alone. */
export interface VaultScope {
  readonly clientId: string;
  /** Host of the authority that issued the refresh tokens. */
  readonly environment: string;
}

/** What one secret holds. */
export interface AccountSecret {
  readonly account: Account;
  readonly refreshToken: string;
}

/** What a key of the secret store stands for. */
export interface VaultKey {
  /** `account`: one sign-in of one account. `signedOut`: that sign-in, and each before it, has ended. */
  readonly kind: 'account' | 'signedOut';
  readonly accountId: string;
  /**
   * Orders the sign-ins of an account; in the key, so that a refresh of an older sign-in that ends late writes beside the
   * newer one and never over it.
   */
  readonly signIn: number;
}

const prefix = 'entra';
const version = 1;

/** Key of a secret. */
export function vaultKey(scope: VaultScope, { kind, accountId, signIn }: VaultKey): string {
  return [prefix, kind, scope.clientId, scope.environment, accountId, String(signIn)].map(encodeURIComponent).join('/');
}

/** Reads a key; `undefined` when it is not one of this vault's. */
export function readVaultKey(scope: VaultScope, key: string): VaultKey | undefined {
  const parts = key.split('/').map(decodePart);
  const [start, kind, clientId, environment, accountId, signIn] = parts;
  const isOurs =
    parts.length === 6 && start === prefix && clientId === scope.clientId && environment === scope.environment;
  if (!isOurs || (kind !== 'account' && kind !== 'signedOut') || !accountId || !/^\d{1,15}$/.test(signIn ?? '')) {
    return undefined;
  }
  return { kind, accountId, signIn: Number(signIn) };
}

export function writeSecret({ account, refreshToken }: AccountSecret): string {
  return JSON.stringify({ version, account, refreshToken });
}

/** Reads a secret; `undefined` when it is corrupt, of another version, or another account's. */
export function readSecret(text: string, accountId: string): AccountSecret | undefined {
  const value = parse(text);
  const account = value?.['account'] as Record<string, unknown> | undefined;
  const refreshToken = value?.['refreshToken'];
  if (value?.['version'] !== version || typeof account !== 'object' || account === null) {
    return undefined;
  }
  const { id, username, name, tenantId } = account;
  const isSound =
    id === accountId &&
    typeof username === 'string' &&
    typeof name === 'string' &&
    typeof tenantId === 'string' &&
    isGuid(tenantId) &&
    typeof refreshToken === 'string' &&
    refreshToken !== '' &&
    // Half a character could not be sent.
    refreshToken.isWellFormed();
  return isSound ? { account: { id, username, name, tenantId, kind: 'user' }, refreshToken } : undefined;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
