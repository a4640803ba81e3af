import type { ConsumerId, Outcome } from './faultTypes.ts';

/** A consumer, and the language in which it is told what became of its request. */
export interface Consumer {
  readonly id: ConsumerId;
  /** Begins a sentence: "… is told …". */
  readonly title: string;
  /** Where its cells are held: in plain Node, or in a real editor. */
  readonly heldIn: 'node' | 'editor';
  /**
   * What it is given for each outcome, in its own language. A test reduces what the consumer really got to the same form and
   * compares: HTTP status and error code, exit code of git, name of an error.
   */
  readonly given: { readonly [outcome in Outcome]: string };
  /** What `given` means, for readers. */
  readonly language: string;
}

const byCode = {
  token: 'token',
  network: 'network',
  throttled: 'throttled',
  identity_provider: 'identity_provider',
  interaction_required: 'interaction_required',
  not_signed_in: 'not_signed_in',
  storage: 'storage',
} as const;

const managedIdentity = {
  token: '200 token',
  network: '400 network',
  throttled: '429 throttled',
  identity_provider: '400 identity_provider',
  interaction_required: '401 interaction_required',
  not_signed_in: '401 not_signed_in',
  storage: '400 storage',
} as const;

const identityLanguage = 'HTTP status, and `error.code`; the words are in `error.message`, which SDKs print';

/** Every consumer. Those of the editor are asked in a real window or extension host, the others through what they really use. */
export const consumers: readonly Consumer[] = [
  {
    id: 'command',
    title: 'a person at a command',
    heldIn: 'editor',
    given: { ...byCode, token: 'token in the clipboard' },
    language: 'a notification with the words, and the button that mends it; the log has the code',
  },
  {
    id: 'api',
    title: 'an extension at the API',
    heldIn: 'node',
    given: byCode,
    language: '`AzureCredentialsError.code`; the words are in `message` and `advice`',
  },
  {
    id: 'authenticationProvider',
    title: 'an extension at vscode.authentication',
    heldIn: 'editor',
    given: {
      token: 'session',
      network: 'AzureCredentialsError',
      throttled: 'AzureCredentialsError',
      identity_provider: 'AzureCredentialsError',
      interaction_required: 'no session',
      not_signed_in: 'no session',
      storage: 'AzureCredentialsError',
    },
    language: 'an error with the words as its message; no session, without an error, where a sign-in mends it',
  },
  {
    id: 'gitProvider',
    title: 'the Git extension',
    heldIn: 'editor',
    given: {
      ...byCode,
      token: 'credentials',
      network: 'no credentials',
      throttled: 'no credentials',
      identity_provider: 'no credentials',
      interaction_required: 'no credentials',
      not_signed_in: 'no credentials',
      storage: 'no credentials',
    },
    language: 'no credentials, and a notification with the words',
  },
  {
    id: 'gitHelper',
    title: 'git',
    heldIn: 'node',
    given: {
      token: '0 password',
      network: '128 quit',
      throttled: '128 quit',
      identity_provider: '128 quit',
      interaction_required: '128 quit',
      not_signed_in: '128 quit',
      storage: '128 quit',
    },
    language: 'exit code of git, which asks nobody else; the words are on its stderr',
  },
  { id: 'appService', title: 'an Azure SDK', heldIn: 'node', given: managedIdentity, language: identityLanguage },
  {
    id: 'msi2017',
    title: 'an SDK of 2017',
    heldIn: 'node',
    given: managedIdentity,
    language: identityLanguage,
  },
  {
    id: 'cloudShell',
    title: 'an older Azure CLI',
    heldIn: 'node',
    given: managedIdentity,
    language: identityLanguage,
  },
  {
    id: 'azd',
    title: 'the Azure Developer CLI',
    heldIn: 'node',
    given: {
      token: 'success',
      network: 'GetTokenError',
      throttled: 'GetTokenError',
      identity_provider: 'GetTokenError',
      interaction_required: 'GetTokenError',
      not_signed_in: 'NotSignedInError',
      storage: 'GetTokenError',
    },
    language: '`code`; the words are in `message`, which azd prints',
  },
  {
    id: 'positWorkbench',
    title: 'a Posit Workbench program',
    heldIn: 'node',
    given: {
      token: 'token',
      network: 'temporarily_unavailable',
      throttled: 'temporarily_unavailable',
      identity_provider: 'server_error',
      interaction_required: 'interaction_required',
      not_signed_in: 'login_required',
      storage: 'server_error',
    },
    language: '`oauth2_error.error`; the words are in `error_description`',
  },
];
