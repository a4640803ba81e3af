import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { writeMachineSettings } from '../../scripts/editor/settings.mjs';
import type { EditorWindow } from './editorWindow.ts';
import { waitFor } from './waitFor.ts';

/** Starts a sign-in from the palette and agrees that the browser opens. @returns the page of Entra */
export async function openSignIn(editor: EditorWindow): Promise<Page> {
  return await followSignIn(editor, () => editor.runCommand('Azure Credentials: Sign In'));
}

/** Does something that makes the editor want to open the browser, and agrees. @returns the page that opens */
export async function followSignIn(editor: EditorWindow, start: () => Promise<void>): Promise<Page> {
  return await editor.waitForNewPage(async () => {
    await start();
    await editor.dialogButton('Open');
  });
}

/** Picks an account on the page of Entra, whether it is in the list or not. */
export async function chooseAccount(page: Page, username: string): Promise<void> {
  const listed = page.getByRole('button', { name: username });
  if ((await listed.count()) > 0) {
    await listed.click();
    return;
  }
  await page.getByRole('button', { name: 'Use another account' }).click();
  await page.getByLabel('Email').fill(username);
  await page.getByRole('button', { name: 'Next' }).click();
}

/** Goes through a whole sign-in of a person whom no policy stops. */
export async function signInAs(editor: EditorWindow, username: string): Promise<void> {
  const page = await openSignIn(editor);
  await chooseAccount(page, username);
  await goBack(editor, page);
  await editor.waitForNotification(new RegExp(`^Signed in to Azure as ${username}`));
}

/** Waits for the page that sends the person back to the editor, closes it, and does so. */
export async function goBack(editor: EditorWindow, page: Page): Promise<void> {
  await page.getByText(/go back to the editor/i).waitFor();
  await page.close();
  await editor.page.bringToFront();
}

/** Gets a token with the palette. @param resource a name in the list; anything with a colon is typed in */
export async function getToken(editor: EditorWindow, resource: string): Promise<void> {
  await editor.runCommand('Azure Credentials: Get Access Token');
  if (resource.includes(':')) {
    await editor.typeInput(resource, { confirm: false });
    await editor.pick(`Use “${resource}”`);
  } else {
    await editor.pick(resource);
  }
}

/** The claims of the token that is in the clipboard. */
export async function copiedClaims(editor: EditorWindow): Promise<Readonly<Record<string, unknown>>> {
  const [, payload = ''] = (await editor.clipboard()).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

/** Writes other settings for the machine, and waits until the window and its extensions have them. */
export function settingsOf(editor: EditorWindow): (settings: Readonly<Record<string, unknown>>) => Promise<void> {
  let times = 0;
  return async (settings) => {
    times += 1;
    const title = `settings ${times}`;
    await writeMachineSettings(join(editor.dataFolder, 'user'), { ...settings, 'window.title': title });
    // The window is told of all settings at once, and tells its extensions before it runs the next command.
    await waitFor(async () => ((await editor.page.title()).includes(title) ? true : undefined), {
      what: 'the editor to read its settings again',
    });
  };
}

/** Who is signed in, as "Switch Account" tells it. Switches nothing. */
export async function signedInAccounts(editor: EditorWindow): Promise<readonly string[]> {
  await editor.runCommand('Azure Credentials: Switch Account');
  await editor.page.locator('.quick-input-title', { hasText: 'Switch the Azure account' }).waitFor();
  const labels = (await editor.quickPickEntries()).map(({ label }) => label);
  await editor.page.keyboard.press('Escape');
  await editor.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  return labels.filter((label) => label.includes('@')).sort();
}

/** Waits until the palette offers nothing that needs a person who is signed in. */
export async function waitForNobody(editor: EditorWindow): Promise<void> {
  const signOut = 'Azure Credentials: Sign Out';
  await waitFor(async () => ((await editor.paletteEntries(signOut)).includes(signOut) ? undefined : true), {
    what: 'a palette without Sign Out',
  });
}

/**
 * Takes every notification off the screen, and lets none of them count any more: an editor shows some three at a time,
 * and shows the others again when there is room.
 */
export async function clearNotifications(editor: EditorWindow): Promise<void> {
  await editor.runCommand('Notifications: Clear All Notifications');
  await waitFor(async () => ((await editor.page.locator('.notification-list-item').count()) === 0 ? true : undefined), {
    what: 'an empty list of notifications',
  });
  while ((await editor.waitForNotification(/^/, { timeout: 0 }).catch(() => undefined)) !== undefined) {
    // Each call marks one as seen.
  }
}
