import type { PolicyTarget } from './controlTypes.ts';
import type { AzureData, Cloud } from './data.ts';
import { findResource } from './data.ts';

/** Who asks for what: the question put to a policy. */
export interface PolicyQuestion {
  readonly user?: string | undefined;
  /** Application id of the resource. */
  readonly resource?: string | undefined;
  readonly client?: string | undefined;
}

/** Conditional access and session policies, as an administrator (here: a test) sets them. */
export class Policies {
  readonly multifactor: PolicyTarget[] = [];
  readonly blocked: PolicyTarget[] = [];
  readonly consentWithheld: PolicyTarget[] = [];
  /** A refresh token may be used once only; real Entra leaves the old ones valid. */
  rotateStrictly = false;
  /** Seconds; `undefined` for Entra's own 60 to 90 minutes. */
  accessTokenLifetime: number | undefined;
  readonly #data: AzureData;

  constructor(data: AzureData) {
    this.#data = data;
    this.reset();
  }

  /** Back to what the data file says. */
  reset(): void {
    this.blocked.length = 0;
    this.consentWithheld.length = 0;
    this.multifactor.length = 0;
    this.rotateStrictly = false;
    this.accessTokenLifetime = undefined;
    for (const user of this.#data.users) {
      this.multifactor.push(...(user.multifactorFor ?? []).map((resource) => ({ user: user.username, resource })));
    }
  }

  /** Whether one of the targets covers the question. */
  covers(targets: readonly PolicyTarget[], question: PolicyQuestion): boolean {
    return targets.some(
      (target) =>
        (target.user === undefined || target.user === question.user) &&
        (target.client === undefined || target.client === question.client) &&
        (target.resource === undefined || this.#applicationId(target.resource) === question.resource),
    );
  }

  #applicationId(resource: string): string | undefined {
    const byName = this.#data.resources.find(({ name }) => name === resource)?.appId;
    const clouds: readonly Cloud[] = ['public', 'usGovernment', 'china'];
    return byName ?? clouds.map((cloud) => findResource(this.#data, cloud, resource)?.appId).find(Boolean);
  }
}
