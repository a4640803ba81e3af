import type { Account } from '../../tokens/account.ts';
import { isAzureCredentialsError } from '../../tokens/errors.ts';
import { phrase } from '../../tokens/phrase.ts';
import type { Requester } from '../../tokens/requester.ts';
import { resourceName } from '../../tokens/resources.ts';
import type { TokenService } from '../../tokens/tokenService.ts';
import { type Check, type Finding, failedFinding } from './check.ts';

export interface TokenCheckDeps {
  readonly tokens: Pick<TokenService, 'getAccounts' | 'getToken' | 'cachedTokens'>;
  /** Resources that the settings name. */
  readonly resources: readonly string[];
  /** Asked for where neither the settings nor the tokens in memory name a resource. */
  readonly usualResource: string;
  /** Who the record of activity names. */
  readonly requester: Requester;
}

/** More than these would ask Entra for more tokens at once than it likes. */
const mostRequests = 12;

/** Can each account be given a new token for what it uses, without the person? */
export function tokenCheck(deps: TokenCheckDeps): Check {
  const subject = phrase`Accounts`;
  return {
    subject,
    async run(signal) {
      const accounts = await deps.tokens.getAccounts();
      if (accounts.length === 0) {
        return [
          {
            level: 'warn',
            subject,
            text: phrase`Nobody is signed in.`,
            next: phrase`Run “Azure Credentials: Sign In”.`,
          },
        ];
      }
      const pairs = accounts.flatMap((account) =>
        resourcesOf(account, deps).map((resource) => ({ account, resource })),
      );
      const count: Finding = { level: 'pass', subject, text: phrase`Signed in: ${accounts.length}.` };
      return [count, ...(await Promise.all(pairs.slice(0, mostRequests).map((pair) => tryToken(deps, pair, signal))))];
    },
  };
}

function resourcesOf({ id }: Account, { tokens, resources, usualResource }: TokenCheckDeps): readonly string[] {
  const used = tokens
    .cachedTokens()
    .filter(({ account }) => account.id === id)
    .map(({ resource }) => resource);
  const known = [...new Set([...used, ...resources])];
  return known.length === 0 ? [usualResource] : known;
}

async function tryToken(
  { tokens, requester }: TokenCheckDeps,
  { account, resource }: { readonly account: Account; readonly resource: string },
  signal: AbortSignal,
): Promise<Finding> {
  const subject = phrase`Token for ${resourceName(resource)} as ${account.username}`;
  try {
    const token = await tokens.getToken({ resource, account: account.id, forceRefresh: true, signal }, requester);
    const minutes = Math.round((token.expiresOnTimestamp - Date.now()) / 60_000);
    const text =
      minutes < 180
        ? phrase`A new one was given, good for ${minutes} minutes.`
        : phrase`A new one was given, good for ${Math.floor(minutes / 60)} hours.`;
    return { level: 'pass', subject, text };
  } catch (error) {
    const isForConsent = isAzureCredentialsError(error) && error.code === 'consent_required';
    return failedFinding(subject, error, isForConsent ? 'warn' : 'fail');
  }
}
