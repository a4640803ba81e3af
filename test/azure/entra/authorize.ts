import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { findUser } from '../data.ts';
import { type Answer, html, readForm, redirect, send } from '../messages.ts';
import { sharedTenants } from './clouds.ts';
import { type EntraRequest, requireApplication, requireParameter } from './context.ts';
import { applyEntraFaults } from './entraFaults.ts';
import { EntraError } from './errors.ts';
import { messagePage, usernamePage } from './pages.ts';
import { platformOf } from './redirectUris.ts';
import { firstResource, parseScope } from './scopes.ts';
import { browserCookie, browserSessionOf, continueSignIn, failSignIn, showError } from './signIn.ts';
import type { SignInFlow } from './store.ts';

/** `GET` or `POST /{tenant}/oauth2/v2.0/authorize` */
export async function answerAuthorize(entra: EntraRequest, response: ServerResponse): Promise<void> {
  const parameters = entra.request.method === 'POST' ? await readForm(entra.request) : entra.url.searchParams;
  const flow = openFlow(entra, parameters);
  if ('status' in flow) {
    return send(response, flow);
  }
  try {
    if (await applyEntraFaults(entra, response, factsOf(entra, flow))) {
      return;
    }
    checkRequest(flow);
    useBrowserSession(entra, flow);
    send(response, continueSignIn(entra, flow));
  } catch (error) {
    if (!(error instanceof EntraError)) {
      throw error;
    }
    send(response, failSignIn(entra, flow, error));
  }
}

/** Starts a sign-in; what cannot be told to a trusted redirect URI is told on a page. */
function openFlow(entra: EntraRequest, parameters: URLSearchParams): SignInFlow | Answer {
  try {
    const application = requireApplication(entra, requireParameter(parameters, 'client_id'));
    const redirect = requireParameter(parameters, 'redirect_uri');
    if (!platformOf(application, redirect)) {
      throw new EntraError(50011, { redirect, client: application.clientId });
    }
    requireParameter(parameters, 'scope');
    const flow = newFlow(entra, application, parameters);
    entra.state.entra.flows.set(flow.id, flow);
    entra.state.secrets.addParameters(parameters);
    return flow;
  } catch (error) {
    if (error instanceof EntraError) {
      return showError(entra, error);
    }
    throw error;
  }
}

/** A sign-in at its start. */
export function newFlow(
  entra: EntraRequest,
  application: SignInFlow['application'],
  parameters: URLSearchParams,
): SignInFlow {
  return {
    id: randomUUID(),
    kind: 'authorize',
    cloud: entra.cloud,
    tenantSegment: entra.tenantSegment,
    application,
    parameters,
    multifactor: false,
    consented: false,
    finished: false,
  };
}

function factsOf(entra: EntraRequest, flow: SignInFlow): Parameters<typeof applyEntraFaults>[2] {
  const context = { data: entra.state.data, cloud: flow.cloud };
  const { identifier, resource } = firstResource(context, parseScope(context, flow.parameters.get('scope') ?? ''));
  const facts = {
    client: flow.application.clientId,
    resource: [identifier, ...(resource ? [resource.name, resource.appId] : [])],
  };
  const tenant = sharedTenants.includes(flow.tenantSegment) ? {} : { tenant: flow.tenantSegment };
  entra.state.requests.note(entra.request, { ...facts, ...tenant, scope: flow.parameters.get('scope') ?? '' });
  return facts;
}

function checkRequest(flow: SignInFlow): void {
  const responseType = flow.parameters.get('response_type') ?? '';
  if (responseType !== 'code') {
    throw new EntraError(70005, { responseType });
  }
}

/** Single sign-on: an account of this browser's session is used without a page, unless the request wants one. */
function useBrowserSession(entra: EntraRequest, flow: SignInFlow): void {
  const prompt = flow.parameters.get('prompt');
  const accounts = entra.state.entra.browserSessions.get(browserSessionOf(entra) ?? '');
  if (!accounts || prompt === 'login' || prompt === 'select_account') {
    return;
  }
  const hint = flow.parameters.get('login_hint')?.toLowerCase();
  const [username, remembered] = [...accounts].find(([name]) => !hint || name === hint) ?? [];
  const user = username === undefined ? undefined : findUser(entra.state.data, username);
  if (user && remembered && (hint !== undefined || accounts.size === 1)) {
    flow.user = user;
    flow.multifactor = remembered.multifactor;
  }
}

/** `POST /{tenant}/login`: what the person did on one of the pages. */
export async function answerPage(entra: EntraRequest, response: ServerResponse): Promise<void> {
  const form = await readForm(entra.request);
  const flow = entra.state.entra.flows.get(form.get('flow') ?? '');
  if (!flow) {
    const text = 'This sign-in has ended or was started anew elsewhere. Go back to the application and try again.';
    return send(response, html(200, messagePage('declined', 'Your sign-in has expired', text)));
  }
  send(response, act(entra, flow, form));
}

function act(entra: EntraRequest, flow: SignInFlow, form: URLSearchParams): Answer {
  const action = form.get('action');
  const target = { action: `/${flow.tenantSegment}/login`, flow: flow.id };
  if (action === 'cancel' || action === 'decline') {
    return failSignIn(entra, flow, new EntraError(65004));
  }
  if (action === 'other') {
    return html(200, usernamePage(target, flow.application.name));
  }
  const username = form.get('username');
  if (username !== null) {
    const user = findUser(entra.state.data, username.trim());
    if (!user) {
      const problem = `We couldn’t find an account with that username. Try another account.`;
      return html(200, usernamePage(target, flow.application.name, problem));
    }
    flow.user = user;
  }
  flow.multifactor ||= action === 'approve';
  flow.consented ||= action === 'accept';
  return continueSignIn(entra, flow);
}

/** `GET /{tenant}/oauth2/v2.0/logout` */
export function answerLogout(entra: EntraRequest, response: ServerResponse): void {
  entra.state.entra.browserSessions.delete(browserSessionOf(entra) ?? '');
  const cookie = { 'set-cookie': `${browserCookie}=; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=0` };
  const back = entra.url.searchParams.get('post_logout_redirect_uri');
  const known =
    back && entra.state.data.applications.some((application) => platformOf(application, back) !== undefined);
  const text = 'It’s a good idea to close all browser windows.';
  const goodbye = html(200, messagePage('signed-out', 'You signed out of your account', text), cookie);
  send(response, back && known ? redirect(back, cookie) : goodbye);
}
