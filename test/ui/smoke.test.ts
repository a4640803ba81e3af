import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { waitFor } from './waitFor.ts';

describe('an editor window', function () {
  this.timeout(90_000);
  let folder: string;
  let editor: EditorWindow;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'smoke-'));
    await writeFile(join(folder, 'notes.txt'), 'A folder for tests.\n');
    editor = await openEditor({ folder });
  });

  after(async () => {
    await editor?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('starts this extension', async () => {
    await waitFor(
      async () => {
        const texts = await Promise.all((await editor.logs()).map((file) => readFile(file, 'utf8')));
        const started = /_doActivateExtension delegated-credentials\.azure-delegated-credentials,/;
        return texts.some((text) => started.test(text)) ? true : undefined;
      },
      { what: 'a log that says so' },
    );
  });

  it('runs a command of the palette', async () => {
    await editor.runCommand('Developer: Show Running Extensions');
    await editor.page.locator('.tab', { hasText: 'Running Extensions' }).waitFor();
  });

  it('runs programs in its terminal', async () => {
    await editor.openTerminal();
    await editor.runInTerminal('echo $((6 * 7))-shown && echo written > from-terminal.txt');
    await editor.waitForTerminal(/^42-shown$/m);
    const written = await waitFor(() => readFile(join(folder, 'from-terminal.txt'), 'utf8').catch(() => undefined), {
      what: 'the file that the terminal writes',
    });
    assert.equal(written, 'written\n');
  });

  it('is usable again after it was reloaded and after it was restarted', async () => {
    await editor.reload();
    assert.ok((await editor.paletteEntries('Close All Editors')).includes('View: Close All Editors'));
    await editor.restart();
    assert.ok((await editor.paletteEntries('Close All Editors')).includes('View: Close All Editors'));
  });

  it('shows no error by itself', () => {
    const errors = editor.notifications().filter(({ severity }) => severity === 'error');
    assert.deepEqual(errors, []);
  });
});
