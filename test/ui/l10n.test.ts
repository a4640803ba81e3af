import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import type { LocalAzure } from '../azure/localAzure.ts';
import { buildConsumer } from '../editor/consumers/buildConsumer.ts';
import type { EditorWindow } from './editorWindow.ts';
import { data, dates, editorsOwn, serviceNames, visibleWords } from './notTranslated.ts';
import { Overview } from './overview.ts';
import { leftBehind, pseudo, pseudoExtension, pseudoLanguage, writeLanguagePack } from './pseudoLanguage.ts';
import { sampleSettings } from './sampleSettings.ts';
import { chooseAccount, clearNotifications, settingsOf } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';
import { windowUnderTest } from './windowUnderTest.ts';

const settings = sampleSettings({ 'azureCredentials.terminal.azureSdk': true });

describe('A window in another language', function () {
  this.timeout(90_000);
  const window = windowUnderTest({
    screenshots: 'l10n',
    settings,
    args: ['--locale', pseudoLanguage],
    prepare: async (folder) => {
      const userDataDir = join(folder, 'u');
      await writeLanguagePack(join(userDataDir, 'user'), pseudoLanguage);
      const extensions = [await pseudoExtension(join(folder, 'ours')), await buildConsumer('api-consumer', folder)];
      return { userDataDir, extensions };
    },
  });
  const overview = new Overview(window, pseudo('Azure Credentials'));
  let azure: LocalAzure;
  let editor: EditorWindow;
  let changeSettings: (settings: Readonly<Record<string, unknown>>) => Promise<void>;
  const command = (title: string) => pseudo(`Azure Credentials: ${title}`);
  const run = (title: string) => editor.runCommand(command(title));
  /** No word of a text may be English, but for data, names of services and what is given. */
  const translated = (text: string, names: readonly (string | RegExp)[] = []): void => {
    assert.notEqual(text.trim(), '');
    assert.deepEqual(leftBehind(text, [...data, ...names, ...editorsOwn, ...serviceNames]), [], text);
  };
  /** Waits for a notification of ours, and looks at its words and buttons. */
  const tells = async (text: string, names: readonly (string | RegExp)[] = []): Promise<void> => {
    const pattern = new RegExp(pseudo(text).replace(/[^\p{L}\p{N} ]/gu, '\\$&'));
    const { message, buttons } = await editor.waitForNotification(pattern, { timeout: 60_000 });
    translated([message, ...buttons].join(' '), names);
  };
  /** Looks at all words of the list or box that a command shows. */
  const inputIsTranslated = async (names: readonly (string | RegExp)[] = []): Promise<void> => {
    const widget = editor.page.locator('.quick-input-widget:visible');
    // The palette has no title; what a command shows has one.
    await widget.locator('.quick-input-title', { hasText: /\S/ }).waitFor();
    const placeholder = await widget.locator('.quick-input-box input').getAttribute('placeholder');
    translated(`${placeholder ?? ''} ${await widget.evaluate(visibleWords)}`, [
      ...names,
      /\d+ (?:Selected|Results)|\bOK\b/,
    ]);
    await editor.page.keyboard.press('Escape');
    await widget.waitFor({ state: 'hidden' });
  };

  before(() => {
    ({ azure, editor } = window);
    changeSettings = settingsOf(editor);
  });

  afterEach(async function () {
    await editor?.screenshot(`${this.currentTest?.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 50)}`);
    await editor.page.keyboard.press('Escape');
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
    await run('Diagnose');
    await tells('holds no token');
    const technical = [
      /\S+=[^,]*|server-distro|http\.|Node\.js|linux \S+ \(\w+\)|http\.\w+=\S*|[A-Z_]+=\S*|viewer|browser|public|qps-ploc|code/,
      ...[/Azure Delegated Credentials/, /git|on|off|fallback|true|web|azureSdk/],
    ];
    translated(await overview.previewText(/./), technical);
    await editor.clickNotificationButton(pseudo('Cut User Names'));
    await tells('are cut from this report');
    translated(await overview.previewText(/./), [...technical, 'user']);
    await clearNotifications(editor);
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

  it('says on hovering what it says elsewhere', async () => {
    await overview.open();
    translated(await overview.hoverShows(new RegExp(pseudo('Tokens in memory'))), ['contoso.com']);
    for (const line of [/^ada@contoso/, /^contoso/, /^Azure Storage/, new RegExp(`^${pseudo('Terminals')}`)]) {
      await editor.page.mouse.move(600, 500);
      await overview.row(line).hover();
      const hover = overview.hover();
      await hover.waitFor();
      translated((await hover.textContent()) ?? '', ['user_impersonation', 'contoso']);
    }
    await editor.page.mouse.move(600, 500);
  });

  it('names in that language who asked for a token', async () => {
    await run('Refresh All Tokens');
    await tells('Roles, groups and scopes are the same as before');
    await overview.row(new RegExp(`^${pseudo('Recent Activity')}`)).click();
    const label = await waitFor(
      async () => {
        const labels = await overview
          .rows()
          .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
        return labels.filter((one) => one.includes(pseudo('asked for'))).length >= 3 ? labels.join('\n') : undefined;
      },
      { what: 'three requests in the recent activity' },
    );
    translated(label, ['contoso', 'user_impersonation']);
    await clearNotifications(editor);
  });

  it('offers in that language what can be done with a line, and in the view', async () => {
    const menu = editor.page.locator('.monaco-menu');
    for (const line of [/^ada@contoso/, /^Azure Storage/]) {
      await overview.row(line).click({ button: 'right' });
      await menu.first().waitFor();
      translated((await menu.allInnerTexts()).join(' '));
      await editor.page.keyboard.press('Escape');
      await menu.first().waitFor({ state: 'detached' });
    }
  });

  it('asks in that language whether an extension and a program may have tokens', async () => {
    await editor.runCommand('API Consumer: List Blobs');
    await editor.page.locator('.monaco-dialog-box').waitFor();
    translated(await editor.page.locator('.monaco-dialog-box').innerText());
    await editor.dialogButton(pseudo('Deny'));
    await run('Manage Access');
    await inputIsTranslated();
    await editor.openTerminal();
    await editor.runInTerminal(
      'curl -s -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=https://vault.azure.net&api-version=2019-08-01"',
    );
    await tells('asks for a token for', [/\(curl[^)]*\)|azureSdk|managed identity/]);
    await editor.clickNotificationButton(pseudo('Deny'));
    await editor.runCommand('View: Hide Panel');
    await clearNotifications(editor);
  });

  it('asks in that language for accounts, terminals and organizations, and before it signs out', async () => {
    await run('Switch Account');
    await inputIsTranslated();
    await run('Connect Terminals');
    await inputIsTranslated([/[A-Z]+_[A-Z_]+/, /azcopy|\baz\b|azd|Posit Workbench|Python|SDK/]);
    await run('Sign Out');
    await editor.page.locator('.monaco-dialog-box').waitFor();
    translated(await editor.page.locator('.monaco-dialog-box').innerText());
    await editor.page.keyboard.press('Escape');
    await run('Bind Azure DevOps Organization to Account');
    await inputIsTranslated();
  });

  it('explains tokens and refusals in that language', async () => {
    await run('Inspect Token');
    await inputIsTranslated();
    await run('Inspect Token');
    await editor.pick('Azure Storage');
    const text = await overview.documentText(/\.jsonc/);
    const claims = [/"[^"]*"/, /ISO\/IEC|GUID|NumericDate|OpenID|OAuth|\bUTC\b|Entra(?: ID)?|MSAL|CAE/, ...dates];
    translated(text.replaceAll(/\s*\/\/\s*/g, ' '), claims);
    await run('Explain a 403');
    await editor.page.locator('.quick-input-title', { hasText: /\S/ }).waitFor();
    const { title, message } = await editor.inputText();
    translated(`${title} ${message}`);
    await editor.typeInput('GET https://graph.microsoft.com/v1.0/users');
    await editor.pick(/Microsoft Graph/);
    translated(await overview.previewText(/403/), [
      /GET|scp|[A-Z]\w+\.[A-Z]\w+(?:\.All)?|openid|profile|email/,
      ...dates,
    ]);
  });

  it('shows its settings in that language', async () => {
    await run('Open Settings');
    const settingsEditor = editor.page.locator('.settings-editor');
    await settingsEditor.getByText(pseudo('Where tokens come from.')).waitFor();
    const descriptions = await settingsEditor.locator('.setting-item-description').allInnerTexts();
    assert.ok(descriptions.length > 3);
    translated(descriptions.join(' '), [
      /Azure Credentials: [\w ]+/,
      'login.contoso.example',
      /`[^`]*`|organizations|localhost\S*|custom|application/,
    ]);
    await editor.runCommand('View: Close Editor');
  });

  it('says in that language what went wrong', async () => {
    const fails = async (text: string, more: Readonly<Record<string, unknown>>) => {
      await changeSettings({ ...settings, ...more });
      await run('Sign In');
      await tells(text, [/nosuch\.example|my-application/, /AADSTS\d+/, 'contoso.com']);
      // The page of the sign-in was to be opened already when Entra said no.
      await editor.page.keyboard.press('Escape');
      await clearNotifications(editor);
    };
    await fails('is not an application (client) id', { 'azureCredentials.clientId': 'my-application' });
    await fails('There is no tenant', { 'azureCredentials.tenantId': 'nosuch.example' });
    await fails('has no application', { 'azureCredentials.clientId': '00000000-0000-4000-8000-00000000dead' });
    await changeSettings(settings);
    await run('Get Access Token');
    await editor.pick('Azure Storage');
    await tells('is in the clipboard');
    for (const effect of [
      { kind: 'cut', when: 'before' },
      { kind: 'error', aadsts: 53003 },
      { kind: 'error', aadsts: 65001 },
    ] as const) {
      await azure.control.addFault({ host: 'login.microsoftonline.com', grant: 'refresh_token', effect });
      await run('Refresh All Tokens');
      await tells('could not be renewed', ['contoso.com']);
      await editor.clickNotificationButton(pseudo('Show Details'));
      const details = await overview.previewText(new RegExp(pseudo('Refreshed tokens')));
      translated(details, ['contoso.com', /AADSTS\d+/]);
      await clearNotifications(editor);
      await azure.control.clearFaults();
    }
  });
});
