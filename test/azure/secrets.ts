/** What a secret is. `state` is not one by itself, but must not be kept either: it ties an answer to a sign-in. */
export type SecretKind =
  | 'access token'
  | 'ID token'
  | 'refresh token'
  | 'authorization code'
  | 'device code'
  | 'code verifier'
  | 'state'
  | 'client secret';

/** One secret that the local Azure issued or received. */
export interface IssuedSecret {
  readonly kind: SecretKind;
  readonly value: string;
}

const parameterKinds: Readonly<Record<string, SecretKind>> = {
  client_secret: 'client secret',
  code: 'authorization code',
  code_verifier: 'code verifier',
  device_code: 'device code',
  refresh_token: 'refresh token',
  state: 'state',
};

/** Every secret that went through the local Azure, so that a test can look for it where it must not be. In memory only. */
export class SecretRecord {
  readonly #kinds = new Map<string, SecretKind>();

  /** Remembers a secret; nothing for an absent or empty one. */
  add(kind: SecretKind, value: string | undefined): void {
    if (value) {
      this.#kinds.set(value, kind);
    }
  }

  /** Remembers the secrets among the parameters of a request. */
  addParameters(parameters: URLSearchParams): void {
    for (const [name, value] of parameters) {
      const kind = parameterKinds[name];
      if (kind !== undefined) {
        this.add(kind, value);
      }
    }
  }

  /** All of them, oldest first. */
  list(): IssuedSecret[] {
    return [...this.#kinds].map(([value, kind]) => ({ kind, value }));
  }

  clear(): void {
    this.#kinds.clear();
  }
}
