import type { AccessToken } from '../../src/tokens/accessToken.ts';
import type { Account } from '../../src/tokens/account.ts';
import type { TokenSource } from '../../src/tokens/ports.ts';
import type { TokenService } from '../../src/tokens/tokenService.ts';
import { atMost, comparedRow, type Figure, rounded } from '../figure.ts';
import { allowedExtension, createProductionService } from '../productionService.ts';
import { median, millisecondsEach, ratioOf, takeTurns } from '../takeTurns.ts';

const tenantId = '8f9d5b1c-3a52-4d0e-9c61-5b7a2f4e1c01';

/**
 * A warm token of a service that holds few, and of one that holds as many as it ever does.
 *
 * In both, ten tokens are asked for in turn. Where all ten thousand are, every one has left the processor's caches when its
 * turn comes again: that is shown as a row of its own.
 */
export async function measureScale({ rounds = 301, warmUps = 20, times = 2_000 } = {}): Promise<Figure> {
  const small = await filledService({ accounts: 1, resources: 10 });
  const large = await filledService({ accounts: 500, resources: 20 });
  const few = requests({ accounts: 1, resources: 10 });
  const all = requests({ accounts: 500, resources: 20 }).toSorted(() => Math.random() - 0.5);
  const fewOfMany = all.slice(0, few.length);
  const nanoseconds = async (tokens: TokenService, wanted: readonly Wanted[]) => {
    const each = await millisecondsEach(times, (index) =>
      tokens.getToken(wanted[index % wanted.length] ?? {}, allowedExtension),
    );
    return each * 1e6;
  };
  const figures = await takeTurns(
    {
      small: () => nanoseconds(small, few),
      large: () => nanoseconds(large, fewOfMany),
      everyOne: () => nanoseconds(large, all),
    },
    { rounds, warmUps },
  );
  small.dispose();
  large.dispose();
  const compared = ratioOf(figures.large, figures.small);
  const row = { peer: '10 cached', against: figures.small, unit: 'ns' };
  return {
    key: 'scale',
    fields: {
      small_ns: rounded(median(figures.small)),
      large_ns: rounded(median(figures.large)),
      ratio: rounded(compared.ratio),
    },
    rows: [
      comparedRow({
        ...{ ...row, what: 'a token of 500 accounts and 10,000 cached', ours: figures.large, compared },
        goal: atMost(compared.ratio, 1.5),
      }),
      comparedRow({
        ...{ ...row, what: 'each of those 10,000 in turn, in no order', ours: figures.everyOne },
        compared: ratioOf(figures.everyOne, figures.small),
      }),
    ],
  };
}

interface Filling {
  readonly accounts: number;
  readonly resources: number;
}

interface Wanted {
  readonly resource?: string;
  readonly account?: string;
}

/** The production service over a source that has a token for everything: where tokens come from does not matter here. */
async function filledService(filling: Filling): Promise<TokenService> {
  const accounts = Array.from({ length: filling.accounts }, (_, index) => person(index));
  const tokens = await createProductionService(
    endlessSource(accounts),
    accounts.map(({ id }) => id),
  );
  for (const wanted of requests(filling)) {
    await tokens.getToken(wanted, allowedExtension);
  }
  const cached = tokens.cachedTokens().length;
  if (cached !== filling.accounts * filling.resources) {
    throw new Error(`${cached} tokens are cached.`);
  }
  return tokens;
}

function requests({ accounts, resources }: Filling): readonly Wanted[] {
  const names = Array.from({ length: resources }, (_, index) => `https://sample${index}.blob.core.windows.net`);
  const ids = Array.from({ length: accounts }, (_, index) => person(index).id);
  return ids.flatMap((account) => names.map((resource) => ({ resource, account })));
}

function person(index: number): Account {
  const username = `user${index}@contoso.com`;
  const id = `11111111-aaaa-4aaa-8aaa-${String(index).padStart(12, '0')}.${tenantId}`;
  return { id, username, name: username, tenantId, kind: 'user' };
}

function endlessSource(accounts: readonly Account[]): TokenSource {
  let issued = 0;
  return {
    getAccounts: async () => accounts,
    onDidChangeAccounts: () => ({ dispose: () => undefined }),
    acquireToken: async ({ resource, scopes, account }): Promise<AccessToken> => {
      issued += 1;
      const token = String(issued).padEnd(1_500, 'x');
      const expiresOnTimestamp = Date.now() + 3_600_000;
      return { token, expiresOnTimestamp, tokenType: 'Bearer', resource, scopes, tenantId, account };
    },
    signIn: async () => person(0),
    signOut: async () => undefined,
    dispose: () => undefined,
  };
}
