import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { loopbackPage } from '../../src/entra/loopbackPage.ts';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { goBack } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe finds wrong inside an element. */
async function violations(page: EditorWindow['page'], selector: string): Promise<string[]> {
  await page.evaluate(axeSource);
  const result = await page.evaluate(
    (inside) => (globalThis as unknown as { axe: { run(at: string): Promise<AxeResult> } }).axe.run(inside),
    selector,
  );
  return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

/** Presses Tab until what has the focus is called so, at most once around. */
async function tabTo(page: EditorWindow['page'], name: RegExp): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const at = document.activeElement;
      if (at === document.body) {
        return '';
      }
      const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : at?.textContent;
      return `${label ?? ''} ${at?.getAttribute('aria-label') ?? ''}`;
    });
    if (name.test(focused)) {
      return;
    }
  }
  assert.fail(`Tab does not reach “${name}”`);
}

describe('Walkthrough and diagnosis', function () {
  this.timeout(90_000);
  let azure: LocalAzure;
  let editor: EditorWindow;

  before(async function () {
    this.timeout(120_000);
    azure = await startLocalAzure({ storage: false });
    editor = await openEditor({
      ...{ folder: join(root, 'test/azure/workspace'), env: azure.environment },
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      settings: sampleSettings(),
      screenshotFolder: join(root, 'artifacts/walkthrough'),
    });
  });
  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
  });
  afterEach(async function () {
    await editor?.screenshot(`${this.currentTest?.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 50)}`);
  });

  const step = (title: string) => editor.page.locator('.getting-started-step').filter({ hasText: title });

  it('signs in and gets a token with the keyboard alone', async () => {
    const { keyboard } = editor.page;
    const runWithKeys = async (title: string) => {
      await editor.page.bringToFront();
      await keyboard.press('F1');
      await editor.page.locator('.quick-input-widget:visible input').first().waitFor();
      await keyboard.type(title);
      await waitFor(async () => ((await editor.quickPickEntries())[0]?.label === title ? true : undefined), {
        what: `the palette at ${title}`,
      });
      await keyboard.press('Enter');
    };
    await runWithKeys('Azure Credentials: Sign In');
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

    await runWithKeys('Azure Credentials: Get Access Token');
    await waitFor(async () => ((await editor.inputText()).title.startsWith('Get an access token') ? true : undefined), {
      what: 'the list of resources',
    });
    await keyboard.type('Azure Storage');
    await keyboard.press('Enter');
    await editor.waitForNotification(/^The token for Azure Storage is in the clipboard/);
    assert.match(await editor.clipboard(), /^eyJ/);
  });

  it('shows every step', async () => {
    await editor.runCommand('Azure Credentials: Get Started');
    for (const title of [
      'Choose an application',
      'Sign in',
      'Get a token',
      'Clone a repository',
      'Connect the terminal',
    ]) {
      await step(title).first().click();
      await editor.screenshot(`step-${title.replaceAll(' ', '-')}`);
    }
    assert.equal(await editor.page.locator('.getting-started-step').count(), 5);
  });

  it('ticks the steps that were done before it was opened', async () => {
    await editor.runCommand('Azure Credentials: Get Started');
    for (const text of ['People sign in to Microsoft Entra ID', 'Your browser opens']) {
      const done = step(text).locator('.codicon-getting-started-step-checked.complete, .complete');
      await waitFor(async () => ((await done.count()) > 0 ? true : undefined), { what: `the tick of “${text}”` });
    }
  });

  it('has nothing in our steps that axe finds wrong, nor has the page that a sign-in ends at', async () => {
    const ours = (await violations(editor.page, '.getting-started-detail-right, .step-description-container')).filter(
      (violation) => !violation.includes('scrollbar'),
    );
    assert.deepEqual(ours, []);
    const page = await editor.context.newPage();
    await page.setContent(loopbackPage({ kind: 'failed', message: 'No.', advice: 'Do.' }));
    assert.deepEqual(await violations(page, 'html'), []);
    await page.close();
  });

  it('makes a report without a token, and one without names on request', async () => {
    await editor.runCommand('Azure Credentials: Diagnose');
    await editor.waitForNotification(/^The report holds no token/, { timeout: 60_000 });
    await editor.clickNotificationButton('Cut User Names');
    await editor.waitForNotification(/are cut from this report/);
    await editor.clickNotificationButton('Copy');
    const report = await waitFor(
      async () => {
        const text = await editor.clipboard();
        return text.startsWith('# Azure Credentials: diagnosis') ? text : undefined;
      },
      { what: 'the report in the clipboard' },
    );
    assert.match(report, /\d+ passed, 0 warnings, 0 failed/);
    assert.match(report, /\*\*pass\*\* Token for Azure Storage as user-1/);
    for (const subject of [
      'Proxy',
      'Sign-in service',
      'Clock',
      'Tenant',
      'Application',
      'Redirect',
      'Secret storage',
      'Git',
      'Terminals',
    ]) {
      assert.match(report, new RegExp(`\\*\\* ${subject}: `), subject);
    }
    assert.doesNotMatch(report, /ada|eyJ/i);
  });
});
