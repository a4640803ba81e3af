import type { Account } from './account.ts';
import { normaliseClaims } from './claims.ts';
import type { CloudName } from './cloud.ts';
import { normaliseTarget, type Target } from './normaliseTarget.ts';
import { phrase } from './phrase.ts';
import { invalidResource, isGuid, quote } from './resourceText.ts';
import type { CacheSlot } from './tokenCache.ts';
import type { ResolvedRequest, TokenRequest } from './tokenRequest.ts';
import { isDomain } from './wwwAuthenticate.ts';

/** Many times what one window uses; only a fuzzer has more ways to write a resource. */
const maximumTargets = 2_000;

/** Remembers what each resource or list of scopes was brought into, so that a warm request does not parse it again. */
export class TargetMemo {
  readonly #targets = new Map<string, Target>();
  #cloud: CloudName | undefined;

  /** @throws TypeError, AzureCredentialsError `resource_invalid`; neither is remembered */
  get(request: TokenRequest, cloud: CloudName): Target {
    if (cloud !== this.#cloud || this.#targets.size >= maximumTargets) {
      this.#targets.clear();
      this.#cloud = cloud;
    }
    const { resource, scopes } = request;
    const written = scopes === undefined ? resource : resource === undefined ? scopesText(scopes) : undefined;
    const known = written === undefined ? undefined : this.#targets.get(written);
    if (known !== undefined) {
      return known;
    }
    const target = normaliseTarget(request, cloud);
    if (written !== undefined) {
      this.#targets.set(written, target);
    }
    return target;
  }
}

/** No resource can be written like this: it would hold a line break. */
function scopesText(scopes: readonly string[]): string | undefined {
  return Array.isArray(scopes) ? `scopes\n${scopes.join('\n')}` : undefined;
}

/** A request with its account, tenant and place in the cache. */
export interface RequestPlan {
  readonly target: Target;
  readonly account: Account;
  readonly tenantId: string;
  /** JSON text. */
  readonly claims: string | undefined;
  readonly slot: CacheSlot;
}

export interface PlanParts {
  readonly target: Target;
  readonly account: Account;
  /** Tenant of the application, when it is a single one. */
  readonly defaultTenantId: string | undefined;
}

/**
 * Makes plans. What every request for a target as an account shares is made once: a warm request neither puts the key of the
 * cache together nor hashes it.
 */
export class RequestPlanner {
  /** The last tenant's slot of each target and account, for as long as both are in memory. */
  readonly #slots = new WeakMap<Target, WeakMap<Account, TenantSlot>>();

  /** @throws TypeError for malformed claims; AzureCredentialsError `resource_invalid` for a malformed tenant */
  plan(request: TokenRequest, { target, account, defaultTenantId }: PlanParts): RequestPlan {
    const tenantId = namedTenant(request.tenantId) ?? defaultTenantId ?? account.tenantId;
    const plain = this.#slot(target, account, tenantId);
    if (request.claims === undefined) {
      return { target, account, tenantId, claims: undefined, slot: plain };
    }
    const claims = normaliseClaims(request.claims);
    const { plainKey } = plain;
    return { target, account, tenantId, claims, slot: { key: `${plainKey}\n${claims}`, plainKey } };
  }

  #slot(target: Target, account: Account, tenantId: string): CacheSlot {
    let ofTarget = this.#slots.get(target);
    if (ofTarget === undefined) {
      ofTarget = new WeakMap();
      this.#slots.set(target, ofTarget);
    }
    const known = ofTarget.get(account);
    if (known?.tenantId === tenantId) {
      return known.slot;
    }
    const plainKey = `${target.key}\n${tenantId}\n${account.id}`;
    const slot = { key: plainKey, plainKey };
    ofTarget.set(account, { tenantId, slot });
    return slot;
  }
}

interface TenantSlot {
  readonly tenantId: string;
  readonly slot: CacheSlot;
}

/** What the source and the access policy are asked. */
export function resolvedRequest(plan: RequestPlan, forceRefresh: boolean): ResolvedRequest {
  const { target, account, tenantId, claims } = plan;
  const { resource, scopes } = target;
  return { resource, scopes, account, tenantId, forceRefresh, ...(claims === undefined ? {} : { claims }) };
}

/** A tenant as a request names it: undefined for none, and for Entra's placeholders that mean the account's own. */
export function namedTenant(tenantId: string | undefined): string | undefined {
  if (tenantId === undefined || tenantId === '' || tenantId === 'organizations' || tenantId === 'common') {
    return undefined;
  }
  if (typeof tenantId !== 'string' || !(isGuid(tenantId) || isDomain(tenantId))) {
    throw invalidResource(
      phrase`${quote(String(tenantId))} is not a tenant.`,
      phrase`Give the tenant id (a GUID) or one of its domains, such as contoso.onmicrosoft.com.`,
    );
  }
  return tenantId.toLowerCase();
}
