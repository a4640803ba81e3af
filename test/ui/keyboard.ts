import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { EditorWindow } from './editorWindow.ts';
import { waitFor } from './waitFor.ts';

/** Runs a command of the palette without the mouse. */
export async function runWithKeys(editor: EditorWindow, title: string): Promise<void> {
  const { keyboard } = editor.page;
  await editor.page.bringToFront();
  await keyboard.press('F1');
  await editor.page.locator('.quick-input-widget:visible input').first().waitFor();
  await keyboard.type(title);
  await waitFor(async () => ((await editor.quickPickEntries())[0]?.label === title ? true : undefined), {
    what: `the palette at ${title}`,
  });
  await keyboard.press('Enter');
}

/** Presses Tab until what has the focus is called so, at most once around. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  await pressUntil(page, 'Tab', name, () => focusedName(page));
}

/** Goes down a list or tree that has the focus, until the line is one that matches. */
export async function arrowTo(page: Page, line: RegExp): Promise<void> {
  await page.keyboard.press('Home');
  const focused = page.locator('.monaco-list:focus-within .monaco-list-row.focused');
  await pressUntil(page, 'ArrowDown', line, async () => (await focused.first().textContent()) ?? '', { look: 'first' });
}

/** Opens the context menu of what has the focus, and chooses from it. */
export async function menuWithKeys(page: Page, action: string): Promise<void> {
  await page.keyboard.press('Shift+F10');
  const focused = page.locator('.monaco-menu .action-item.focused .action-label');
  await page.locator('.monaco-menu').first().waitFor();
  await pressUntil(page, 'ArrowDown', new RegExp(`^${action}$`), async () => {
    const label = (await focused.count()) > 0 ? await focused.first().textContent() : '';
    return label?.trim() ?? '';
  });
  await page.keyboard.press('Enter');
}

async function pressUntil(
  page: Page,
  key: string,
  name: RegExp,
  focused: () => Promise<string>,
  { look = 'after' }: { look?: 'first' | 'after' } = {},
): Promise<void> {
  if (look === 'first' && name.test(await focused())) {
    return;
  }
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press(key);
    if (name.test(await focused())) {
      return;
    }
  }
  assert.fail(`${key} does not reach “${name}”`);
}

async function focusedName(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const at = document.activeElement;
    if (at === document.body) {
      return '';
    }
    const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : at?.textContent;
    return `${label ?? ''} ${at?.getAttribute('aria-label') ?? ''}`;
  });
}
