import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { LocalAzure } from '../azure/localAzure.ts';
import type { EditorWindow } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import {
  chooseAccount,
  clearNotifications,
  copiedClaims,
  getToken,
  goBack,
  openSignIn,
  settingsOf,
  signedInAccounts,
  waitForNobody,
} from './signInSteps.ts';
import { waitFor } from './waitFor.ts';
import { windowUnderTest } from './windowUnderTest.ts';

const consentApplication = '5a6b7c8d-2222-4e2f-9a0b-000000000002';

/** Whatever goes wrong while a person signs in: they are told what and what to do, and the next try works. */
describe('Sign-ins that go wrong', function () {
  this.timeout(60_000);
  const window = windowUnderTest({ screenshots: 'bad-input' });
  let azure: LocalAzure;
  let editor: EditorWindow;
  let changeSettings: (settings: Readonly<Record<string, unknown>>) => Promise<void>;

  before(() => {
    ({ azure, editor } = window);
    changeSettings = settingsOf(editor);
  });

  afterEach(async () => {
    await editor.page.keyboard.press('Escape');
    await clearNotifications(editor);
  });

  /** Which of the commands that help with a sign-in the palette offers. */
  const offeredHelp = async (): Promise<readonly string[]> => {
    const entries = await editor.paletteEntries('Azure Credentials: Sign-In');
    return entries.filter((entry) => /^Azure Credentials: (Paste|Copy)/.test(entry)).sort();
  };
  /** Where the page of Entra is to send the browser, and the state it is to bring along. */
  const expected = (page: Page): { readonly redirect: string; readonly state: string } => {
    const query = new URL(page.url()).searchParams;
    return { redirect: query.get('redirect_uri') ?? '', state: query.get('state') ?? '' };
  };
  /** Nobody listens at the redirect address any more, some moments after the notification went. */
  const closed = (redirect: string): Promise<true> => {
    const refused = () =>
      fetch(redirect).then(
        () => undefined,
        () => true as const,
      );
    return waitFor(refused, { what: `nobody at ${redirect}`, timeout: 3000 });
  };
  const errors = () => {
    const shown = editor.notifications().filter(({ severity }) => severity === 'error');
    return new Set(shown.map(({ message }) => message));
  };

  it('an id that is no id is told before anything opens, with a way to the settings', async () => {
    await changeSettings(sampleSettings({ 'azureCredentials.clientId': 'my-application' }));
    await editor.runCommand('Azure Credentials: Sign In');
    const error = await editor.waitForNotification(/“my-application” is not an application \(client\) id/);
    await editor.screenshot('no-client-id');
    assert.equal(error.severity, 'error');
    assert.match(error.message, /Set azureCredentials\.clientId/);
    assert.deepEqual(error.buttons, ['Open Settings', 'Show Log']);
  });

  it('an unknown tenant is told before anything opens', async () => {
    await changeSettings(sampleSettings({ 'azureCredentials.tenantId': 'nosuch.example' }));
    await editor.runCommand('Azure Credentials: Sign In');
    const error = await editor.waitForNotification(/There is no tenant nosuch\.example in this cloud/);
    assert.match(error.message, /Check the settings azureCredentials\.tenantId/);
    assert.ok(error.buttons.includes('Open Settings'));
    assert.equal(await editor.page.locator('.monaco-dialog-box').count(), 0);
  });

  it('an unknown application ends the sign-in, whatever the browser shows', async () => {
    await changeSettings(sampleSettings({ 'azureCredentials.clientId': '00000000-0000-4000-8000-00000000dead' }));
    await editor.runCommand('Azure Credentials: Sign In');
    const error = await editor.waitForNotification(/has no application 00000000-0000-4000-8000-00000000dead/);
    await editor.screenshot('unknown-application');
    assert.match(error.message, /azureCredentials\.clientId and azureCredentials\.tenantId/);
    assert.ok(error.buttons.includes('Open Settings'));
    await editor.dialogButton('Cancel').catch(() => undefined);
  });

  it('Cancel in the notification ends a sign-in whose page was closed, and leaves nothing open', async () => {
    await changeSettings(sampleSettings());
    assert.deepEqual(await offeredHelp(), []);
    const page = await openSignIn(editor);
    const { redirect } = expected(page);
    await page.close();
    await editor.page.bringToFront();
    await editor.waitForNotification(/Signing in to Azure/);
    await editor.screenshot('waiting');
    assert.deepEqual(await offeredHelp(), [
      'Azure Credentials: Copy Sign-In Link',
      'Azure Credentials: Paste Sign-In Address',
    ]);
    const before = errors();
    await editor.clickNotificationButton('Cancel');
    await editor.page.locator('.notifications-toasts').getByText('waiting for').waitFor({ state: 'detached' });
    await closed(redirect);
    assert.deepEqual(await offeredHelp(), []);
    assert.deepEqual(errors(), before, 'a cancelled sign-in is no error');
  });

  it('Cancel on the page of Entra is told', async () => {
    const page = await openSignIn(editor);
    const { redirect } = expected(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: 'The sign-in did not succeed' }).waitFor();
    await editor.screenshot('page-cancelled', page);
    await goBack(editor, page);
    const error = await editor.waitForNotification(/The sign-in was cancelled in the browser/);
    assert.match(error.message, /Sign in again/);
    assert.ok(error.buttons.includes('Sign In'));
    await closed(redirect);
  });

  it('a declined consent is told, and whom to ask', async () => {
    await changeSettings(sampleSettings({ 'azureCredentials.clientId': consentApplication }));
    const page = await openSignIn(editor);
    await chooseAccount(page, 'ada@contoso.com');
    await page.getByRole('heading', { name: 'Permissions requested' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await goBack(editor, page);
    const error = await editor.waitForNotification(/declined/);
    assert.match(error.message, /ask your administrator to grant consent/);
    await waitForNobody(editor);
  });

  it('an answer with a wrong state is refused with words, and the sign-in goes on', async () => {
    await changeSettings(sampleSettings());
    const page = await openSignIn(editor);
    const { redirect } = expected(page);
    const answer = await fetch(`${redirect}/?code=stolen&state=wrong`);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /This is not the answer the editor waits for/);
    await chooseAccount(page, 'ada@contoso.com');
    await goBack(editor, page);
    await editor.waitForNotification(/^Signed in to Azure as ada@contoso\.com/);
    await closed(redirect);
    assert.deepEqual(await signedInAccounts(editor), ['ada@contoso.com']);
  });

  it('a code that was used before is refused with words', async () => {
    const first = await openSignIn(editor);
    const used = await azure.control.authorize(first.url(), { username: 'ben@contoso.com', deliver: true });
    await first.close();
    await editor.waitForNotification(/^Signed in to Azure as ben@contoso\.com/);
    const page = await openSignIn(editor);
    const { redirect, state } = expected(page);
    const code = new URL(used).searchParams.get('code') ?? '';
    const answer = await fetch(`${redirect}/?${new URLSearchParams({ code, state })}`);
    assert.match(await answer.text(), /The answer of the browser belongs to another sign-in/);
    await page.close();
    const error = await editor.waitForNotification(/The answer of the browser belongs to another sign-in/);
    assert.match(error.message, /Run “Azure Credentials: Sign In” again/);
    assert.deepEqual(error.buttons, ['Sign In', 'Show Log']);
    assert.ok(!error.message.includes(code));
    await closed(redirect);
  });

  it('a pasted address is taken, after another sign-in was cancelled and a wrong address was told', async () => {
    const page = await openSignIn(editor);
    const answer = await azure.control.authorize(page.url(), { username: 'cleo@contoso.com' });
    await page.close();
    await (await openSignIn(editor)).close();
    await editor.page.bringToFront();
    const waiting = editor.page.locator('.notifications-toasts').getByText('waiting for your browser');
    await waiting.nth(1).waitFor();
    await editor.clickNotificationButton('Cancel');
    await waiting.nth(1).waitFor({ state: 'detached' });
    await editor.runCommand('Azure Credentials: Paste Sign-In Address');
    const wrong = new URL(answer);
    wrong.searchParams.set('state', 'of-another-sign-in');
    await editor.typeInput(wrong.href);
    await editor.page.getByText('The address belongs to another sign-in').waitFor();
    await editor.screenshot('pasted-wrong-state');
    await editor.typeInput(`  ${answer}\n`);
    await editor.waitForNotification(/^Signed in to Azure as cleo@contoso\.com/);
    await editor.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  });

  it('a resource that the tenant does not know is told, and the next one works', async () => {
    await getToken(editor, 'https://nosuch.contoso.example');
    const error = await editor.waitForNotification(/does not know the resource https:\/\/nosuch\.contoso\.example/);
    assert.match(error.message, /Check the spelling/);
    await editor.screenshot('unknown-resource');
    await getToken(editor, 'Azure Storage');
    await editor.waitForNotification(/The token for Azure Storage is in the clipboard/);
    assert.match(String((await copiedClaims(editor))['aud']), /^https:\/\/storage\.azure\.com/);
  });
});
