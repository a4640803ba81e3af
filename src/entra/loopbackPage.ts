import { english, type Locale, phrase, type Text } from '../tokens/phrase.ts';
/** What the browser is shown at the end of a sign-in. */
export type LoopbackPage =
  | { readonly kind: 'signedIn' }
  | { readonly kind: 'failed'; readonly message: Text; readonly advice?: Text }
  | { readonly kind: 'wrongState' }
  | { readonly kind: 'alreadyUsed' }
  | { readonly kind: 'unexpected' };

/** A page for people: plain HTML without scripts or outside references, and nothing of the request in it. */
export function loopbackPage(page: LoopbackPage, { language, localize }: Locale = english): string {
  const { title, text } = words(page);
  const html = (content: Text) => escapeHtml(localize(content));
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; font-weight: 600; }
</style>
</head>
<body>
<main>
<h1>${html(title)}</h1>
${text.map((line) => `<p>${html(line)}</p>`).join('\n')}
</main>
</body>
</html>
`;
}

function words(page: LoopbackPage): { readonly title: Text; readonly text: readonly Text[] } {
  switch (page.kind) {
    case 'signedIn':
      return { title: phrase`You are signed in`, text: [phrase`You can close this page and go back to the editor.`] };
    case 'failed':
      return {
        title: phrase`The sign-in did not succeed`,
        text: [
          page.message,
          ...(page.advice ? [page.advice] : []),
          phrase`You can close this page and go back to the editor.`,
        ],
      };
    case 'wrongState':
      return {
        title: phrase`This is not the answer the editor waits for`,
        text: [
          phrase`The page belongs to another sign-in, perhaps an earlier one. The editor is still waiting.`,
          phrase`Go back to the tab of the latest sign-in, or start again from the editor.`,
        ],
      };
    case 'alreadyUsed':
      return {
        title: phrase`This answer was used already`,
        text: [phrase`The editor has taken the answer of this sign-in. You can close this page.`],
      };
    case 'unexpected':
      return {
        title: phrase`Nothing to see here`,
        text: [phrase`The editor waits here for the answer of a sign-in, and nothing else.`],
      };
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
