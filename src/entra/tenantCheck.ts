import type { CloudName } from '../tokens/cloud.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import type { Clock } from '../tokens/ports.ts';
import { cloudOfHost, type EntraAuthority, endpointUrl, openIdConfigurationUrl } from './clouds.ts';
import { EntraRefusal, entraFailure } from './entraFailure.ts';
import type { EntraNetwork } from './network.ts';
import { unusableAnswer } from './tokenAnswer.ts';
import { codeFor } from './translateError.ts';

export interface TenantCheckDeps {
  readonly authority: EntraAuthority;
  readonly clientId: string;
  readonly network: EntraNetwork;
  readonly clock: Clock;
}

/** How long a tenant's OpenID configuration is good for, as in MSAL. */
const lifetimeMs = 24 * 3_600_000;

/**
 * Finds out, before a browser opens, what would otherwise end on a page of Entra's that the editor never hears of: a
 * tenant, or an application, that does not exist.
 */
export class TenantCheck {
  readonly #deps: TenantCheckDeps;
  readonly #tenants = new Map<string, { readonly until: number; readonly id: Promise<string> }>();
  readonly #knownApplications = new Set<string>();

  constructor(deps: TenantCheckDeps) {
    this.#deps = deps;
  }

  /**
   * Looks a tenant up; once a day at most.
   * @returns its id (a GUID); for `organizations` and the like, whatever stands in the issuer
   * @throws EntraRefusal for an unknown tenant; AzureCredentialsError `configuration` for one of another cloud
   */
  async resolveTenant(tenantId: string, signal?: AbortSignal): Promise<string> {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined && known.until > this.#deps.clock.monotonic()) {
      return known.id;
    }
    const id = this.#lookUp(tenantId, signal);
    this.#tenants.set(tenantId, { until: this.#deps.clock.monotonic() + lifetimeMs, id });
    id.catch(() => this.#tenants.delete(tenantId));
    return id;
  }

  /**
   * Asks Entra whether the tenant has the application, by asking for a device code that is then thrown away: the one
   * endpoint that checks the client id without a person and answers in JSON. Any other refusal is left to the sign-in.
   *
   * @throws EntraRefusal for an application that is unknown, or not made for this tenant
   */
  async checkApplication(tenantId: string, signal: AbortSignal): Promise<void> {
    if (this.#knownApplications.has(tenantId)) {
      return;
    }
    const { authority, clientId, network } = this.#deps;
    const answer = await network
      .send({
        url: endpointUrl(authority, tenantId, 'devicecode'),
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
        body: new URLSearchParams({ client_id: clientId, scope: 'openid' }).toString(),
        repeatable: false,
        signal,
      })
      .catch(() => undefined);
    const failure = answer && entraFailure(answer.body);
    // Confidential clients are refused as `invalid_client` here, and are right to be.
    if (failure && failure.error !== 'invalid_client' && codeFor(failure) === 'configuration') {
      throw new EntraRefusal(failure);
    }
    if (answer && !failure) {
      this.#knownApplications.add(tenantId);
    }
  }

  async #lookUp(tenantId: string, signal: AbortSignal | undefined): Promise<string> {
    const { authority, network } = this.#deps;
    const { body } = await network.send({
      url: openIdConfigurationUrl(authority, tenantId),
      method: 'GET',
      repeatable: true,
      ...(signal && { signal }),
    });
    const failure = entraFailure(body);
    if (failure) {
      throw new EntraRefusal(failure);
    }
    const host = parseUrl(body['token_endpoint'])?.host;
    const id = parseUrl(body['issuer'])
      ?.pathname.split('/')[1]
      ?.replace(/^%7B(\w+)%7D$/i, '{$1}');
    if (host === undefined || id === undefined || !/^(?:[\w.-]+|\{\w+\})$/.test(id)) {
      throw unusableAnswer('no OpenID configuration');
    }
    const cloud = cloudOfHost(host);
    if (cloud !== undefined && host !== authority.host) {
      throw otherCloudError(tenantId, cloud);
    }
    return id;
  }
}

function parseUrl(value: unknown): URL | null {
  return typeof value === 'string' ? URL.parse(value) : null;
}

function otherCloudError(tenantId: string, cloud: CloudName): AzureCredentialsError {
  return new AzureCredentialsError('configuration', phrase`Tenant ${tenantId} belongs to another cloud: ${cloud}.`, {
    advice: phrase`Set azureCredentials.cloud to “${cloud}”, or choose another tenant in azureCredentials.tenantId.`,
  });
}
