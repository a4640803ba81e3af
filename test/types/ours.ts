// What the extension holds inside and what the API promises stay the same thing.

import type * as api from '../../src/api/azureCredentials.js';
import type * as inside from '../../src/tokens/accessToken.js';
import type { Account } from '../../src/tokens/account.js';
import type { AzureCredentialsError, ErrorCode } from '../../src/tokens/errors.js';

type Same<Left, Right> = [Left] extends [Right] ? ([Right] extends [Left] ? true : never) : never;

export const errorCodesAreTheSame: Same<ErrorCode, api.ErrorCode> = true;
export const accountsAreTheSame: Same<Account, api.Account> = true;
export const tokensAreTheSame: Same<inside.AccessToken, api.AccessToken> = true;

export function errorOf(error: AzureCredentialsError): api.AzureCredentialsError {
  return error;
}
