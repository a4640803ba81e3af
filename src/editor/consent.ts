import type { Memento } from 'vscode';
import type { AccessPolicy, Clock } from '../tokens/ports.ts';
import { AccessDecisions } from './consentDecisions.ts';
import type { ConsentPolicyDeps } from './consentPolicy.ts';

/** What the person allows other extensions, and the policy that follows from it. */
export interface ExtensionConsent {
  /** The rule for requesters of kind `extension`. */
  readonly policy: AccessPolicy;
  readonly decisions: AccessDecisions;
}

/** Decisions are kept in `globalState`: for all windows and workspaces, on this machine, and synchronized nowhere. */
export function createExtensionConsent(deps: {
  readonly globalState: Memento;
  readonly clock: Clock;
  readonly onListenerError: (error: unknown) => void;
}): ExtensionConsent {
  const decisions = new AccessDecisions(deps.globalState, deps.onListenerError);
  return { policy: createPolicy({ decisions, clock: deps.clock }), decisions };
}

/** The rules are loaded with the first request of an extension. */
function createPolicy(deps: Pick<ConsentPolicyDeps, 'decisions' | 'clock'>): AccessPolicy {
  let policy: AccessPolicy | undefined;
  const load = async (): Promise<AccessPolicy> => {
    const { createConsentPolicy } = await import('./consentDialog.ts');
    policy ??= createConsentPolicy(deps);
    return policy;
  };
  return {
    authorize: (requester, request, options) =>
      policy === undefined
        ? load().then((loaded) => loaded.authorize(requester, request, options))
        : policy.authorize(requester, request, options),
  };
}
