import type { CloudName } from '../tokens/cloud.ts';
import { AzureCredentialsError } from '../tokens/errors.ts';
import type { AccessPolicy, AuthorizeOptions, Clock } from '../tokens/ports.ts';
import type { Requester } from '../tokens/requester.ts';
import { resourceName } from '../tokens/resources.ts';
import type { ResolvedRequest } from '../tokens/tokenRequest.ts';
import { isResourceAllowed } from './allowedResources.ts';

/** How long the person has to answer, in milliseconds. */
const approvalTimeLimit = 60_000;

/** How long nothing is asked again about what was denied or left unanswered, in milliseconds: programs try again by themselves. */
const quietTime = 30_000;

/** The person's answer: for this workspace from now on, for the requests that wait now, or not. */
export type Approval = 'workspace' | 'once' | 'deny';

/** What the person is asked about. */
export interface ApprovalQuestion {
  readonly resource: string;
  readonly username: string;
  readonly tenantId: string;
  /** The program that asked first. */
  readonly requester: Requester;
}

/** What the settings say about programs in terminals, narrowed by the workspace's. */
export interface ApprovalSettings {
  readonly approval: 'firstUse' | 'never';
  /** Lists that must all allow a resource; an empty one allows any. */
  readonly allowedResources: readonly (readonly string[])[];
}

/** What the person has allowed for this workspace. Keys are opaque, but for {@link readGrantKey}. */
export interface ApprovalGrants {
  has(key: string): boolean;
  add(key: string): void;
}

export interface ProgramApprovalDeps {
  readonly settings: () => ApprovalSettings;
  readonly cloud: () => CloudName;
  readonly grants: ApprovalGrants;
  readonly ask: (question: ApprovalQuestion) => Promise<Approval>;
  readonly clock: Clock;
  /** How long the person has to answer, in milliseconds; a minute when absent. */
  readonly timeLimit?: number;
}

interface Asked {
  /** Settles when the person answered or the time is over. */
  readonly approved: Promise<Approval | 'unanswered'>;
  /** True once the time is over, while the question still stands on the screen. */
  over: boolean;
}

/**
 * Access policy for programs in terminals.
 *
 * It asks even when a request is not interactive, since that speaks of a browser: a program in a terminal was started by the
 * person, and nothing else could ask on its behalf. Requests for one resource as one account share one question.
 */
export class ProgramApproval implements AccessPolicy {
  readonly #deps: ProgramApprovalDeps;
  readonly #asked = new Map<string, Asked>();
  /** Until when a key is refused without a question: monotonic milliseconds. */
  readonly #quietUntil = new Map<string, number>();

  constructor(deps: ProgramApprovalDeps) {
    this.#deps = deps;
  }

  authorize(requester: Requester, request: ResolvedRequest, options: AuthorizeOptions): void | Promise<void> {
    const { settings, cloud, grants, clock } = this.#deps;
    const { approval, allowedResources } = settings();
    const isLimited = allowedResources.some((list) => list.length > 0);
    if (isLimited && !isResourceAllowed(request.resource, allowedResources, cloud())) {
      throw notAllowed(request.resource);
    }
    const key = grantKey(request);
    if (approval === 'never' || grants.has(key)) {
      return;
    }
    if (clock.monotonic() < (this.#quietUntil.get(key) ?? 0)) {
      throw denied(request.resource);
    }
    return this.#wait(key, requester, request, options.signal);
  }

  async #wait(key: string, requester: Requester, request: ResolvedRequest, signal?: AbortSignal): Promise<void> {
    const standing = this.#asked.get(key);
    if (standing?.over) {
      throw unanswered(request.resource);
    }
    const { approved } = standing ?? this.#ask(key, requester, request);
    const approval = await orAborted(approved, signal);
    if (approval === 'unanswered') {
      throw unanswered(request.resource);
    }
    if (approval === 'deny') {
      throw denied(request.resource);
    }
  }

  #ask(key: string, requester: Requester, request: ResolvedRequest): Asked {
    const { ask, timeLimit = approvalTimeLimit } = this.#deps;
    const { resource, tenantId, account } = request;
    const answer = this.#keepAnswer(key, ask({ resource, username: account.username, tenantId, requester }));
    const approved = new Promise<Approval | 'unanswered'>((resolve) => {
      const timer = setTimeout(() => {
        asked.over = true;
        resolve('unanswered');
      }, timeLimit);
      void answer.then((approval) => {
        clearTimeout(timer);
        resolve(approval);
      });
    });
    const asked: Asked = { approved, over: false };
    this.#asked.set(key, asked);
    return asked;
  }

  /** Keeps the answer for later requests, also one that came after the time limit: the question is still on the screen. */
  async #keepAnswer(key: string, answer: Promise<Approval>): Promise<Approval> {
    const approval = await answer.catch(() => 'deny' as const);
    this.#asked.delete(key);
    if (approval === 'workspace') {
      this.#deps.grants.add(key);
    }
    if (approval === 'deny') {
      this.#quietUntil.set(key, this.#deps.clock.monotonic() + quietTime);
    }
    return approval;
  }
}

/** What a person allowed programs. */
export interface Grant {
  readonly accountId: string;
  readonly tenantId: string;
  readonly resource: string;
}

/** What a key of {@link ApprovalGrants} stands for; `undefined` for one that was stored in another form. */
export function readGrantKey(key: string): Grant | undefined {
  const [accountId, tenantId, resource, ...more] = key.split(' ');
  return accountId && tenantId && resource && more.length === 0 ? { accountId, tenantId, resource } : undefined;
}

/** One resource, as one account, in one tenant. */
function grantKey(request: ResolvedRequest): string {
  return `${request.account.id} ${request.tenantId} ${request.resource}`;
}

function notAllowed(resource: string): AzureCredentialsError {
  return new AzureCredentialsError('access_denied', `Programs may not use ${resourceName(resource)} here.`, {
    advice:
      `Add "${resource}" to the setting azureCredentials.terminal.allowedResources; ` +
      'where the workspace has a list of its own, it must be in both.',
  });
}

function unanswered(resource: string): AzureCredentialsError {
  return new AzureCredentialsError(
    'access_denied',
    `Nobody answered in the editor whether programs may use ${resourceName(resource)}.`,
    { advice: 'Answer the question in the editor, then run the program again.' },
  );
}

function denied(resource: string): AzureCredentialsError {
  return new AzureCredentialsError(
    'access_denied',
    `It was denied in the editor that programs use ${resourceName(resource)}.`,
    { advice: 'Run the program again in half a minute and answer "Allow" in the editor.' },
  );
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return promise;
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new AzureCredentialsError('cancelled', 'The program gave up waiting.'));
  if (signal.aborted) {
    giveUp();
  }
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
