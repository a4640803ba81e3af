import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { writeMachineSettings } from '../../scripts/editor/settings.mjs';
import type { EditorWindow } from './editorWindow.ts';
import { waitFor } from './waitFor.ts';
import type { WindowUnderTest } from './windowUnderTest.ts';

const statusItem = '[id="delegated-credentials.azure-delegated-credentials.azureCredentials.status"]';

/** Every kind of color theme, by the class that the editor's window then has. */
const themes = {
  vs: 'Default Light Modern',
  'hc-black': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
  'vs-dark': 'Default Dark Modern',
} as const;

/** Everything of the extension that stays on the screen: its item in the status bar, its view, what it opened. */
export class Overview {
  readonly #window: WindowUnderTest;

  readonly #title: string;

  /** @param title what the view is called in the language of the editor */
  constructor(window: WindowUnderTest, title = 'Azure Credentials') {
    this.#window = window;
    this.#title = title;
  }

  get #editor(): EditorWindow {
    return this.#window.editor;
  }

  /** Selector of the item in the status bar. */
  readonly statusSelector = statusItem;

  status(): Locator {
    return this.#editor.page.locator(statusItem);
  }

  async statusShows(text: RegExp): Promise<string> {
    return await waitFor(async () => text.exec((await this.status().textContent()) ?? '')?.[0], {
      what: `a status bar with ${text}`,
      details: async () => `It shows: ${await this.status().textContent()}`,
    });
  }

  /** What the hover of the status bar says, once it matches. It goes when what it is about changes: then it is asked for again. */
  async hoverShows(text: RegExp): Promise<string> {
    const { mouse } = this.#editor.page;
    let shown = '';
    return await waitFor(
      async () => {
        await this.status().hover();
        await this.hover()
          .getByRole('link')
          .first()
          .waitFor({ timeout: 3000 })
          .catch(() => undefined);
        shown = (await this.hover().allTextContents()).join('').replaceAll('\u00a0', ' ');
        if (text.test(shown)) {
          return shown;
        }
        await mouse.move(600, 300);
        return undefined;
      },
      { what: `a hover with ${text}`, details: () => `It says: ${shown}` },
    );
  }

  hover(): Locator {
    return this.#editor.page.locator('.workbench-hover-container .hover-contents').last();
  }

  pane(): Locator {
    return this.#editor.page.locator('.sidebar .pane-body');
  }

  async open(): Promise<void> {
    const tab = this.#editor.page.locator('.activitybar .action-item').filter({
      has: this.#editor.page.locator(`a[aria-label^="${this.#title}"]`),
    });
    // A press on the tab of a view that is open closes it.
    if (
      !((await tab.first().getAttribute('class')) ?? '').includes('checked') ||
      !(await this.pane().first().isVisible())
    ) {
      await tab.first().click();
    }
    await this.pane().first().waitFor();
  }

  rows(): Locator {
    return this.pane().locator('.monaco-list-row');
  }

  row(text: string | RegExp): Locator {
    return this.rows().filter({ hasText: text }).first();
  }

  async texts(): Promise<readonly string[]> {
    return (await this.rows().allTextContents()).map((text) => text.trim());
  }

  async viewShows(text: RegExp): Promise<string> {
    return await waitFor(async () => (await this.texts()).find((one) => text.test(one)), {
      what: `a line of the view with ${text}`,
      details: async () => `It shows: ${(await this.texts()).join(' | ')}`,
    });
  }

  async viewLacks(text: RegExp): Promise<void> {
    await waitFor(async () => ((await this.texts()).some((one) => text.test(one)) ? undefined : true), {
      what: `a view without ${text}`,
      details: async () => `It shows: ${(await this.texts()).join(' | ')}`,
    });
  }

  /** Presses a button that a line shows while the mouse is over it. */
  async inline(line: Locator, action: string): Promise<void> {
    await line.hover();
    await line.locator(`.actions a[aria-label^="${action}"]`).click();
  }

  /** Chooses from the context menu of a line. */
  async menu(line: Locator, action: string): Promise<void> {
    await line.click({ button: 'right' });
    await this.#editor.page.getByRole('menuitem', { name: action, exact: true }).click({ delay: 300 });
  }

  /** The text of the editor in front, once its tab has such a name. */
  async documentText(name: RegExp): Promise<string> {
    await this.#editor.page.locator('.tab.active').filter({ hasText: name }).waitFor();
    const lines = this.#editor.page.locator('.editor-group-container.active .view-lines');
    await lines.waitFor();
    await waitFor(async () => ((await lines.textContent())?.trim() ? true : undefined), { what: 'a text' });
    return ((await lines.textContent()) ?? '').replaceAll('\u00a0', ' ');
  }

  /** The frame of the preview in front, once it has a heading that matches. */
  async preview(heading: RegExp): Promise<Frame> {
    const { page } = this.#editor;
    await page
      .locator('.tab.active')
      .filter({ hasText: /^Preview / })
      .waitFor();
    return await waitFor(
      async () => {
        for (const frame of page.frames()) {
          const title = frame.getByRole('heading', { level: 1, name: heading }).first();
          // A preview that is made anew takes its frame away meanwhile.
          if (await title.isVisible().catch(() => false)) {
            return frame;
          }
        }
        return undefined;
      },
      { what: `a preview with the heading ${heading}` },
    );
  }

  /** The text of the preview in front, as it is read. */
  async previewText(heading: RegExp): Promise<string> {
    const { page } = this.#editor;
    for (let attempt = 1; ; attempt += 1) {
      const frame = await this.preview(heading);
      try {
        return await frame.locator('body').innerText({ timeout: 5_000 });
      } catch (error) {
        if (attempt === 3 || page.frames().includes(frame)) {
          throw error;
        }
      }
    }
  }

  /** Commands of this extension that the palette offers, without their category. */
  async offeredCommands(): Promise<readonly string[]> {
    const { page } = this.#editor;
    const category = 'Azure Credentials: ';
    await page.bringToFront();
    await page.keyboard.press('F1');
    await this.#editor.typeInput(`>${category}`, { confirm: false });
    const first = await this.#editor.quickPickEntries();
    // A long list is on the screen in part: from its first entry one goes up to its last.
    await page.keyboard.press('ArrowUp');
    const last = await this.#editor.quickPickEntries();
    await page.keyboard.press('Escape');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    const labels = new Set([...first, ...last].map(({ label }) => label));
    return [...labels]
      .flatMap((label) => (label.startsWith(category) ? [label.slice(category.length)] : []))
      .filter((title) => !/^(Focus on|Toggle|Reset) /.test(title))
      .sort();
  }

  /** Takes a picture in every kind of color theme. @param settings the window's other settings */
  async pictureInThemes(name: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
    for (const [kind, theme] of Object.entries(themes)) {
      await writeMachineSettings(join(this.#editor.dataFolder, 'user'), {
        'terminal.integrated.gpuAcceleration': 'off',
        ...settings,
        'workbench.colorTheme': theme,
      });
      await this.#editor.page.locator(`.monaco-workbench.${kind}`).waitFor();
      await this.#editor.screenshot(`${name}-${kind}`);
    }
  }
}
