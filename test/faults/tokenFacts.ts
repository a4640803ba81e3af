/** Whose an access token is, and what for. */
export function tokenFacts(token: string): { readonly audience: string; readonly objectId: string } {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    readonly aud: string;
    readonly oid: string;
  };
  return { audience: claims.aud, objectId: claims.oid };
}
