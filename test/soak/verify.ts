import assert from 'node:assert/strict';
import { tokenClaims } from '../../src/tokens/tokenClaims.ts';
import type { AzureData } from '../azure/data.ts';

/** Both `exp` and `expires_in` are whole seconds: whoever is told the latter, as we are, knows the end of a token to a second. */
const roundingMs = 1_000;

/** What a consumer asked for. */
export interface Asked {
  /** Sign-in name of the account that it must be for. */
  readonly username: string;
  /** GUID of the tenant that it must come from. */
  readonly tenantId: string;
  readonly resource: string;
}

/** What a consumer was given. */
export interface Given {
  readonly token: string;
  /** Milliseconds since the epoch; absent where the protocol tells none. */
  readonly expiresOnTimestamp?: number | undefined;
}

/**
 * Makes the check that every token goes through when it arrives: it is for the account, tenant and resource that were asked for,
 * and it has not ended. It decodes the token, as only its resource would.
 */
export function createVerify(data: AzureData): (asked: Asked, given: Given) => void {
  const audiences = new Map(
    data.resources.flatMap(({ appId, uris }) => {
      const names = [appId, ...Object.values(uris).flat()].map(comparable);
      return names.map((name) => [name, new Set(names)] as const);
    }),
  );
  return ({ username, tenantId, resource }, { token, expiresOnTimestamp }) => {
    const now = Date.now();
    const claims = tokenClaims(token);
    assert.ok(claims, 'what was served is no token');
    const { aud, tid, oid, exp } = claims;
    assert.equal(tid, tenantId, 'a token of another tenant was served');
    assert.equal(oid, objectIdOf(data, username, tenantId), 'a token of another account was served');
    const isMeant = audiences.get(comparable(resource))?.has(comparable(String(aud)));
    assert.ok(isMeant, `a token of another resource was served: ${String(aud)} for ${resource}`);
    const ends = Number(exp) * 1000;
    assert.ok(ends + roundingMs > now, `a token was served ${now - ends} ms past its life`);
    if (expiresOnTimestamp !== undefined) {
      assert.ok(expiresOnTimestamp < ends + 5_000, 'a token is told to live longer than it does');
    }
  };
}

/** Who somebody is in a tenant: a guest has another object id there than at home. */
function objectIdOf(data: AzureData, username: string, tenantId: string): string | undefined {
  const user = data.users.find((one) => one.username === username);
  const domain = data.tenants.find(({ id }) => id === tenantId)?.domain;
  return user?.tenant === domain ? user?.id : user?.guestIn?.find(({ tenant }) => tenant === domain)?.id;
}

function comparable(resource: string): string {
  return resource.toLowerCase().replace(/\/$/, '');
}
