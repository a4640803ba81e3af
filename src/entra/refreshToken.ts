import { setTimeout as sleep } from 'node:timers/promises';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import type { AccountVault } from './accountVault.ts';
import { EntraRefusal } from './entraFailure.ts';
import { isGuid } from './entraSettings.ts';
import type { VaultEntry } from './knownSignIns.ts';
import { cancelledError } from './network.ts';
import { type RefreshGrantDeps, redeemRefreshToken } from './refreshGrant.ts';
import { type TokenAnswer, unusableAnswer } from './tokenAnswer.ts';
import type { TokenCall } from './tokenEndpoint.ts';
import type { Turns } from './turns.ts';

/** Another window that rotated the refresh token stores it some milliseconds after Entra took the old one back. */
const pausesBeforeBelieving = [0, 4, 16, 60, 150, 250] as const;
/** With strict rotation one window gets through each time, so that many at once need as many tries. */
const mostAttempts = 60;

export interface RefreshDeps extends RefreshGrantDeps {
  readonly vault: AccountVault;
  readonly turns: Turns;
}

/**
 * Gets a token with an account's refresh token, and keeps the renewed one.
 *
 * A refused refresh token is believed to be dead only when the secret store still has the same one: else another request
 * or window has renewed it, and that one is tried. First attempts never wait for each other; further ones take turns, so
 * that where each refresh token is good only once, they do not take it from each other again.
 *
 * @throws EntraRefusal, and AzureCredentialsError `not_signed_in` when the account signed out meanwhile
 */
export async function refreshWithVault(deps: RefreshDeps, entry: VaultEntry, call: TokenCall): Promise<TokenAnswer> {
  let next = await attempt(deps, entry, call);
  for (let count = 2; 'entry' in next; count += 1) {
    if (count > mostAttempts) {
      throw next.refusal;
    }
    const { entry: renewed } = next;
    await pause(Math.random() * 10 * Math.min(count - 2, 10), call.signal);
    next = await deps.turns.run(renewed.account.id, () => attempt(deps, renewed, call));
  }
  return next.answer;
}

/** The answer, or the sign-in to try again with. */
type Attempt = { readonly answer: TokenAnswer } | { readonly entry: VaultEntry; readonly refusal: EntraRefusal };

async function attempt(deps: RefreshDeps, entry: VaultEntry, call: TokenCall): Promise<Attempt> {
  const { refreshToken } = entry;
  try {
    const answer = await redeemRefreshToken(deps, { ...call, refreshToken });
    check(entry, answer, call.tenantId);
    keep(deps.vault, entry, answer);
    return { answer };
  } catch (error) {
    if (!(error instanceof EntraRefusal) || !blamesRefreshToken(error)) {
      throw entry.ended === 'signedOut' ? signedOutError(entry) : error;
    }
    const renewed = await renewedElsewhere(deps.vault, entry, { refused: refreshToken, signal: call.signal });
    if (renewed === undefined) {
      throw entry.ended === undefined ? error : signedOutError(entry);
    }
    return { entry: renewed, refusal: error };
  }
}

/** A token is for the account, and the tenant, that it was asked for: nothing else is taken, whoever sent it. */
function check({ account }: VaultEntry, answer: TokenAnswer, tenantId: string): void {
  if (answer.account !== undefined && answer.account.id !== account.id) {
    throw unusableAnswer('it is about another account');
  }
  if (isGuid(tenantId) && answer.tenantId !== '' && answer.tenantId.toLowerCase() !== tenantId.toLowerCase()) {
    throw unusableAnswer('it is about another tenant');
  }
}

function keep(vault: AccountVault, entry: VaultEntry, answer: TokenAnswer): void {
  if (entry.ended === 'signedOut') {
    throw signedOutError(entry);
  }
  if (answer.refreshToken !== undefined) {
    vault.renew(entry, answer.refreshToken);
  }
}

/** True for the refusals that mean the refresh token itself, and not the person, the resource or a policy. */
function blamesRefreshToken({ failure }: EntraRefusal): boolean {
  return failure.error === 'invalid_grant' && [undefined, 'bad_token', 'token_expired'].includes(failure.suberror);
}

/** The account's sign-in with another refresh token than the refused one; `undefined` when there is none. */
async function renewedElsewhere(
  vault: AccountVault,
  entry: VaultEntry,
  { refused, signal }: { readonly refused: string; readonly signal: AbortSignal | undefined },
): Promise<VaultEntry | undefined> {
  for (const milliseconds of pausesBeforeBelieving) {
    await pause(milliseconds, signal);
    if (await vault.reread(entry, refused)) {
      return entry;
    }
    if (entry.ended !== undefined) {
      return entry.ended === 'replaced' ? vault.find(entry.account.id) : undefined;
    }
  }
  return undefined;
}

/** The error for an account that is not signed in, or no longer. */
export function signedOutError({
  account,
}: {
  readonly account: { readonly username: string };
}): AzureCredentialsError {
  return new AzureCredentialsError('not_signed_in', phrase`${account.username || 'The account'} is not signed in.`, {
    advice: phrase`Run “Azure Credentials: Sign In”.`,
  });
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds > 0) {
    try {
      await sleep(milliseconds, undefined, signal ? { signal } : {});
    } catch {
      throw cancelledError();
    }
  }
}
