/** The account that an organization's repositories are used with. */
export interface BoundAccount {
  readonly accountId: string;
  /** For messages when that account is signed out. */
  readonly username: string;
}

/** A subset of `vscode.Memento`. */
export interface BindingStore {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

export type BindingScope = 'everywhere' | 'workspace';

/** Which organizations are bound to which accounts. A binding of the workspace goes before one for everywhere. */
export interface AccountBindings {
  find(organization: string): BoundAccount | undefined;
  /** Where the binding that counts comes from. */
  scope(organization: string): BindingScope | undefined;
  /** Undefined removes the binding. */
  bind(organization: string, account: BoundAccount | undefined, scope: BindingScope): Promise<void>;
}

/** Bindings in the editor's own storage: they hold ids and names, no secret. */
export function createAccountBindings(stores: Readonly<Record<BindingScope, BindingStore>>): AccountBindings {
  const key = (organization: string): string => `git.account.${organization.toLowerCase()}`;
  const read = (organization: string, scope: BindingScope): BoundAccount | undefined =>
    stores[scope].get<BoundAccount>(key(organization));
  return {
    find: (organization) => read(organization, 'workspace') ?? read(organization, 'everywhere'),
    scope: (organization) =>
      (['workspace', 'everywhere'] as const).find((scope) => read(organization, scope) !== undefined),
    bind: async (organization, account, scope) => {
      await stores[scope].update(key(organization), account);
    },
  };
}
