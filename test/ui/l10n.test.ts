import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { leftBehind, pseudo, pseudoExtension, pseudoLanguage, writeLanguagePack } from './pseudoLanguage.ts';
import { sampleSettings } from './sampleSettings.ts';
import { chooseAccount } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/** What is no text of ours, on any screen. */
const data = [
  ...[/https?:\/\/[^\s"]*/, /\b[\w.-]+@[\w.-]+/, /[\da-f]{8}-[\da-f-]{27}/, /\b[\w.-]+\.(?:com|md)\b/],
  ...['Azure Storage', 'Ada Sample', 'VS Code', 'code-server', 'Code - OSS', /\d+:\d+(?::\d+)? [AP]M/],
];

/** What the editor itself adds, in which the language pack of this test has no texts. */
const editorsOwn = [/Focus on | View/, /Cancel/, /Press 'Enter' to confirm or 'Escape' to cancel/];

/** Names of services, which are the same in every language. */
const serviceNames = [/Azure [A-Z]\w+(?: [A-Z]\w+)*/];

describe('A window in another language', function () {
  this.timeout(90_000);
  let azure: LocalAzure;
  let editor: EditorWindow;
  let extension: Awaited<ReturnType<typeof pseudoExtension>>;
  let userDataDir: string;
  const command = (title: string) => pseudo(`Azure Credentials: ${title}`);

  before(async function () {
    this.timeout(120_000);
    [azure, extension] = await Promise.all([startLocalAzure({ storage: false }), pseudoExtension()]);
    userDataDir = await mkdtemp(join(tmpdir(), 'adc-'));
    await writeLanguagePack(join(userDataDir, 'user'), pseudoLanguage);
    editor = await openEditor({
      ...{ folder: join(root, 'test/azure/workspace'), userDataDir, extensions: [extension.path] },
      ...{ env: azure.environment, proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash } },
      ...{ settings: sampleSettings(), args: ['--locale', pseudoLanguage] },
      screenshotFolder: join(root, 'artifacts/l10n'),
    });
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    await extension?.remove();
    await rm(userDataDir, { recursive: true, force: true, maxRetries: 5 });
  });

  afterEach(async function () {
    await editor?.screenshot(`${this.currentTest?.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 50)}`);
  });

  it('offers its commands in that language', async () => {
    const entries = await editor.paletteEntries(pseudo('Azure Credentials'));
    assert.ok(entries.length >= 6, entries.join());
    assert.deepEqual(
      entries.flatMap((entry) => leftBehind(entry, [...data, ...editorsOwn])),
      [],
    );
  });

  it('says in that language what to do in an empty view', async () => {
    await editor.page
      .getByRole('tab', { name: pseudo('Azure Credentials') })
      .first()
      .click();
    const welcome = editor.page.locator('.welcome-view-content:visible');
    await welcome.waitFor();
    assert.deepEqual(leftBehind(await welcome.innerText(), data), []);
  });

  it('signs in, hands out a token and lists it without a word of English', async () => {
    const page = await editor.waitForNewPage(async () => {
      await editor.runCommand(command('Sign In'));
      await editor.dialogButton('Open');
    });
    const box = await editor.inputText();
    await chooseAccount(page, 'ada@contoso.com');
    await page.getByText(pseudo('go back to the editor')).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), pseudoLanguage);
    assert.deepEqual(leftBehind(await page.locator('main').innerText(), data), []);
    await page.close();
    await editor.page.bringToFront();
    assert.deepEqual(
      leftBehind(`${box.title} ${box.placeholder} ${box.message}`, [...data, ...editorsOwn, /localhost|code/]),
      [],
    );
    await editor.waitForNotification(new RegExp(pseudo('Signed in to Azure as')));

    await editor.runCommand(command('Get Access Token'));
    const services = await waitFor(
      async () => {
        const entries = await editor.quickPickEntries();
        return entries.length > 3 ? entries : undefined;
      },
      { what: 'the list of services' },
    );
    assert.deepEqual(
      services.flatMap(({ detail }) =>
        leftBehind(detail, [...data, ...serviceNames, /SQL|Cosmos|Data Lake|Gen|Entra|Fabric|Microsoft/]),
      ),
      [],
    );
    await editor.pick('Azure Storage');
    await editor.waitForNotification(new RegExp(pseudo('is in the clipboard')));
    for (const { message, buttons } of editor.notifications()) {
      assert.deepEqual(leftBehind([message, ...buttons].join(' '), [...data, ...editorsOwn]), [], message);
    }
  });

  it('shows accounts, tokens and the status bar in that language', async () => {
    const rows = editor.page.locator('.pane-body .monaco-list-row');
    await rows.first().waitFor();
    const labels = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
    assert.ok(labels.length >= 3, labels.join('\n'));
    assert.deepEqual(
      labels.flatMap((label) => leftBehind(label, [...data, /contoso|Contoso/, /user_impersonation/])),
      [],
    );
    const item = editor.page
      .locator('.statusbar-item')
      .filter({ hasText: /ada@contoso/ })
      .first();
    assert.deepEqual(leftBehind((await item.locator('a').getAttribute('aria-label')) ?? '', [...data]), []);
  });

  it('diagnoses in that language', async () => {
    await editor.runCommand(command('Diagnose'));
    await editor.waitForNotification(new RegExp(pseudo('holds no token')), { timeout: 60_000 });
    const report = await waitFor(
      async () => {
        const text = (await editor.page.locator('.editor-instance .view-lines').first().innerText()).replaceAll(
          '\u00a0',
          ' ',
        );
        return text.includes('#') ? text : undefined;
      },
      { what: 'the report' },
    );
    const technical = [
      /\S+=[^,]*|server-distro|http\.|Node\.js|linux \S+ \(\w+\)|http\.\w+=\S*|[A-Z_]+=\S*|viewer|browser|public|qps-ploc|code/,
      /azureCredentials[.\w]*|Azure Delegated Credentials/,
    ];
    assert.deepEqual(leftBehind(report, [...data, ...technical, ...serviceNames, /git|on|off|fallback|true|web/]), []);
  });

  it('shows its walkthrough in that language', async () => {
    await editor.runCommand(command('Get Started'));
    const steps = editor.page.locator('.getting-started-step');
    await steps.first().waitFor();
    assert.equal(await steps.count(), 5);
    const texts: Readonly<Record<string, string>> = JSON.parse(await readFile(join(root, 'package.nls.json'), 'utf8'));
    for (const id of ['application', 'signIn', 'token', 'clone', 'terminal']) {
      await editor.page
        .getByText(pseudo(texts[`walkthrough.${id}.title`] ?? ''))
        .first()
        .waitFor();
    }
    assert.deepEqual(
      leftBehind((await steps.allInnerTexts()).join('\n'), [
        ...data,
        /`[^`]*`|az\b|azd|command:\S+|localhost|\$\{[^}]*\}/,
      ]),
      [],
    );
  });
});
