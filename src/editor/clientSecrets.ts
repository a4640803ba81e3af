import type { SecretStorage } from 'vscode';
import type { Event } from '../tokens/ports.ts';

const prefix = 'clientSecret:';

/** Client secrets of confidential clients and service accounts, by client id. Never a setting. */
export interface ClientSecrets {
  get(clientId: string): Promise<string | undefined>;
  /** Undefined removes it. */
  set(clientId: string, secret: string | undefined): Promise<void>;
  /** Also when another window changed one. */
  readonly onDidChange: Event<void>;
}

export function createClientSecrets(secrets: SecretStorage): ClientSecrets {
  const key = (clientId: string): string => prefix + clientId.toLowerCase();
  return {
    get: async (clientId) => await secrets.get(key(clientId)),
    async set(clientId, secret) {
      await (secret === undefined ? secrets.delete(key(clientId)) : secrets.store(key(clientId), secret));
    },
    onDidChange: (listener) => secrets.onDidChange((event) => (event.key.startsWith(prefix) ? listener() : undefined)),
  };
}
