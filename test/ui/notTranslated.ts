/** What is no text of ours, on any screen. */
export const data = [
  ...[/https?:\/\/[^\s"]*/, /\b[\w.-]+@[\w.-]+/, /[\da-f]{8}-[\da-f-]{27}/, /\b[\w.-]+\.(?:com|md)\b/],
  ...['Azure Storage', 'Ada Sample', 'VS Code', 'code-server', 'Code - OSS', /\d+:\d+(?::\d+)? [AP]M/],
  // Settings, files of settings and names of programs are called so in every language.
  ...[/azureCredentials[.\w]*/, 'settings.json', 'API Consumer', /sample\.api-consumer/],
];

/** What the editor itself adds, in which the language pack of this test has no texts. */
export const editorsOwn = [/Focus on | View/, /Cancel/, /Press 'Enter' to confirm or 'Escape' to cancel/];

/** Names of services, which are the same in every language. */
export const serviceNames = [/Azure [A-Z]\w+(?: [A-Z]\w+)*/, /Key Vault|Microsoft Graph/];

/** Runs inside the page: the words of an element, those of one line apart from those of the next. */
export function visibleWords(element: Element): string {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const words: string[] = [];
  while (walker.nextNode()) {
    if (walker.currentNode.parentElement?.checkVisibility()) {
      words.push(walker.currentNode.textContent ?? '');
    }
  }
  return words.join(' ');
}

/** Dates are written by the language of the editor, and there is none for ours. */
export const dates = [
  /\(this minute\)|\(in \d+ \w+\)|\(\d+ \w+ ago\)/,
  /(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b|UTC/,
];
