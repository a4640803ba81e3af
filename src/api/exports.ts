import type { Account } from '../tokens/account.ts';
import type { Disposable, Log } from '../tokens/ports.ts';
import type { Requester } from '../tokens/requester.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { AccountList } from './accountList.ts';
import { createApiVersion1 } from './apiVersion1.ts';
import type { AzureCredentialsApi, AzureCredentialsExports } from './azureCredentials.d.ts';

export interface ExportsDeps {
  readonly tokens: TokenService;
  readonly log: Log;
  /** Looks an installed extension up by its id. Its name is taken from here, not from what the caller says. */
  readonly findExtension: (id: string) => { readonly id: string; readonly displayName: string } | undefined;
  /** Asks the person whether an extension may sign out this account, or all. */
  readonly confirmSignOut: (requester: Requester, account: Account | undefined) => Promise<boolean>;
}

const knownVersions = [1] as const;

/**
 * Makes what `activate` returns. Costs nothing until an extension calls `getAPI`, and may be called at any time: requests
 * wait for what they need, so it does not matter whether anything was read yet.
 */
export function createExports(deps: ExportsDeps): { readonly exports: AzureCredentialsExports } & Disposable {
  const accountList = new AccountList(deps);
  const apiDeps = { tokens: deps.tokens, confirmSignOut: deps.confirmSignOut, accountList };
  return {
    exports: Object.freeze({
      getAPI: (version: unknown, consumer: unknown): AzureCredentialsApi => {
        requireKnownVersion(version);
        return createApiVersion1(apiDeps, requesterOf(consumer, deps));
      },
    }),
    dispose: () => accountList.dispose(),
  };
}

function requireKnownVersion(version: unknown): void {
  if (!knownVersions.includes(version as 1)) {
    throw new RangeError(
      `Azure Delegated Credentials has no API of version ${String(version)}. It has: ${knownVersions.join(', ')}.`,
    );
  }
}

function requesterOf(consumer: unknown, { findExtension }: ExportsDeps): Requester {
  const id = (consumer as { readonly id?: unknown } | undefined | null)?.id;
  const extension = typeof id === 'string' ? findExtension(id) : undefined;
  if (extension === undefined) {
    throw new TypeError('The second argument of getAPI must be your own extension: pass context.extension.');
  }
  return Object.freeze({ kind: 'extension', id: extension.id.toLowerCase(), label: extension.displayName });
}
