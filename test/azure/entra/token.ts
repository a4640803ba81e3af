import type { ServerResponse } from 'node:http';
import { findUser } from '../data.ts';
import { json, readForm, send } from '../messages.ts';
import { readClientCredentials } from './clientAuthentication.ts';
import { type EntraRequest, namedTenant, requireApplication, requireParameter } from './context.ts';
import { applyEntraFaults } from './entraFaults.ts';
import { EntraError, errorAnswer, tokenHeaders } from './errors.ts';
import { grantHandlers } from './grants.ts';
import { firstResource, parseScope } from './scopes.ts';

/** `POST /{tenant}/oauth2/v2.0/token` */
export async function answerToken(entra: EntraRequest, response: ServerResponse): Promise<void> {
  const form = await readForm(entra.request);
  entra.state.requests.noteForm(entra.request, form);
  try {
    if (await applyEntraFaults(entra, response, factsOf(entra, form))) {
      return;
    }
    const body = await redeem(entra, form);
    send(response, json(200, body, tokenHeaders(entra.correlation)));
  } catch (error) {
    if (!(error instanceof EntraError)) {
      throw error;
    }
    entra.state.requests.note(entra.request, { aadsts: error.aadsts });
    send(response, errorAnswer(error, entra.correlation));
  }
}

async function redeem(entra: EntraRequest, form: URLSearchParams): Promise<Record<string, unknown>> {
  const credentials = readClientCredentials(entra.request, form);
  const grant = requireParameter(form, 'grant_type');
  if (form.has('resource')) {
    throw new EntraError(901002);
  }
  if (!credentials.clientId) {
    throw new EntraError(900144, { parameter: 'client_id' });
  }
  const application = requireApplication(entra, credentials.clientId);
  const handler = grantHandlers[grant];
  if (!handler) {
    throw new EntraError(70003, { grant });
  }
  return handler({ entra, form, application, credentials });
}

/** What the request is about, read without judging it: for the log and for faults. */
function factsOf(entra: EntraRequest, form: URLSearchParams): Parameters<typeof applyEntraFaults>[2] {
  const { state } = entra;
  const { codes, refreshTokens, deviceCodes } = state.entra;
  const session =
    refreshTokens.get(form.get('refresh_token') ?? '') ??
    codes.get(form.get('code') ?? '') ??
    deviceCodes.get(form.get('device_code') ?? '')?.session;
  const scope = form.get('scope') ?? (session && 'scope' in session ? String(session.scope) : '');
  const tenant = tenantOf(entra) ?? session?.username.split('@')[1];
  const facts = {
    grant: shortGrant(form.get('grant_type')),
    client: readClientCredentials(entra.request, form).clientId,
    resource: resourceNames(entra, scope),
    user: session ? findUser(state.data, session.username)?.username : undefined,
  };
  state.requests.note(entra.request, {
    ...definedOnly(facts),
    ...(tenant === undefined ? {} : { tenant }),
  });
  return facts;
}

function tenantOf(entra: EntraRequest): string | undefined {
  try {
    return namedTenant(entra)?.domain;
  } catch {
    return undefined;
  }
}

function resourceNames(entra: EntraRequest, scope: string): string[] | undefined {
  try {
    const context = { data: entra.state.data, cloud: entra.cloud };
    const { identifier, resource } = firstResource(context, parseScope(context, scope));
    return [identifier, ...(resource ? [resource.name, resource.appId] : [])];
  } catch {
    return undefined;
  }
}

/** The URN and MSAL's short form of the device code grant are one grant. */
function shortGrant(grant: string | null): string | undefined {
  return grant?.replace('urn:ietf:params:oauth:grant-type:', '');
}

function definedOnly<Facts extends object>(facts: Facts): { [Key in keyof Facts]?: NonNullable<Facts[Key]> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Facts]?: NonNullable<Facts[Key]>;
  };
}
