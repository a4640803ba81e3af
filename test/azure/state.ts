import { SkewedClock } from './clock.ts';
import type { AzureData, User } from './data.ts';
import { EntraStore } from './entra/store.ts';
import { Faults } from './faults.ts';
import { Policies } from './policies.ts';
import { RequestLog } from './requests.ts';
import { SecretRecord } from './secrets.ts';
import { createSigningKey, type SigningKey } from './signingKey.ts';
import { createVerifyToken, type VerifyToken } from './verifyToken.ts';

/** Everything the stand-ins share. */
export interface AzureState {
  readonly data: AzureData;
  readonly clock: SkewedClock;
  readonly signingKey: Promise<SigningKey>;
  readonly verifyToken: VerifyToken;
  readonly requests: RequestLog;
  readonly secrets: SecretRecord;
  readonly faults: Faults;
  readonly policies: Policies;
  readonly entra: EntraStore;
  /** `localhost:port` of the loopback authority, once it listens. */
  loopbackHost?: string;
  /** Changes a user (groups, directory roles, …) until the next reset. */
  updateUser(username: string, changes: Partial<User>): void;
  /** Forgets requests, faults, policies, sessions, consents and changes; keys and addresses stay. */
  reset(): void;
}

/** A fresh state over a data file. */
export function createState(source: AzureData): AzureState {
  const data: { -readonly [Key in keyof AzureData]: AzureData[Key] } = { ...source };
  const clock = new SkewedClock();
  const signingKey = createSigningKey();
  const policies = new Policies(data);
  const secrets = new SecretRecord();
  const state: AzureState = {
    data,
    clock,
    signingKey,
    verifyToken: createVerifyToken(signingKey, clock),
    requests: new RequestLog(secrets),
    secrets,
    faults: new Faults(),
    policies,
    entra: new EntraStore(),
    updateUser: (username, changes) => {
      data.users = data.users.map((user) => (user.username === username ? { ...user, ...changes } : user));
    },
    reset: () => {
      data.users = source.users;
      clock.skew = 0;
      state.requests.clear();
      secrets.clear();
      state.faults.clear();
      state.entra.clear();
      policies.reset();
    },
  };
  return state;
}
