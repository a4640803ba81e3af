import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type Answer, html, json, readForm, send } from '../messages.ts';
import { newFlow } from './authorize.ts';
import { deviceLoginUri } from './clouds.ts';
import { type EntraRequest, requireApplication, requireParameter } from './context.ts';
import { applyEntraFaults } from './entraFaults.ts';
import { EntraError, errorAnswer, tokenHeaders } from './errors.ts';
import { deviceCodePage } from './pages.ts';
import { parseScope } from './scopes.ts';
import { continueSignIn } from './signIn.ts';
import type { DeviceCode } from './store.ts';

const codeLetters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** `POST /{tenant}/oauth2/v2.0/devicecode` */
export async function answerDeviceCode(entra: EntraRequest, response: ServerResponse): Promise<void> {
  const form = await readForm(entra.request);
  entra.state.requests.noteForm(entra.request, form);
  try {
    if (await applyEntraFaults(entra, response, { client: form.get('client_id') ?? undefined })) {
      return;
    }
    send(response, json(200, startDeviceCode(entra, form), tokenHeaders(entra.correlation)));
  } catch (error) {
    if (!(error instanceof EntraError)) {
      throw error;
    }
    entra.state.requests.note(entra.request, { aadsts: error.aadsts });
    send(response, errorAnswer(error, entra.correlation));
  }
}

function startDeviceCode(entra: EntraRequest, form: URLSearchParams): object {
  const { state, cloud } = entra;
  const application = requireApplication(entra, requireParameter(form, 'client_id'));
  const scope = requireParameter(form, 'scope');
  parseScope({ data: state.data, cloud }, scope);
  const lifetime = state.entra.deviceCodeLifetime;
  const userCode = Array.from({ length: 9 }, () => codeLetters[randomInt(codeLetters.length)]).join('');
  const device: DeviceCode = {
    userCode,
    client: application.clientId,
    cloud,
    tenant: entra.tenantSegment,
    scope,
    claims: form.get('claims') ?? undefined,
    expiresAt: state.clock.now() + lifetime * 1000,
    state: 'pending',
  };
  const uri =
    entra.url.host === state.loopbackHost ? `${entra.origin}/common/oauth2/deviceauth` : deviceLoginUri[cloud];
  const deviceCode = state.entra.keep(state.entra.deviceCodes, device, { prefix: 'EAQABAAEAAAD', bytes: 120 });
  state.secrets.add('device code', deviceCode);
  return {
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: uri,
    expires_in: lifetime,
    interval: 5,
    message: `To sign in, use a web browser to open the page ${uri} and enter the code ${userCode} to authenticate.`,
  };
}

/** `/{tenant}/oauth2/deviceauth`: the page where a person types the code. */
export async function answerDevicePage(entra: EntraRequest, response: ServerResponse): Promise<void> {
  const here = `/${entra.tenantSegment}/oauth2/deviceauth`;
  if (entra.request.method !== 'POST') {
    return send(response, html(200, deviceCodePage(here)));
  }
  const form = await readForm(entra.request);
  send(response, openDeviceFlow(entra, form.get('otc') ?? '') ?? html(200, deviceCodePage(here, wrongCode)));
}

const wrongCode = 'That code didn’t work. Check the code and try again.';

function openDeviceFlow(entra: EntraRequest, typed: string): Answer | undefined {
  const { deviceCodes, flows } = entra.state.entra;
  const wanted = typed.replace(/[\s-]/g, '').toUpperCase();
  const [secret, device] = [...deviceCodes].find(([, candidate]) => candidate.userCode === wanted) ?? [];
  const expired = device && entra.state.clock.now() > device.expiresAt;
  if (!(secret && device) || expired || device.state !== 'pending' || device.cloud !== entra.cloud) {
    return undefined;
  }
  const here = { ...entra, tenantSegment: device.tenant };
  const parameters = new URLSearchParams({ scope: device.scope });
  if (device.claims !== undefined) {
    parameters.set('claims', device.claims);
  }
  const application = requireApplication(here, device.client);
  const flow = { ...newFlow(here, application, parameters), kind: 'device' as const, deviceCode: secret };
  flows.set(flow.id, flow);
  return continueSignIn(here, flow);
}
