/** What a `claims` parameter (OpenID Connect Core 5.5) asks of an access token. */
export interface RequestedClaims {
  /** Client capabilities: `CP1` means that the client can answer claims challenges. */
  readonly capabilities: readonly string[];
  /** Authentication contexts (`acrs`). */
  readonly authenticationContexts: readonly string[];
  /** A conditional access policy or an authentication context that needs multifactor authentication. */
  readonly needsMultifactor: boolean;
}

/** Reads a `claims` parameter; nonsense asks for nothing. */
export function readClaims(text: string | null | undefined): RequestedClaims {
  const accessToken = accessTokenMember(text);
  const authenticationContexts = valuesOf(accessToken['acrs']);
  return {
    capabilities: valuesOf(accessToken['xms_cc']),
    authenticationContexts,
    needsMultifactor: valuesOf(accessToken['capolids']).length > 0 || authenticationContexts.length > 0,
  };
}

function accessTokenMember(text: string | null | undefined): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text ?? '{}') as { access_token?: Record<string, unknown> } | null;
    return parsed?.access_token ?? {};
  } catch {
    return {};
  }
}

function valuesOf(claim: unknown): string[] {
  const { value, values } = (claim ?? {}) as { value?: unknown; values?: unknown };
  const all = Array.isArray(values) ? values : value === undefined ? [] : [value];
  return all.map(String);
}
