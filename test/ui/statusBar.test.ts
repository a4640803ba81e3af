import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeMachineSettings } from '../../scripts/editor/settings.mjs';
import { diagnose } from './diagnosis.ts';
import type { EditorWindow } from './editorWindow.ts';
import { Overview } from './overview.ts';
import { sampleSettings } from './sampleSettings.ts';
import { chooseAccount, followSignIn, goBack } from './signInSteps.ts';
import { openWalkthrough, walkthroughStep } from './walkthroughSteps.ts';
import { windowUnderTest } from './windowUnderTest.ts';

const run = promisify(execFile);

/** A window in Restricted Mode with nothing configured: the extension keeps quiet until it means something. */
describe('The status bar and the view before anything is configured, in Restricted Mode', function () {
  this.timeout(60_000);
  const window = windowUnderTest({
    screenshots: 'view',
    settings: {},
    workspaceTrust: true,
    viewport: { width: 700, height: 600 },
    colorTheme: 'Default Light Modern',
    prepare: async (folder) => {
      await run('git', ['init', '--quiet', join(folder, 'workspace')]);
      return { folder: join(folder, 'workspace') };
    },
  });
  const overview = new Overview(window);
  let editor: EditorWindow;
  let folder: string;

  before(() => {
    ({ editor } = window);
    folder = join(window.folder, 'workspace');
  });

  const configure = (settings: Readonly<Record<string, unknown>>) =>
    writeMachineSettings(join(editor.dataFolder, 'user'), {
      'workbench.colorTheme': 'Default Light Modern',
      ...settings,
    });
  it('the status bar stays empty, and the view says what can be done', async () => {
    await overview.open();
    await overview.pane().getByText("the editor's own Microsoft account is used").waitFor();
    await overview.pane().getByText('In Restricted Mode neither git nor terminals are given credentials').waitFor();
    assert.equal(await overview.status().count(), 0);
    await editor.screenshot('quiet');
  });

  it('an application that is wanted and not named: it is said, with the way to the setting', async () => {
    await configure({ 'azureCredentials.source': 'application' });
    await overview.pane().getByText('The settings ask for an application to sign in with, and none is named').waitFor();
    await overview.status().waitFor();
    await overview.hoverShows(/No application is configured.*Open Settings/s);
    await overview.pane().getByRole('button', { name: 'Open Settings' }).click();
    await editor.page.locator('.settings-editor').getByText('Client Id').first().waitFor();
    await editor.page.keyboard.press('Control+F4');
  });

  it('signed in, the view says what Restricted Mode withholds', async () => {
    await configure(sampleSettings());
    const page = await followSignIn(editor, () => overview.pane().getByRole('button', { name: 'Sign In' }).click());
    await chooseAccount(page, 'ada@contoso.com');
    await goBack(editor, page);
    await overview
      .pane()
      .getByText(/Restricted Mode: neither git nor terminals/)
      .waitFor();
    await overview.statusShows(/ada@contoso\.com/);
    await overview.pane().locator('.monaco-list-row').filter({ hasText: 'No tokens in memory' }).waitFor();
    const lines = await overview.pane().locator('.monaco-list-row').allTextContents();
    assert.deepEqual(
      lines.map((line) => line.trim()),
      ['ada@contoso.comAda Sample', 'No tokens in memory'],
    );
    await overview.hoverShows(/Git: not in Restricted Mode.*Terminals: not in Restricted Mode/);
    await editor.screenshot('restricted');
  });

  it('the palette offers what can be done in Restricted Mode, and tokens are had and inspected', async () => {
    const offered = await overview.offeredCommands();
    assert.ok(offered.includes('Get Access Token') && offered.includes('Inspect Token'), offered.join());
    for (const title of ['Connect Terminals', 'Bind Azure DevOps Organization to Account']) {
      assert.ok(!offered.includes(title), title);
    }
    await editor.runCommand('Azure Credentials: Inspect Token');
    await editor.pick('Azure Storage');
    assert.match(await overview.documentText(/Azure Storage\.jsonc/), /account ada@contoso\.com/);
    await overview.viewShows(/^Azure Storage/);
  });

  it('the diagnosis says what Restricted Mode withholds and how to change that', async () => {
    const { report, withoutNames, findings } = await diagnose(editor, overview);
    assert.match(report, /Workspace: Restricted Mode/);
    assert.match(findings.get('Git credential helper') ?? '', /^note: Off.*\n.*Next step: Trust the workspace/);
    assert.match(findings.get('Terminals') ?? '', /^note: Not connected.*\n.*Next step: Trust the workspace/);
    assert.match(findings.get('Token for Azure Storage as user-1') ?? '', /^pass/);
    assert.match(withoutNames, / 0 warnings, 0 failed/);
    assert.doesNotMatch(withoutNames, /ada@contoso|Ada Sample|eyJ/);
    await editor.screenshot('restricted-diagnosis');
  });

  it('the walkthrough and the log are there too', async () => {
    await openWalkthrough(editor);
    await walkthroughStep(editor, 'signIn').and(editor.page.locator('[aria-checked="true"]')).waitFor();
    await editor.runCommand('Azure Credentials: Show Log');
    await editor.page.locator('.panel .view-lines').waitFor();
    await editor.runCommand('View: Hide Panel');
  });

  it('a repository of Azure DevOps in a trusted workspace makes it appear, with nothing configured', async () => {
    await configure({});
    await overview.status().waitFor({ state: 'detached' });
    await run('git', ['-C', folder, 'remote', 'add', 'origin', 'https://dev.azure.com/contoso/Sample/_git/Sample']);
    await editor.runCommand('Workspaces: Manage Workspace Trust');
    await editor.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: 'Trust', exact: true })
      .first()
      .click();
    await overview.status().waitFor();
    assert.match((await overview.status().textContent()) ?? '', /Sign in to Azure/);
    await run('git', ['-C', folder, 'remote', 'remove', 'origin']);
    await overview.status().waitFor({ state: 'detached' });
  });
});
