import type { AccessToken } from '../../../src/tokens/accessToken.ts';
import type { Account } from '../../../src/tokens/account.ts';
import { Emitter } from '../../../src/tokens/emitter.ts';
import type { Clock, SignInOptions, TokenSource } from '../../../src/tokens/ports.ts';
import type { ResolvedRequest } from '../../../src/tokens/tokenRequest.ts';
import { minutes } from './manualClock.ts';

export const ada = person('ada');
export const grace = person('grace');

export function person(name: string): Account {
  const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
  return { id: `${name}.${tenantId}`, username: `${name}@contoso.com`, name, tenantId, kind: 'user' };
}

/** A token source that a test scripts: it counts what it is asked, and answers when and what the test says. */
export interface ScriptedSource extends TokenSource {
  accounts: readonly Account[];
  readonly requests: ResolvedRequest[];
  readonly signIns: SignInOptions[];
  readonly signOuts: Account[];
  accountReads: number;
  /** Answers one request; the default is a new token of an hour. */
  answer: (request: ResolvedRequest) => Promise<AccessToken>;
  answerSignIn: (options: SignInOptions) => Promise<Account>;
  answerSignOut: (account: Account) => Promise<void>;
  tokenFor(request: ResolvedRequest, changes?: Partial<AccessToken>): AccessToken;
  changeAccounts(accounts: readonly Account[]): void;
}

export function scriptedSource(clock: Clock, accounts: readonly Account[] = [ada]): ScriptedSource {
  const changed = new Emitter<void>((error) => {
    throw error;
  });
  let issued = 0;
  const source: ScriptedSource = {
    accounts,
    requests: [],
    signIns: [],
    signOuts: [],
    accountReads: 0,
    answer: async (request) => source.tokenFor(request),
    answerSignIn: async () => ada,
    answerSignOut: async (account) => source.changeAccounts(source.accounts.filter(({ id }) => id !== account.id)),
    tokenFor: ({ resource, scopes, tenantId, account }, changes) => ({
      token: `token-${++issued}`,
      expiresOnTimestamp: clock.now() + minutes(60),
      tokenType: 'Bearer',
      ...{ resource, scopes, tenantId, account },
      ...changes,
    }),
    changeAccounts(next) {
      source.accounts = next;
      changed.fire();
    },
    async getAccounts() {
      source.accountReads += 1;
      return source.accounts;
    },
    onDidChangeAccounts: changed.event,
    acquireToken(request) {
      source.requests.push(request);
      return source.answer(request);
    },
    signIn(options) {
      source.signIns.push(options);
      return source.answerSignIn(options);
    },
    signOut(account) {
      source.signOuts.push(account);
      return source.answerSignOut(account);
    },
    dispose: () => undefined,
  };
  return source;
}

/** A promise to settle by hand. */
export function gate<T = void>(): { promise: Promise<T>; open: (value: T) => void; fail: (error: unknown) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  promise.catch(() => undefined);
  return { promise, open: resolve, fail: reject };
}

/** Lets everything run that can run now. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
