import type { AccessPolicy } from './ports.ts';
import type { RequesterKind } from './requester.ts';

/**
 * Composes the access policy from one rule for each kind of requester. A kind without a rule is let through: a person's
 * own commands, git (whose server checks host and caller), and sessions (which the editor guards).
 */
export function policyByRequester(rules: Partial<Record<RequesterKind, AccessPolicy>>): AccessPolicy {
  return {
    authorize: (requester, request, options) => rules[requester.kind]?.authorize(requester, request, options),
  };
}
