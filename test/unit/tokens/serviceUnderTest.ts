import assert from 'node:assert/strict';
import type { Account } from '../../../src/tokens/account.ts';
import type { CloudName } from '../../../src/tokens/cloud.ts';
import { type ErrorCode, isAzureCredentialsError } from '../../../src/tokens/errors.ts';
import type { AccessPolicy, Log } from '../../../src/tokens/ports.ts';
import type { Requester } from '../../../src/tokens/requester.ts';
import { createTokenService, type RefreshableTokenService } from '../../../src/tokens/tokenService.ts';
import { type ManualClock, manualClock } from './manualClock.ts';
import { type ScriptedSource, scriptedSource } from './scriptedSource.ts';

export const person: Requester = { kind: 'person', id: 'test.command', label: 'Test' };
export const storage = { resource: 'https://storage.azure.com' };
export const vault = { resource: 'https://vault.azure.net' };

export interface ServiceUnderTest {
  readonly service: RefreshableTokenService;
  readonly source: ScriptedSource;
  readonly clock: ManualClock;
  /** What the service wrote to its log. */
  readonly lines: string[];
  /** The answers of the preference and the cloud setting; a test may change them. */
  readonly settings: { accountId?: string; tenantId?: string; cloud: CloudName };
}

export function serviceUnderTest(
  options: { readonly policy?: AccessPolicy; readonly accounts?: readonly Account[] } = {},
): ServiceUnderTest {
  const clock = manualClock();
  const source = scriptedSource(clock, options.accounts);
  const lines: string[] = [];
  const settings: ServiceUnderTest['settings'] = { cloud: 'public' };
  const write = (line: string): void => void lines.push(line);
  const log: Log = { trace: write, debug: write, info: write, warn: write, error: write };
  const service = createTokenService({
    source,
    policy: options.policy ?? { authorize: () => undefined },
    preference: { defaultAccountId: () => settings.accountId, defaultTenantId: () => settings.tenantId },
    cloud: () => settings.cloud,
    clock,
    log,
  });
  return { service, source, clock, lines, settings };
}

/** Matches an error by its code, and its words where given. */
export function code(expected: ErrorCode, words?: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(isAzureCredentialsError(error), `not one of ours: ${String(error)}`);
    assert.equal(error.code, expected);
    if (words !== undefined) {
      assert.match(`${error.message} ${error.advice ?? ''}`, words);
    }
    return true;
  };
}
