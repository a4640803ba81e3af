import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { AccountList } from '../../../src/api/accountList.ts';
import type { Account } from '../../../src/tokens/account.ts';
import { Emitter } from '../../../src/tokens/emitter.ts';
import type { TokenService } from '../../../src/tokens/tokenService.ts';
import { silentLog } from './openApi.ts';

const ada: Account = { id: 'a.t', username: 'ada@contoso.com', name: 'Ada', tenantId: 't', kind: 'user' };

describe('the list of accounts for other extensions', () => {
  it('is ready only when it is filled, also when accounts change while it is read for the first time', async () => {
    const changed = new Emitter<void>(() => assert.fail('a listener failed'));
    const answers: ((accounts: readonly Account[]) => void)[] = [];
    const tokens = {
      onDidChangeAccounts: changed.event,
      getAccounts: () => new Promise<readonly Account[]>((resolve) => answers.push(resolve)),
    } as Pick<TokenService, 'onDidChangeAccounts' | 'getAccounts'> as TokenService;
    const list = new AccountList({ tokens, log: silentLog });
    const whenReady = list.ready.then(() => list.accounts);
    changed.fire();
    answers[0]?.([]);
    await new Promise(setImmediate);
    answers[1]?.([ada]);
    assert.deepEqual(await whenReady, [ada]);
    list.dispose();
  });
});
