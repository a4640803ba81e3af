import type { Locator } from 'playwright-core';
import type { EditorWindow } from './editorWindow.ts';
import { waitFor } from './waitFor.ts';

/** A step of the walkthrough by its id in package.json. */
export function walkthroughStep(editor: EditorWindow, id: string): Locator {
  return editor.page.locator(`.getting-started-step[data-step-id$="#${id}"]`);
}

/** Opens the walkthrough, and waits until it has the focus for good. */
export async function openWalkthrough(editor: EditorWindow): Promise<void> {
  await editor.runCommand('Azure Credentials: Get Started');
  await walkthroughSettled(editor);
}

/**
 * The editor moves the focus into a walkthrough some moments after it was opened or a step was chosen, which would close a
 * palette that is opened meanwhile.
 */
export async function walkthroughSettled(editor: EditorWindow): Promise<void> {
  const { page } = editor;
  await page.locator('.getting-started-step.expanded').waitFor();
  const isInside = () =>
    page.evaluate(() => {
      const walkthrough = document.activeElement?.closest('.gettingStartedContainer');
      return walkthrough !== null && walkthrough !== undefined;
    });
  await waitFor(
    async () => {
      const before = await isInside();
      await page.waitForTimeout(400);
      return before && (await isInside()) ? true : undefined;
    },
    { what: 'the focus in the walkthrough' },
  );
}
