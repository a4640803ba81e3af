import { AzureCredentialsError } from '../tokens/errors.ts';
import type { AccessPolicy, AuthorizeOptions, Clock } from '../tokens/ports.ts';
import type { Requester } from '../tokens/requester.ts';
import type { ResolvedRequest } from '../tokens/tokenRequest.ts';
import { type AccessDecisions, allResources, sameResource } from './consentDecisions.ts';

/** The person's answer; `undefined` when they did not decide. */
export type AccessAnswer = 'allow' | 'allowAll' | 'deny' | undefined;

export interface AccessQuestion {
  readonly requester: Requester;
  readonly resource: string;
  readonly account: ResolvedRequest['account'];
  /** Tenant that would issue the token. */
  readonly tenantId: string;
}

export interface ConsentPolicyDeps {
  readonly decisions: AccessDecisions;
  readonly ask: (question: AccessQuestion) => Promise<AccessAnswer>;
  /** The error for a question that was answered with no, or was never answered. Code `access_denied`. */
  readonly refuse: (question: AccessQuestion, reason: 'denied' | 'undecided') => AzureCredentialsError;
  readonly clock: Clock;
}

interface OpenQuestion {
  readonly answered: Promise<void>;
  waiting: number;
}

/**
 * Lets an extension have tokens for a resource as an account once the person has allowed it.
 *
 * Questions are put one at a time, and one question serves everyone who waits for the same answer. What was decided
 * while a question waited for its turn is not asked again.
 */
export class ConsentPolicy implements AccessPolicy {
  readonly #deps: ConsentPolicyDeps;
  readonly #open = new Map<string, OpenQuestion>();
  #lastQuestion: Promise<unknown> = Promise.resolve();

  constructor(deps: ConsentPolicyDeps) {
    this.#deps = deps;
  }

  /** @throws AzureCredentialsError `access_denied`; `cancelled` when the person did not decide, or the signal aborted */
  authorize(requester: Requester, request: ResolvedRequest, options: AuthorizeOptions): void | Promise<void> {
    const question = toQuestion(requester, request);
    const decided = this.#find(question);
    if (decided === true) {
      return undefined;
    }
    if (decided === false) {
      throw this.#deps.refuse(question, 'denied');
    }
    if (!options.interactive) {
      throw this.#deps.refuse(question, 'undecided');
    }
    return this.#wait(question, options.signal);
  }

  #find({ requester, account, resource }: AccessQuestion): boolean | undefined {
    return this.#deps.decisions.find(requester.id, { accountId: account.id, resource });
  }

  async #wait(question: AccessQuestion, signal: AbortSignal | undefined): Promise<void> {
    const key = JSON.stringify([question.requester.id, question.account.id, sameResource(question.resource)]);
    const open = this.#open.get(key) ?? this.#enqueue(key, question);
    open.waiting += 1;
    try {
      await untilAborted(open.answered, signal);
    } finally {
      open.waiting -= 1;
    }
  }

  #enqueue(key: string, question: AccessQuestion): OpenQuestion {
    const close = () => {
      if (this.#open.get(key) === open) {
        this.#open.delete(key);
      }
    };
    const answered = this.#lastQuestion.then(async () => {
      if (open.waiting === 0) {
        // Everyone gave up. Closed at once: whoever comes next must not find a question that nobody was asked.
        close();
        return;
      }
      await this.#decide(question);
    });
    const open: OpenQuestion = { answered: answered.finally(close), waiting: 0 };
    this.#open.set(key, open);
    this.#lastQuestion = open.answered.catch(() => undefined);
    return open;
  }

  async #decide(question: AccessQuestion): Promise<void> {
    const allowed = this.#find(question) ?? (await this.#askAndKeep(question));
    if (!allowed) {
      throw this.#deps.refuse(question, 'denied');
    }
  }

  async #askAndKeep(question: AccessQuestion): Promise<boolean> {
    const answer = await this.#deps.ask(question);
    if (answer === undefined) {
      throw new AzureCredentialsError('cancelled', `The request of ${question.requester.label} was not decided on.`);
    }
    const { requester, account, resource } = question;
    await this.#deps.decisions.save(
      { extensionId: requester.id, label: requester.label },
      {
        accountId: account.id,
        accountName: account.username,
        resource: answer === 'allowAll' ? allResources : resource,
        allowed: answer !== 'deny',
        time: this.#deps.clock.now(),
      },
    );
    return answer !== 'deny';
  }
}

function toQuestion(requester: Requester, { resource, account, tenantId }: ResolvedRequest): AccessQuestion {
  return { requester, resource, account, tenantId };
}

/** Waits no longer than the signal; the promise itself goes on. */
function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    return promise;
  }
  return new Promise((resolve, reject) => {
    const abort = () => reject(new AzureCredentialsError('cancelled', 'The request was given up.'));
    if (signal.aborted) {
      abort();
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
