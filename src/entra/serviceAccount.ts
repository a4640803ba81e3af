import type { Account } from '../tokens/account.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import { phrase } from '../tokens/phrase.ts';
import type { ResolvedRequest } from '../tokens/tokenRequest.ts';
import { type EntraSettings, isGuid, isMultiTenant } from './entraSettings.ts';
import type { MsalClient } from './msalClient.ts';
import type { TenantCheck } from './tenantCheck.ts';
import type { TokenAnswer } from './tokenAnswer.ts';

export interface ServiceAccountDeps {
  readonly settings: EntraSettings;
  readonly tenants: TenantCheck;
  readonly client: () => Promise<MsalClient>;
  readonly secret: () => Promise<string | undefined>;
}

/**
 * An application that acts as itself: client credentials, no person, nothing stored but the client secret.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export class ServiceAccount {
  readonly #deps: ServiceAccountDeps;

  constructor(deps: ServiceAccountDeps) {
    this.#deps = deps;
  }

  /** @throws AzureCredentialsError `configuration` when no tenant is configured, since an application has no home */
  async account(): Promise<Account> {
    const { clientId, tenantId } = this.#deps.settings;
    if (isMultiTenant(tenantId)) {
      throw new AzureCredentialsError(
        'configuration',
        phrase`A service account needs a tenant of its own, not “${tenantId}”.`,
        {
          advice: phrase`Set azureCredentials.tenantId to the id of the tenant that the application works in.`,
        },
      );
    }
    return {
      id: clientId,
      username: clientId,
      name: `Service account ${clientId}`,
      tenantId: await this.#tenantGuid(tenantId),
      kind: 'service',
    };
  }

  async acquireToken(request: ResolvedRequest, signal: AbortSignal): Promise<TokenAnswer> {
    await this.account();
    await this.requireSecret();
    const { tenantId, scopes, claims } = request;
    const client = await this.#deps.client();
    const answer = await client.clientCredentials({
      tenantId,
      scopes,
      signal,
      ...(claims !== undefined && { claims }),
    });
    return { ...answer, tenantId: answer.tenantId || (await this.#tenantGuid(tenantId)) };
  }

  /** @throws AzureCredentialsError `configuration` when there is no client secret */
  async requireSecret(): Promise<void> {
    if ((await this.#deps.secret()) === undefined) {
      throw new AzureCredentialsError('configuration', phrase`The service account has no client secret.`, {
        advice: phrase`Run “Azure Credentials: Set Client Secret” and enter the secret’s value (Microsoft Entra admin center › Entra ID › App registrations › Certificates & secrets).`,
      });
    }
  }

  #tenantGuid(tenantId: string): string | Promise<string> {
    return isGuid(tenantId) ? tenantId : this.#deps.tenants.resolveTenant(tenantId);
  }
}
