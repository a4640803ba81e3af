import { Emitter } from '../tokens/emitter.ts';
import type { Event } from '../tokens/ports.ts';

/** What the person decided about one extension, one account and one resource. Holds no secret. */
export interface AccessDecision {
  readonly accountId: string;
  /** User name at the time, for people to read. */
  readonly accountName: string;
  /** Resource as {@link sameResource} compares it, or `*` for all resources of the account. */
  readonly resource: string;
  readonly allowed: boolean;
  /** When it was decided: milliseconds since the epoch. */
  readonly time: number;
}

/** Everything decided about one extension. */
export interface ExtensionAccess {
  /** Id of the extension in lower case. */
  readonly extensionId: string;
  /** Name of the extension at the time, for people to read. */
  readonly label: string;
  readonly decisions: readonly AccessDecision[];
}

/** What a decision is about. */
export type AccessSubject = Pick<AccessDecision, 'accountId' | 'resource'>;

/** Stands for all resources of an account. */
export const allResources = '*';

/** Where decisions are kept: a part of `vscode.Memento`, to be `globalState`. Reading is cheap and needs no waiting. */
export interface DecisionStore {
  keys(): readonly string[];
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** Many times what one extension asks for while nothing is decided. */
const maximumAsked = 2_000;

const keyPrefix = 'extensionAccess:';

/** The name under which a resource is decided about: a slash at its end makes no difference to a person. */
export function sameResource(resource: string): string {
  return resource.toLowerCase().replace(/\/+$/, '');
}

/** The decisions about extensions, one entry of the store for each extension, so that windows do not undo each other. */
export class AccessDecisions {
  readonly #store: DecisionStore;
  readonly #changed: Emitter<void>;
  /** What `find` looks up, by the stored value that it was made of: the store gives the same object until it changes. */
  readonly #verdicts = new WeakMap<object, ReadonlyMap<string, AccountVerdicts>>();
  readonly #keys = new Map<string, string>();

  /** @param onListenerError told of each listener of `onDidChange` that throws */
  constructor(store: DecisionStore, onListenerError: (error: unknown) => void = () => undefined) {
    this.#store = store;
    this.#changed = new Emitter(onListenerError);
  }

  /** Something was decided or forgotten in this window. */
  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /** @returns `undefined` when nothing was decided. A decision about the resource itself wins over one about all. */
  find(extensionId: string, { accountId, resource }: AccessSubject): boolean | undefined {
    const stored = this.#store.get(this.#key(extensionId));
    if (typeof stored !== 'object' || stored === null) {
      return undefined;
    }
    return (this.#verdicts.get(stored) ?? this.#index(stored)).get(accountId)?.find(resource);
  }

  /** Every extension about which something was decided, by name. */
  list(): readonly ExtensionAccess[] {
    return this.#store
      .keys()
      .filter((key) => key.startsWith(keyPrefix))
      .map((key) => this.#read(key.slice(keyPrefix.length)))
      .filter(({ decisions }) => decisions.length > 0)
      .sort((left, right) => left.label.localeCompare(right.label));
  }

  /** Keeps a decision in place of an earlier one. To allow all resources also lifts what was denied one by one. */
  async save(extension: Pick<ExtensionAccess, 'extensionId' | 'label'>, decision: AccessDecision): Promise<void> {
    const { accountId, accountName, allowed, time } = decision;
    const kept = { accountId, accountName, resource: sameResource(decision.resource), allowed, time };
    const others = this.#read(extension.extensionId).decisions.filter(
      (other) => !isAbout(other, kept) && !(kept.resource === allResources && other.accountId === kept.accountId),
    );
    await this.#write({ extensionId: extension.extensionId, label: extension.label, decisions: [...others, kept] });
  }

  /** Forgets decisions, so that the person is asked again: one, or all about an extension. */
  async forget(extensionId: string, subject?: AccessSubject): Promise<void> {
    const access = this.#read(extensionId);
    const others = subject === undefined ? [] : access.decisions.filter((decision) => !isAbout(decision, subject));
    await this.#write({ ...access, decisions: others });
  }

  #read(extensionId: string): ExtensionAccess {
    const stored = this.#store.get(keyPrefix + extensionId) as Partial<ExtensionAccess> | undefined;
    const label = typeof stored?.label === 'string' ? stored.label : extensionId;
    return { extensionId, label, decisions: decisionsIn(stored) };
  }

  /** A warm token asks this at every call, also of an extension with hundreds of decisions. */
  #index(stored: object): ReadonlyMap<string, AccountVerdicts> {
    const byAccount = Map.groupBy(decisionsIn(stored), ({ accountId }) => accountId);
    const verdicts = new Map(
      [...byAccount].map(([accountId, ofAccount]) => [accountId, new AccountVerdicts(ofAccount)]),
    );
    this.#verdicts.set(stored, verdicts);
    return verdicts;
  }

  /** The same text each time, which the store finds without hashing it again. */
  #key(extensionId: string): string {
    let key = this.#keys.get(extensionId);
    if (key === undefined) {
      key = keyPrefix + extensionId;
      this.#keys.set(extensionId, key);
    }
    return key;
  }

  async #write({ extensionId, label, decisions }: ExtensionAccess): Promise<void> {
    await this.#store.update(keyPrefix + extensionId, decisions.length === 0 ? undefined : { label, decisions });
    this.#changed.fire();
  }
}

/** What was decided about one extension and one account. */
class AccountVerdicts {
  readonly #decided: ReadonlyMap<string, boolean>;
  /** Answers by resource as it was asked about. */
  readonly #asked = new Map<string, boolean>();

  constructor(decisions: readonly AccessDecision[]) {
    // The first of several about the same counts.
    this.#decided = new Map(decisions.toReversed().map(({ resource, allowed }) => [resource, allowed]));
  }

  find(resource: string): boolean | undefined {
    const known = this.#asked.get(resource);
    if (known !== undefined) {
      return known;
    }
    if (this.#asked.size >= maximumAsked) {
      this.#asked.clear();
    }
    const verdict = this.#decided.get(sameResource(resource)) ?? this.#decided.get(allResources);
    if (verdict !== undefined) {
      this.#asked.set(resource, verdict);
    }
    return verdict;
  }
}

function decisionsIn(stored: Partial<ExtensionAccess> | undefined): readonly AccessDecision[] {
  return Array.isArray(stored?.decisions) ? stored.decisions.filter(isDecision) : [];
}

function isAbout(decision: AccessDecision, subject: AccessSubject): boolean {
  return decision.accountId === subject.accountId && decision.resource === sameResource(subject.resource);
}

/** What was stored may come from another version, or have been edited. Whatever is not understood counts as undecided. */
function isDecision(value: unknown): value is AccessDecision {
  const decision = value as Partial<AccessDecision> | null;
  return (
    typeof decision?.accountId === 'string' &&
    typeof decision.accountName === 'string' &&
    typeof decision.resource === 'string' &&
    typeof decision.allowed === 'boolean' &&
    typeof decision.time === 'number'
  );
}
