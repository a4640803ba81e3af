import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { loopbackPage } from '../../src/entra/loopbackPage.ts';
import { violations, violationsIn } from './axe.ts';
import type { EditorWindow } from './editorWindow.ts';
import { arrowTo, menuWithKeys, runWithKeys, tabTo } from './keyboard.ts';
import { Overview } from './overview.ts';
import { sampleSettings } from './sampleSettings.ts';
import { clearNotifications, goBack } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';
import { openWalkthrough, walkthroughSettled, walkthroughStep } from './walkthroughSteps.ts';
import { windowUnderTest } from './windowUnderTest.ts';

const steps = ['application', 'signIn', 'token', 'clone', 'terminal'] as const;

/** The walkthrough, and all that there is to see and to do, for those who use a keyboard or a screen reader. */
describe('Walkthrough, keyboard and screen reader', function () {
  this.timeout(90_000);
  const window = windowUnderTest({ screenshots: 'walkthrough' });
  const overview = new Overview(window);
  let editor: EditorWindow;

  before(() => {
    ({ editor } = window);
  });

  const step = (id: (typeof steps)[number]) => walkthroughStep(editor, id);
  const hideSideBar = async () => {
    if (await editor.page.locator('.part.sidebar').isVisible()) {
      await editor.runCommand('View: Toggle Primary Side Bar Visibility');
    }
  };
  /** The picture beside the steps, which the editor keeps in a frame of its own. */
  const picture = (): Promise<Frame> =>
    waitFor(
      async () => {
        for (const frame of editor.page.frames()) {
          const svg = frame.locator('body > svg').first();
          if (await svg.isVisible().catch(() => false)) {
            return frame;
          }
        }
        return undefined;
      },
      { what: 'the picture of a step' },
    );

  describe('with the keyboard alone', () => {
    it('a person signs in and gets a token', async () => {
      const { keyboard } = editor.page;
      await runWithKeys(editor, 'Azure Credentials: Sign In');
      await editor.page.locator('.monaco-dialog-box').waitFor();
      const page = await editor.waitForNewPage(() => keyboard.press('Enter'));
      await tabTo(page, /Use another account|Email/);
      if ((await page.getByLabel('Email').count()) === 0) {
        await page.keyboard.press('Enter');
        await page.getByLabel('Email').waitFor();
        await tabTo(page, /Email/);
      }
      await page.keyboard.type('ada@contoso.com');
      await page.keyboard.press('Enter');
      await goBack(editor, page);
      await editor.waitForNotification(/^Signed in to Azure as ada@contoso\.com/);

      await runWithKeys(editor, 'Azure Credentials: Get Access Token');
      await waitFor(
        async () => ((await editor.inputText()).title.startsWith('Get an access token') ? true : undefined),
        { what: 'the list of resources' },
      );
      await keyboard.type('Azure Storage');
      await keyboard.press('Enter');
      await editor.waitForNotification(/^The token for Azure Storage is in the clipboard/);
      assert.match(await editor.clipboard(), /^eyJ/);
    });

    it('a token is copied, renewed and inspected from its line of the view', async () => {
      const { page } = editor;
      await page.evaluate(() => navigator.clipboard.writeText(''));
      await runWithKeys(editor, 'Azure Credentials: Focus on Azure Credentials View');
      await overview.viewShows(/^Azure Storage/);
      await arrowTo(page, /^Azure Storage/);
      await menuWithKeys(page, 'Copy Token');
      await editor.waitForNotification(/^The token for Azure Storage is in the clipboard/);
      assert.match(await editor.clipboard(), /^eyJ/);
      await arrowTo(page, /^Azure Storage/);
      await menuWithKeys(page, 'Refresh Token');
      await page.locator('.statusbar').getByText('The token for Azure Storage is new').waitFor();
      await arrowTo(page, /^Azure Storage/);
      await menuWithKeys(page, 'Inspect Token');
      await overview.documentText(/Azure Storage\.jsonc/);
    });

    it('signing out is asked on the line of an account, and given up', async () => {
      const { page } = editor;
      await runWithKeys(editor, 'Azure Credentials: Focus on Azure Credentials View');
      await arrowTo(page, /^ada@contoso\.com/);
      await menuWithKeys(page, 'Sign Out');
      assert.match(await editor.dialogText(), /Sign out ada@contoso\.com/);
      await page.keyboard.press('Escape');
      await page.locator('.monaco-dialog-box').waitFor({ state: 'detached' });
    });

    it('the item of the status bar is reached and opens the view', async () => {
      const { page } = editor;
      await runWithKeys(editor, 'View: Toggle Primary Side Bar Visibility');
      await overview.pane().first().waitFor({ state: 'hidden' });
      const focused = () =>
        page.evaluate(() => ({
          isInside: document.activeElement?.closest('.part.statusbar') instanceof Element,
          name: document.activeElement?.getAttribute('aria-label') ?? '',
        }));
      await waitFor(
        async () => {
          if (!(await focused()).isInside) {
            await runWithKeys(editor, 'View: Focus Status Bar');
          }
          await page.keyboard.press('ArrowRight');
          return /signed in as ada@contoso\.com/.test((await focused()).name) ? true : undefined;
        },
        { what: 'the focus at our item of the status bar' },
      );
      await page.keyboard.press('Enter');
      await overview.viewShows(/^ada@contoso\.com/);
    });

    it('a step of the walkthrough is opened, and its button does what it says', async () => {
      const { page } = editor;
      await runWithKeys(editor, 'Azure Credentials: Get Started');
      await walkthroughSettled(editor);
      await tabTo(page, /^Get a token/);
      await page.keyboard.press('Enter');
      await step('token').and(page.locator('.expanded')).waitFor();
      await walkthroughSettled(editor);
      await tabTo(page, /^Get Access Token/);
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-title', { hasText: 'Get an access token' }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
      // The focus comes back to the button that was pressed.
      await walkthroughSettled(editor);
    });
  });

  describe('the walkthrough', () => {
    before(async () => {
      await clearNotifications(editor);
      await hideSideBar();
    });

    it('ticks the steps that were done before it was opened', async () => {
      await openWalkthrough(editor);
      for (const id of ['application', 'signIn', 'token'] as const) {
        await waitFor(async () => ((await step(id).getAttribute('aria-checked')) === 'true' ? true : undefined), {
          what: `the tick of “${id}”`,
        });
      }
      assert.equal(await editor.page.locator('.getting-started-step').count(), steps.length);
    });

    it('has a picture at every step that is seen, in every kind of theme', async () => {
      await openWalkthrough(editor);
      for (const id of steps) {
        await step(id).click();
        // Each step has its own picture, in a new frame.
        const drawn = await waitFor(() => drawnIn(picture), { what: 'a drawn picture' });
        assert.ok(drawn.length > 3, `${id}: ${drawn}`);
        await editor.screenshot(`step-${id}`);
      }
      await overview.pictureInThemes('step-terminal', sampleSettings());
    });
  });

  describe('axe finds nothing wrong in', () => {
    it('the view, the status bar and its hover', async () => {
      await overview.open();
      await overview.viewShows(/^Azure Storage/);
      assert.deepEqual(await ours('.sidebar .pane-body'), []);
      await overview.hoverShows(/Tokens in memory/);
      assert.deepEqual(await ours('.workbench-hover-container'), []);
      assert.deepEqual(await ours(overview.statusSelector), []);
    });

    it('the walkthrough and its pictures', async () => {
      // There are none where there is too little room.
      await hideSideBar();
      await openWalkthrough(editor);
      await step('signIn').click();
      assert.deepEqual(await ours('.step-container'), []);
      const drawing = await (await picture()).locator('body').innerHTML();
      assert.deepEqual(await violationsIn(editor.context, `<h1>Step</h1>${drawing}`), []);
    });

    it('what “Inspect Token” and “Explain a 403” show', async () => {
      await editor.runCommand('Azure Credentials: Inspect Token');
      await editor.pick('Azure Storage');
      await overview.documentText(/Azure Storage\.jsonc/);
      assert.deepEqual(await ours('.editor-group-container.active .editor-instance'), []);
      await editor.runCommand('Azure Credentials: Explain a 403');
      await editor.typeInput('GET https://graph.microsoft.com/v1.0/users');
      await editor.pick(/Microsoft Graph/);
      const preview = await overview.preview(/why was this refused/);
      assert.deepEqual(await violationsIn(editor.context, await preview.locator('body').innerHTML()), []);
    });

    it('the pages at which a sign-in ends', async () => {
      const page = await editor.context.newPage();
      await page.setContent(loopbackPage({ kind: 'failed', message: 'No.', advice: 'Do.' }));
      assert.deepEqual(await violations(page, 'html'), []);
      await page.setContent(loopbackPage({ kind: 'signedIn' }));
      assert.deepEqual(await violations(page, 'html'), []);
      await page.close();
    });
  });

  /** What axe finds, without what is the editor's own. */
  async function ours(selector: string): Promise<readonly string[]> {
    return (await violations(editor.page, selector)).filter((violation) => !editorsOwn.test(violation));
  }
});

/** Elements that the editor makes by itself, for whatever extension; `mtk` are its theme's colours of code. */
const editorsOwn = /scrollbar|class="(?:mtk\d+|line-numbers )/;

/** The shapes of a picture that have a colour; none while it is not there. */
async function drawnIn(picture: () => Promise<Frame>): Promise<readonly string[] | undefined> {
  const shapes = await (await picture())
    .locator('svg :is(path, rect, circle)')
    .evaluateAll((all) =>
      all.flatMap((shape) => {
        const { fill, stroke } = getComputedStyle(shape);
        const color = [fill, stroke].find((one) => one.startsWith('rgb'));
        return color === undefined ? [] : [color];
      }),
    )
    .catch(() => []);
  return shapes.length > 0 ? shapes : undefined;
}
