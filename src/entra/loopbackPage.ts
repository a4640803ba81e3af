/** What the browser is shown at the end of a sign-in. */
export type LoopbackPage =
  | { readonly kind: 'signedIn' }
  | { readonly kind: 'failed'; readonly message: string; readonly advice?: string }
  | { readonly kind: 'wrongState' }
  | { readonly kind: 'alreadyUsed' }
  | { readonly kind: 'unexpected' };

/** A page for people: plain HTML without scripts or outside references, and nothing of the request in it. */
export function loopbackPage(page: LoopbackPage): string {
  const { title, text } = words(page);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; font-weight: 600; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${text.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
</main>
</body>
</html>
`;
}

function words(page: LoopbackPage): { readonly title: string; readonly text: readonly string[] } {
  switch (page.kind) {
    case 'signedIn':
      return { title: 'You are signed in', text: ['You can close this page and go back to the editor.'] };
    case 'failed':
      return {
        title: 'The sign-in did not succeed',
        text: [
          page.message,
          ...(page.advice ? [page.advice] : []),
          'You can close this page and go back to the editor.',
        ],
      };
    case 'wrongState':
      return {
        title: 'This is not the answer the editor waits for',
        text: [
          'The page belongs to another sign-in, perhaps an earlier one. The editor is still waiting.',
          'Go back to the tab of the latest sign-in, or start again from the editor.',
        ],
      };
    case 'alreadyUsed':
      return {
        title: 'This answer was used already',
        text: ['The editor has taken the answer of this sign-in. You can close this page.'],
      };
    case 'unexpected':
      return {
        title: 'Nothing to see here',
        text: ['The editor waits here for the answer of a sign-in, and nothing else.'],
      };
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
