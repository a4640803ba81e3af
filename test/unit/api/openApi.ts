import type { Extension } from 'vscode';
import type { AzureCredentialsApi } from '../../../src/api/azureCredentials.d.ts';
import { createExports, type ExportsDeps } from '../../../src/api/exports.ts';
import { policyByRequester } from '../../../src/tokens/accessPolicy.ts';
import { systemClock } from '../../../src/tokens/clock.ts';
import type { AccessPolicy, Log } from '../../../src/tokens/ports.ts';
import { createTokenService, type TokenService } from '../../../src/tokens/tokenService.ts';
import { MemorySource } from './memorySource.ts';

export const silentLog: Log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** An installed extension, as far as it matters here. */
export const consumer = { id: 'Contoso.Lister' } as Extension<unknown>;

/** The exports over a real token service, whose tokens come from memory. */
export function openExports(
  options: { source?: MemorySource; policy?: AccessPolicy; confirmSignOut?: ExportsDeps['confirmSignOut'] } = {},
) {
  const source = options.source ?? new MemorySource();
  const tokens: TokenService = createTokenService({
    source,
    policy: policyByRequester(options.policy === undefined ? {} : { extension: options.policy }),
    preference: { defaultAccountId: () => undefined, defaultTenantId: () => undefined },
    cloud: () => 'public',
    clock: systemClock(),
    log: silentLog,
  });
  const { exports } = createExports({
    tokens,
    log: silentLog,
    findExtension: (id) => (id === consumer.id ? { id, displayName: 'Blob Lister' } : undefined),
    confirmSignOut: options.confirmSignOut ?? (async () => true),
  });
  return { exports, tokens, source };
}

export function openApi(options: Parameters<typeof openExports>[0] = {}) {
  const { exports, ...parts } = openExports(options);
  const api: AzureCredentialsApi = exports.getAPI(1, consumer);
  return { api, ...parts };
}
