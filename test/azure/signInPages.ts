import type { SignInChoice } from './controlTypes.ts';

/** Goes through the sign-in pages over HTTP, as a person with a browser would. */
export interface PageReader {
  readonly fetch: typeof fetch;
  /** Whether an address belongs to the local Azure; another one ends the sign-in. */
  isOurs(url: URL): boolean;
}

interface Page {
  readonly name: string;
  readonly url: URL;
  readonly text: string;
}

/** Signs in at an authorize address and returns the address the browser is sent to at the end. */
export async function signInAt(reader: PageReader, authorizeUrl: string, choice: SignInChoice): Promise<string> {
  const browser = new Browser(reader);
  let page = await browser.open(new URL(authorizeUrl));
  for (let step = 0; page !== undefined && step < 10; step += 1) {
    if (page.name === 'form-post') {
      return finishFormPost(page, choice);
    }
    page = await browser.submit(page, answerTo(page, choice));
  }
  const end = browser.sentTo;
  if (end === undefined) {
    throw new Error('The sign-in did not come to an end.');
  }
  if (choice.deliver) {
    await fetch(end);
  }
  return end.href;
}

/** Types a code into the device page and signs in, or cancels. */
export async function answerDeviceCode(reader: PageReader, pageUrl: string, answer: DeviceAnswer): Promise<void> {
  const browser = new Browser(reader);
  let page = await browser.open(new URL(pageUrl));
  if (page) {
    page = await browser.submit(page, { otc: answer.userCode, action: 'next' });
  }
  const choice: SignInChoice =
    answer.username === undefined ? { username: '', action: 'cancel' } : { username: answer.username };
  for (let step = 0; page !== undefined && step < 10; step += 1) {
    if (page.name === 'done' || page.name === 'declined') {
      return;
    }
    page = await browser.submit(page, answerTo(page, choice));
  }
  throw new Error('The device sign-in did not come to an end.');
}

/** What a person does on the device page; without a user name, cancel. */
export interface DeviceAnswer {
  readonly userCode: string;
  readonly username?: string | undefined;
}

class Browser {
  readonly #reader: PageReader;
  readonly #cookies = new Map<string, string>();
  /** The first address that is not the local Azure's. */
  sentTo: URL | undefined;

  constructor(reader: PageReader) {
    this.#reader = reader;
  }

  async open(url: URL, body?: URLSearchParams): Promise<Page | undefined> {
    const response = await this.#reader.fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') },
      ...(body ? { method: 'POST', body } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) {
      return readPage(url, await response.text());
    }
    const next = new URL(location, url);
    if (this.#reader.isOurs(next)) {
      return this.open(next);
    }
    this.sentTo = next;
    return undefined;
  }

  submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page | undefined> {
    const action = attribute(page.text, /<form[^>]* action="([^"]*)"/);
    const flow = attribute(page.text, /name="flow" value="([^"]*)"/);
    const missing = Object.entries(fields).find(([name]) => !page.text.includes(`name="${name}"`));
    if (action === undefined || missing) {
      throw new Error(`The page "${page.name}" has no field ${missing?.[0]}: ${visibleText(page.text)}`);
    }
    return this.open(new URL(action, page.url), new URLSearchParams({ ...(flow ? { flow } : {}), ...fields }));
  }
}

function answerTo(page: Page, { username, action = 'accept' }: SignInChoice): Record<string, string> {
  switch (page.name) {
    case 'account':
      if (action === 'cancel') {
        return { action: 'cancel' };
      }
      return page.text.includes(`value="${username}"`) ? { username } : { action: 'other' };
    case 'username':
      if (page.text.includes('role="alert"')) {
        throw new Error(visibleText(page.text));
      }
      return { username, action: 'next' };
    case 'multifactor':
      return { action: 'approve' };
    case 'consent':
      return { action: action === 'accept' ? 'accept' : 'decline' };
    case 'device-confirm':
      return { action: 'continue' };
    default:
      throw new Error(visibleText(page.text));
  }
}

async function finishFormPost(page: Page, choice: SignInChoice): Promise<string> {
  const action = attribute(page.text, /<form[^>]* action="([^"]*)"/) ?? '';
  const inputs = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const fields = new URLSearchParams(inputs.map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
  if (choice.deliver) {
    await fetch(action, { method: 'POST', body: fields });
  }
  const url = new URL(action);
  url.search = fields.toString();
  return url.href;
}

function readPage(url: URL, text: string): Page {
  return { url, text, name: attribute(text, /data-page="([^"]*)"/) ?? 'unknown' };
}

function attribute(text: string, pattern: RegExp): string | undefined {
  const value = pattern.exec(text)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

function unescapeHtml(text: string): string {
  const characters: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => characters[entity] ?? entity);
}

function visibleText(text: string): string {
  const body = text.replace(/<style>.*?<\/style>|<footer>.*?<\/footer>|<title>.*?<\/title>/gs, '');
  return unescapeHtml(body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')).trim();
}
