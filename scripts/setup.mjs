// Installs what a script needs and is not there yet. Runs before anything is installed: Node's own modules only, and any
// Node from 20 on.
import { ensureBrowser } from './setup/browser.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureEditor } from './setup/editor.mjs';
import { continueOnProjectNode } from './setup/node.mjs';

/**
 * Makes sure that a script has what it needs, then continues it on the project's own Node.
 *
 * Silent and quick when all is there. What is missing is installed side by side.
 * @param {{ editor?: import('./setup/editor.mjs').EditorName | undefined, browser?: boolean }} [needs]
 *   the dependencies are always needed
 */
export async function ensure({ editor, browser = false } = {}) {
  const parts = [ensureDependencies()];
  if (editor !== undefined) {
    parts.push(ensureEditor(editor));
  }
  if (browser) {
    parts.push(ensureBrowser().then(() => undefined));
  }
  const outcomes = await Promise.allSettled(parts);
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
  if (failures.length > 0) {
    for (const { reason } of failures) {
      console.error(`\nSet-up failed: ${reason instanceof Error ? reason.message : reason}`);
    }
    process.exit(1);
  }
  await continueOnProjectNode();
}
