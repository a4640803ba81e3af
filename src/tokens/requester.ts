/** What kind of consumer asks; the access policy has one rule for each. */
export type RequesterKind = 'person' | 'extension' | 'session' | 'git' | 'program';

/**
 * Who asks for a token: for the access policy and the activity record, never sent to Entra.
 *
 * - `person`: a command; `id` is the command's.
 * - `extension`: through `getAPI`; `id` is the extension's (`publisher.name`).
 * - `session`: through `vscode.authentication`, where the editor itself guards access.
 * - `git`: the Git provider or helper; `id` is `provider` or `helper`.
 * - `program`: the local token endpoint; `id` is the dialect, `label` the program's `User-Agent` cut short.
 */
export interface Requester {
  readonly kind: RequesterKind;
  readonly id: string;
  /** For people to read. */
  readonly label: string;
}
