import type { ServerResponse } from 'node:http';
import { hostOf, html, redirect, send, urlOf } from '../messages.ts';
import type { CreateStandIn } from '../standIn.ts';
import { answerAuthorize, answerLogout, answerPage } from './authorize.ts';
import { cloudOfHost, signInHosts } from './clouds.ts';
import type { EntraRequest } from './context.ts';
import { answerDeviceCode, answerDevicePage } from './deviceCode.ts';
import { answerConfiguration, answerInstanceDiscovery, answerKeys } from './discovery.ts';
import { applyEntraFaults } from './entraFaults.ts';
import { correlate, EntraError, errorAnswer } from './errors.ts';
import { messagePage } from './pages.ts';
import { answerToken } from './token.ts';

type Endpoint = (entra: EntraRequest, response: ServerResponse) => void | Promise<void>;

interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  readonly answer: Endpoint;
  /** Looks for faults itself, because the form says more about the request. */
  readonly appliesFaults?: boolean;
}

/** Paths after the tenant. */
const routes: readonly Route[] = [
  { path: 'v2.0/.well-known/openid-configuration', methods: ['GET'], answer: answerConfiguration },
  { path: 'discovery/instance', methods: ['GET'], answer: answerInstanceDiscovery },
  { path: 'discovery/v2.0/keys', methods: ['GET'], answer: answerKeys },
  { path: 'discovery/keys', methods: ['GET'], answer: answerKeys },
  { path: 'oauth2/v2.0/authorize', methods: ['GET', 'POST'], answer: answerAuthorize, appliesFaults: true },
  { path: 'oauth2/v2.0/token', methods: ['POST'], answer: answerToken, appliesFaults: true },
  { path: 'oauth2/v2.0/devicecode', methods: ['POST'], answer: answerDeviceCode, appliesFaults: true },
  { path: 'oauth2/v2.0/logout', methods: ['GET', 'POST'], answer: answerLogout },
  { path: 'oauth2/deviceauth', methods: ['GET', 'POST'], answer: answerDevicePage },
  { path: 'oauth2/nativeclient', methods: ['GET', 'POST'], answer: answerNativeClient },
  { path: 'login', methods: ['POST'], answer: answerPage },
];

/** Microsoft Entra under the sign-in hosts of every cloud, and under the loopback authority. */
export const createEntra: CreateStandIn = (state) => ({
  name: 'Microsoft Entra',
  appliesFaults: true,
  matches: (host) => cloudOfHost(host) !== undefined || host === 'localhost',
  handle: async (request, response) => {
    const url = urlOf(request);
    const [tenantSegment = '', ...rest] = url.pathname.slice(1).split('/');
    const clientRequestId = request.headers['client-request-id'] ?? url.searchParams.get('client-request-id');
    const entra: EntraRequest = {
      state,
      request,
      url,
      cloud: cloudOfHost(hostOf(request)) ?? 'public',
      origin: authorityOrigin(url),
      tenantSegment: tenantSegment.toLowerCase(),
      correlation: correlate(typeof clientRequestId === 'string' ? clientRequestId : undefined, state.clock.now()),
    };
    const route = routes.find(({ path }) => path === rest.join('/'));
    if (!route) {
      return send(response, html(404, '<!DOCTYPE html><title>404</title><h1>404 - File or directory not found.</h1>'));
    }
    await answerRoute(route, entra, response);
  },
});

async function answerRoute(route: Route, entra: EntraRequest, response: ServerResponse): Promise<void> {
  try {
    const method = entra.request.method ?? 'GET';
    if (!route.methods.includes(method)) {
      throw new EntraError(900561, { allowed: route.methods.join(', '), method });
    }
    if (!route.appliesFaults && (await applyEntraFaults(entra, response, {}))) {
      return;
    }
    await route.answer(entra, response);
  } catch (error) {
    if (!(error instanceof EntraError)) {
      throw error;
    }
    entra.state.requests.note(entra.request, { aadsts: error.aadsts });
    send(response, errorAnswer(error, entra.correlation));
  }
}

/** An alias (`login.windows.net`) issues in the name of its cloud's preferred host, as real Entra does. */
function authorityOrigin(url: URL): string {
  const cloud = cloudOfHost(url.hostname);
  return cloud === undefined ? url.origin : `https://${signInHosts[cloud][0]}`;
}

function answerNativeClient(_entra: EntraRequest, response: ServerResponse): void {
  send(response, html(200, messagePage('native', 'Signed in', 'You can close this window.')));
}

/** microsoft.com, where people go with a device code. */
export const createDeviceLogin: CreateStandIn = () => ({
  name: 'microsoft.com/devicelogin',
  matches: (host) => host === 'microsoft.com' || host === 'www.microsoft.com' || host === 'aka.ms',
  handle: (request, response) => {
    const hosts: Readonly<Record<string, string>> = {
      '/devicelogin': 'login.microsoftonline.com',
      '/deviceloginus': 'login.microsoftonline.us',
      '/deviceloginchina': 'login.partner.microsoftonline.cn',
    };
    const host = hosts[urlOf(request).pathname.toLowerCase()];
    const answer = host
      ? redirect(`https://${host}/common/oauth2/deviceauth`)
      : html(404, '<!DOCTYPE html><title>Not found</title><h1>The local Azure has no such page.</h1>');
    send(response, answer);
  },
});
