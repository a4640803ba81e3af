import { type Phrase, phrase } from '../tokens/phrase.ts';
/** What a sign-in waits for. */
export interface ExpectedAnswer {
  readonly redirectUri: string;
  readonly state: string;
}

export type PastedAddress =
  | { readonly query: URLSearchParams }
  /** Why the text is of no use, for the person who pasted it. */
  | { readonly reason: Phrase };

/**
 * Reads the address that a person pasted after the browser ended at a page it could not reach. Takes it as people copy
 * it: with blanks, line breaks and quotes around or inside, with or without `http://`.
 */
export function readPastedAddress(text: string, { redirectUri, state }: ExpectedAnswer): PastedAddress {
  const address = text.replace(/[\s"'`<>“”‘’]+/g, '');
  const url = URL.parse(/^https?:\/\//i.test(address) ? address : `http://${address}`);
  if (url === null || (!address.includes('/') && !address.includes('?'))) {
    return {
      reason: phrase`This is not an address. Copy everything in the address bar of the browser, from “http://localhost”.`,
    };
  }
  const expected = new URL(redirectUri);
  if (!['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) || url.port !== expected.port) {
    return { reason: wrongHost(url, expected) };
  }
  if (!url.searchParams.has('code') && !url.searchParams.has('error')) {
    return {
      reason: phrase`The address holds no answer. Copy it after you have finished signing in, to its very end.`,
    };
  }
  if (url.searchParams.getAll('state').join() !== state) {
    return { reason: phrase`The address belongs to another sign-in. Use the page of the latest one, or start again.` };
  }
  return { query: url.searchParams };
}

function wrongHost(url: URL, expected: URL): Phrase {
  return url.pathname.endsWith('/authorize')
    ? phrase`This is the address of the sign-in page. Finish signing in there, then copy the address the browser ends at.`
    : phrase`The address must begin with ${expected.origin}: copy it after you have finished signing in.`;
}
