import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Control } from './control.ts';
import type { Fault, LocalAzureAddresses, PolicyTarget, ProxyFault } from './controlTypes.ts';
import type { User } from './data.ts';
import { cloudOfHost, signInHosts } from './entra/clouds.ts';
import { knownErrors } from './entra/knownErrors.ts';
import type { RefreshToken } from './entra/store.ts';
import { json, readBody, send } from './messages.ts';
import { answerDeviceCode, signInAt } from './signInPages.ts';
import type { AzureState } from './state.ts';

/** What the control works on. */
export interface ControlDependencies {
  readonly state: AzureState;
  readonly fetch: typeof fetch;
  readonly proxy: { fail(fault: ProxyFault | undefined): Promise<void> };
  addresses(): LocalAzureAddresses;
}

/** The control's methods, each taking what `Control` declares and answering at once or later. */
type Handlers = { [Name in keyof Control]: (...parameters: Parameters<Control[Name]>) => unknown };

/** Starts the control's HTTP server on loopback. */
export async function startControlServer(
  dependencies: ControlDependencies,
): Promise<Server & { readonly url: string }> {
  const handlers = createHandlers(dependencies) as Record<string, ((...parameters: unknown[]) => unknown) | undefined>;
  const server = createServer((request, response) => {
    const handler = handlers[(request.url ?? '/').slice(1)];
    // A web page has no business here: browsers send an Origin, tests do not.
    if (request.method !== 'POST' || request.headers.origin !== undefined || !handler) {
      return send(response, json(404, { error: `The control has no ${request.method} ${request.url}.` }));
    }
    readBody(request)
      .then((body) => handler(...(JSON.parse(body.toString('utf8') || '[]') as unknown[])))
      .then(
        (result) => send(response, json(200, { result })),
        (error: unknown) =>
          send(response, json(400, { error: error instanceof Error ? error.message : String(error) })),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function createHandlers(dependencies: ControlDependencies): Handlers {
  const { state } = dependencies;
  return {
    requests: (filter = {}) => state.requests.find(filter),
    count: (filter = {}) => state.requests.find(filter).length,
    secrets: () => state.secrets.list(),
    forgetSecrets: () => state.secrets.clear(),
    clearRequests: () => state.requests.clear(),
    addFault: (fault) => addFault(state, fault),
    failWith: (aadsts, { host, path, method, grant, resource, user, client, times = 1, ...override } = {}) => {
      const match = { host, path, method, grant, resource, user, client };
      const given = Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined));
      return addFault(state, { ...given, times, effect: { kind: 'error', aadsts, ...override } });
    },
    removeFault: (id) => state.faults.remove(id),
    clearFaults: () => {
      state.faults.clear();
      return dependencies.proxy.fail(undefined);
    },
    breakProxy: (fault) => dependencies.proxy.fail(fault),
    data: () => state.data,
    addresses: () => dependencies.addresses(),
    reset: () => {
      state.reset();
      return dependencies.proxy.fail(undefined);
    },
    ...policyHandlers(state),
    ...signInHandlers(dependencies),
  };
}

function addFault(state: AzureState, fault: Fault): number {
  if (fault.effect.kind === 'error' && !(fault.effect.aadsts in knownErrors)) {
    throw new TypeError(`The local Azure does not know AADSTS${fault.effect.aadsts}: add it to entra/knownErrors.ts.`);
  }
  return state.faults.add(fault);
}

type PolicyMethods =
  | 'expireRefreshTokens'
  | 'revokeSessions'
  | 'requireMultifactor'
  | 'block'
  | 'withholdConsent'
  | 'clearPolicies'
  | 'rotateStrictly'
  | 'skewClock'
  | 'setAccessTokenLifetime'
  | 'setDeviceCodeLifetime'
  | 'updateUser';

function policyHandlers(state: AzureState): Pick<Handlers, PolicyMethods> {
  const { policies, entra, clock } = state;
  return {
    expireRefreshTokens: (username) => markRefreshTokens(state, username, 'expired'),
    revokeSessions: (username) => markRefreshTokens(state, username, 'revoked'),
    requireMultifactor: (target) => policies.multifactor.push(target),
    block: (target) => policies.blocked.push(target),
    withholdConsent: (target) => withholdConsent(state, target),
    clearPolicies: () => policies.reset(),
    rotateStrictly: (on) => {
      policies.rotateStrictly = on;
    },
    skewClock: (milliseconds) => {
      clock.skew = milliseconds;
    },
    setAccessTokenLifetime: (seconds) => {
      policies.accessTokenLifetime = seconds ?? undefined;
    },
    setDeviceCodeLifetime: (seconds) => {
      entra.deviceCodeLifetime = seconds;
    },
    updateUser: (username: string, changes: Partial<User>) => state.updateUser(username, changes),
  };
}

function signInHandlers({
  state,
  fetch: proxied,
}: ControlDependencies): Pick<Handlers, 'authorize' | 'approveDevice' | 'declineDevice'> {
  const reader = {
    fetch: proxied,
    isOurs: (url: URL) =>
      url.protocol === 'https:' &&
      (cloudOfHost(url.hostname) !== undefined || url.host === state.loopbackHost || url.hostname === 'microsoft.com'),
  };
  const answer = (userCode: string, username?: string) => {
    const device = [...state.entra.deviceCodes.values()].find((candidate) => candidate.userCode === userCode);
    const host = signInHosts[device?.cloud ?? 'public'][0];
    return answerDeviceCode(reader, `https://${host}/common/oauth2/deviceauth`, { userCode, username });
  };
  return {
    authorize: (authorizeUrl, choice) => signInAt(reader, authorizeUrl, choice),
    approveDevice: (userCode, username) => answer(userCode, username),
    declineDevice: (userCode) => answer(userCode),
  };
}

function markRefreshTokens(state: AzureState, username: string, mark: RefreshToken['state']): void {
  for (const token of state.entra.refreshTokens.values()) {
    if (token.username === username) {
      token.state = mark;
    }
  }
  for (const accounts of state.entra.browserSessions.values()) {
    accounts.delete(username);
  }
}

function withholdConsent(state: AzureState, target: PolicyTarget): void {
  const { policies, entra } = state;
  policies.consentWithheld.push(target);
  const kept = entra.consents.filter(
    ({ user, client, resource }) => !policies.covers([target], { user: user ?? target.user, client, resource }),
  );
  entra.consents.splice(0, entra.consents.length, ...kept);
}
