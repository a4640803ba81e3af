import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { editorAddress } from '../../scripts/editor/address.mjs';
import type { EditorServer } from '../../scripts/editor/server.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import {
  type DataFolder,
  type EditorOptions,
  prepareDataFolder,
  startBrowser,
  startServer,
} from './editorProcesses.ts';
import { type Notification, NotificationLog } from './notifications.ts';
import { waitFor } from './waitFor.ts';

/** One entry of a list that the editor offers. */
export interface QuickPickEntry {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** Opens a window of a real VS Code and waits until its extensions have started. */
export async function openEditor(options: EditorOptions): Promise<EditorWindow> {
  const dataFolder = await prepareDataFolder(options);
  const window = new EditorWindow(dataFolder, options);
  try {
    await window.start();
    return window;
  } catch (error) {
    await window.dispose();
    throw error;
  }
}

/** A VS Code window that a program uses as a person would: with the keyboard, the mouse and what is on the screen. */
export class EditorWindow {
  readonly #dataFolder: DataFolder;
  readonly #options: EditorOptions;
  #server: EditorServer | undefined;
  #context: BrowserContext | undefined;
  #page: Page | undefined;
  #notifications = new NotificationLog();

  constructor(dataFolder: DataFolder, options: EditorOptions) {
    this.#dataFolder = dataFolder;
    this.#options = options;
  }

  /** The page that shows the editor. */
  get page(): Page {
    return present(this.#page);
  }

  /** The browser: one profile, in which sign-in pages open beside the editor. */
  get context(): BrowserContext {
    return present(this.#context);
  }

  /** Below it lies everything that the editor keeps: logs, state databases, settings, the browser's profile. */
  get dataFolder(): string {
    return this.#dataFolder.path;
  }

  /** What the editor's server printed. */
  get serverOutput(): string {
    return this.#server?.output() ?? '';
  }

  async start(): Promise<void> {
    this.#server = await startServer(this.dataFolder, this.#options);
    this.#context = await startBrowser(this.dataFolder, this.#options);
    await this.#notifications.watch(this.#context);
    this.#page = this.#context.pages()[0] ?? (await this.#context.newPage());
    await this.#show((address) => this.page.goto(address));
  }

  /** Loads the window anew, as "Developer: Reload Window" does: a new extension host, the same server. */
  async reload(): Promise<void> {
    await this.#show(() => this.page.reload());
  }

  /** Closes the editor and its server and opens them again with the same data. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.start();
  }

  /** Ends everything that was started, and removes the data folder unless it was given. */
  async dispose(): Promise<void> {
    await this.#stop();
    await this.#dataFolder.remove();
  }

  /** Runs a command from the command palette. `title` is all that the palette shows: `Azure Credentials: Sign In`. */
  async runCommand(title: string): Promise<void> {
    await this.#openPalette(title);
    await this.pick(title);
  }

  /** The commands that the palette offers for a text. */
  async paletteEntries(text: string): Promise<readonly string[]> {
    await this.#openPalette(text);
    await this.#rows().first().waitFor();
    const entries = await this.quickPickEntries();
    await this.page.keyboard.press('Escape');
    await this.#quickInput().waitFor({ state: 'hidden' });
    return entries.map(({ label }) => label);
  }

  /** What the open list offers now. Of a long list, the part that is on the screen. */
  async quickPickEntries(): Promise<readonly QuickPickEntry[]> {
    await this.#rows().first().waitFor();
    return await this.#rows().evaluateAll((rows) =>
      rows.map((row) => {
        const text = (selector: string) => row.querySelector(selector)?.textContent?.trim() ?? '';
        return {
          label: text('.quick-input-list-row .label-name'),
          description: text('.quick-input-list-row .label-description'),
          detail: text('.quick-input-list-label-meta .label-name'),
        };
      }),
    );
  }

  /** Chooses an entry of the open list by its label. */
  async pick(label: string | RegExp): Promise<void> {
    const name = this.page.locator('.quick-input-list-row .label-name').filter({ hasText: exactly(label) });
    const row = this.#rows().filter({ has: name }).first();
    try {
      await row.click({ timeout: 20_000 });
    } catch (error) {
      const offered = await this.#rows().allTextContents();
      throw new Error(`The list does not offer ${label}, but: ${offered.join(' | ') || 'nothing'}`, { cause: error });
    }
  }

  /** Types into the open input or list, and confirms it. */
  async typeInput(text: string, { confirm = true } = {}): Promise<void> {
    const input = this.#quickInput().locator('.quick-input-box input');
    await input.waitFor();
    await input.fill(text);
    if (confirm) {
      await input.press('Enter');
    }
  }

  /** The words of the open input or list: its title, placeholder and message (an error about what was typed, too). */
  async inputText(): Promise<{ title: string; placeholder: string; message: string }> {
    const widget = this.#quickInput();
    await widget.waitFor();
    const text = async (selector: string) => (await widget.locator(selector).first().textContent())?.trim() ?? '';
    return {
      title: await text('.quick-input-title'),
      placeholder: (await widget.locator('.quick-input-box input').getAttribute('placeholder')) ?? '',
      message: await text('.quick-input-message'),
    };
  }

  /** Every notification since the window was opened, also those that are gone. */
  notifications(): readonly Notification[] {
    return this.#notifications.all();
  }

  /** Waits for a notification that no earlier call has returned. `timeout` in milliseconds. */
  async waitForNotification(pattern: RegExp, { timeout = 20_000 } = {}): Promise<Notification> {
    return await waitFor(() => this.#notifications.takeMatching(pattern), {
      what: `a notification that matches ${pattern}`,
      timeout,
      details: () => `Shown so far: ${JSON.stringify(this.notifications().map(({ message }) => message))}`,
    });
  }

  /** Presses a button of a notification on the screen; of the newest one that has such a button. */
  async clickNotificationButton(text: string): Promise<void> {
    const buttons = this.page.locator('.notifications-toasts .notification-list-item .monaco-button');
    await buttons
      .filter({ hasText: exactly(text) })
      .first()
      .click();
  }

  /** The text of the modal dialog. */
  async dialogText(): Promise<string> {
    const dialog = this.page.locator('.monaco-dialog-box .dialog-message-container');
    return ((await dialog.first().textContent()) ?? '').trim();
  }

  /** Presses a button of the modal dialog, such as `Open` when the editor asks about an external website. */
  async dialogButton(text: string): Promise<void> {
    const buttons = this.page.locator('.monaco-dialog-box .dialog-buttons .monaco-button');
    await buttons
      .filter({ hasText: exactly(text) })
      .first()
      .click();
  }

  /** Does something that opens a page of the browser, and waits for that page. */
  async waitForNewPage(action: () => Promise<void>, { timeout = 20_000 } = {}): Promise<Page> {
    const [page] = await Promise.all([this.context.waitForEvent('page', { timeout }), action()]);
    await page.waitForLoadState('domcontentloaded');
    return page;
  }

  /** Opens a new terminal and waits for its prompt. */
  async openTerminal(): Promise<void> {
    await this.runCommand('Terminal: Create New Terminal');
    await this.#terminal().waitFor();
    await waitFor(async () => ((await this.terminalText()).trim() === '' ? undefined : true), { what: 'a prompt' });
  }

  /** Types a line into the newest terminal and confirms it. Does not wait for what it does. */
  async runInTerminal(line: string): Promise<void> {
    await this.page.bringToFront();
    await this.#terminal().locator('textarea').focus();
    // The terminal takes no text while it waits for a key to come up, and F1 comes up in the palette that it opens.
    await this.page.keyboard.press('End');
    await this.page.keyboard.insertText(line);
    await this.page.keyboard.press('Enter');
  }

  /** What the newest terminal shows now, without what is scrolled out; lines that the terminal wrapped stay wrapped. */
  async terminalText(): Promise<string> {
    const rows = await this.#terminal().locator('.xterm-rows > div').allTextContents();
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** Waits until the text of the newest terminal matches. */
  async waitForTerminal(pattern: RegExp, { timeout = 20_000 } = {}): Promise<RegExpExecArray> {
    return await waitFor(async () => pattern.exec(await this.terminalText()) ?? undefined, {
      what: `a terminal that shows ${pattern}`,
      timeout,
      details: () => this.terminalText(),
    });
  }

  /** The text in the clipboard. */
  async clipboard(): Promise<string> {
    await this.page.bringToFront();
    return await this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Saves a picture of the window (or of another page) as a PNG, and returns where. */
  async screenshot(name: string, page = this.page): Promise<string> {
    const folder = this.#options.screenshotFolder ?? join(root, 'artifacts/ui');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    return path;
  }

  /** Every log file of the editor, newest session last: where to look for what must not be there. */
  async logs(): Promise<readonly string[]> {
    const folder = join(this.dataFolder, 'user/logs');
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    return names
      .filter((name) => name.endsWith('.log'))
      .sort()
      .map((name) => join(folder, name));
  }

  async #show(open: (address: string) => Promise<unknown>): Promise<void> {
    const started = await this.#timesExtensionsStarted();
    await open(editorAddress({ authority: present(this.#server).authority, folder: this.#options.folder }));
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    await waitFor(async () => ((await this.#timesExtensionsStarted()) > started ? true : undefined), {
      what: 'the extension host',
      timeout: 60_000,
      details: () => this.serverOutput,
    });
  }

  /** The extension host's log says when it has started what activates at the start. */
  async #timesExtensionsStarted(): Promise<number> {
    const logs = (await this.logs()).filter((name) => name.endsWith('remoteexthost.log'));
    const texts = await Promise.all(logs.map((log) => readFile(log, 'utf8')));
    return texts.join('').split('Eager extensions activated').length - 1;
  }

  /** What comes up late and takes the focus closes the palette: then it is opened again. */
  async #openPalette(text: string): Promise<void> {
    await this.page.bringToFront();
    const input = this.#quickInput().locator('.quick-input-box input');
    for (let attempt = 1; ; attempt += 1) {
      await this.page.keyboard.press('F1');
      try {
        await input.fill(`>${text}`, { timeout: 4_000 });
        return;
      } catch (error) {
        if (attempt === 6) {
          throw error;
        }
      }
    }
  }

  #quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  #rows(): Locator {
    return this.#quickInput().locator('.monaco-list-row');
  }

  #terminal(): Locator {
    return this.page.locator(terminalSelector);
  }

  async #stop(): Promise<void> {
    await this.#context?.close();
    await this.#server?.stop();
    this.#context = undefined;
    this.#server = undefined;
  }
}

const terminalSelector = '.terminal-wrapper.active';

function exactly(text: string | RegExp): RegExp {
  return typeof text === 'string' ? new RegExp(`^\\s*${text.replace(/[^\p{L}\p{N}]/gu, '\\$&')}\\s*$`) : text;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('The editor is not open.');
  }
  return value;
}
