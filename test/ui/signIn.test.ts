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
import { windowUnderTest } from './windowUnderTest.ts';

const confidential = {
  'azureCredentials.clientId': '5a6b7c8d-3333-4e2f-9a0b-000000000003',
  'azureCredentials.tenantId': 'contoso.com',
};
const secretId = '5ec2e700-0000-4000-8000-000000000001';
const secret = 'sample~secret.of-the-local-azure_only~1';
const expiredSecret = 'sample~secret.that-has-expired~2';

/** Device code, confidential client, service account and another cloud, in a dark window. */
describe('Ways to sign in', function () {
  this.timeout(60_000);
  const window = windowUnderTest({
    screenshots: 'sign-in',
    settings: sampleSettings({ 'azureCredentials.signInMethod': 'deviceCode' }),
    colorTheme: 'Default Dark Modern',
  });
  let azure: LocalAzure;
  let editor: EditorWindow;
  let writeSettings: (settings: Readonly<Record<string, unknown>>) => Promise<void>;

  before(() => {
    ({ azure, editor } = window);
    writeSettings = settingsOf(editor);
  });

  afterEach(async () => {
    await editor.page.keyboard.press('Escape');
    await clearNotifications(editor);
  });

  const changeSettings = (settings: Readonly<Record<string, unknown>>): Promise<void> =>
    writeSettings({ 'workbench.colorTheme': 'Default Dark Modern', ...settings });
  /** Which of the commands that copy the palette offers. */
  const offeredCopies = async (): Promise<readonly string[]> => {
    const entries = await editor.paletteEntries('Azure Credentials: Copy');
    return entries.filter((entry) => entry.startsWith('Azure Credentials: Copy'));
  };

  describe('with a device code', () => {
    const shownCode = async (): Promise<string> => {
      const { message } = await editor.waitForNotification(/enter the code [A-Z0-9]{9} at/);
      return /code ([A-Z0-9]{9})/.exec(message)?.[1] ?? '';
    };
    let cancelledAt = 0;
    /** Codes that the editor asked about after the cancelled sign-in. */
    const polledCodes = async (): Promise<ReadonlySet<unknown>> => {
      const polls = await azure.control.requests({ grant: 'device_code', since: cancelledAt });
      return new Set(polls.map(({ form }) => form?.['device_code']));
    };
    const enterCode = async (page: Page, code: string): Promise<void> => {
      await page.getByLabel('Code').fill(code);
      await page.getByRole('button', { name: 'Next' }).click();
    };

    it('the code is shown and in the clipboard, its page opens, and the person is signed in', async () => {
      const page = await openSignIn(editor);
      // Where https://microsoft.com/devicelogin leads to.
      assert.equal(page.url(), 'https://login.microsoftonline.com/common/oauth2/deviceauth');
      const code = await shownCode();
      assert.equal(await editor.clipboard(), code);
      await editor.screenshot('device-code');
      assert.deepEqual(await offeredCopies(), ['Azure Credentials: Copy Device Code']);
      await enterCode(page, code);
      await chooseAccount(page, 'ada@contoso.com');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('You have signed in').waitFor();
      await page.close();
      await editor.waitForNotification(/^Signed in to Azure as ada@contoso\.com/);
      assert.deepEqual(await offeredCopies(), []);
      await getToken(editor, 'Azure Storage');
      await editor.waitForNotification(/The token for Azure Storage is in the clipboard\. Account: ada@contoso\.com/);
    });

    it('Cancel ends the sign-in without an error, and nobody asks Entra on', async () => {
      const page = await openSignIn(editor);
      await page.close();
      await editor.page.bringToFront();
      await shownCode();
      await editor.clickNotificationButton('Cancel');
      await editor.page.locator('.notifications-toasts').getByText('enter the code').waitFor({ state: 'detached' });
      assert.deepEqual(await offeredCopies(), []);
      cancelledAt = (await azure.control.requests({})).at(-1)?.number ?? 0;
    });

    it('a sign-in that is declined on the page is told', async () => {
      const page = await openSignIn(editor);
      await enterCode(page, await shownCode());
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('You have cancelled').waitFor();
      await page.close();
      await editor.page.bringToFront();
      const error = await editor.waitForNotification(/declined on the device code page/);
      assert.equal(error.severity, 'error');
      assert.deepEqual(error.buttons, ['Sign In', 'Show Log']);
    });

    it('a code that nobody enters in time is told', async () => {
      await azure.control.setDeviceCodeLifetime(2);
      const page = await openSignIn(editor);
      await azure.control.setDeviceCodeLifetime(900);
      await page.close();
      await editor.page.bringToFront();
      const error = await editor.waitForNotification(/device code was not entered in time/);
      assert.match(error.message, /again to get a new code/);
      assert.deepEqual(error.buttons, ['Sign In', 'Show Log']);
      await editor.screenshot('device-code-expired');
      // Only the declined one: this one was over before it was time to ask.
      assert.equal((await polledCodes()).size, 1);
    });
  });

  describe('with a confidential client', () => {
    const signInWithSecret = async (): Promise<void> => {
      const page = await openSignIn(editor);
      await chooseAccount(page, 'ada@contoso.com');
      await goBack(editor, page);
    };
    const enterSecret = async (value: string): Promise<void> => {
      await editor.runCommand('Azure Credentials: Set Client Secret');
      await editor.typeInput(value);
      await editor.waitForNotification(/The client secret is kept in the secret storage/);
    };

    it('a missing client secret is told with a button, and the id of a secret is not taken for it', async () => {
      await changeSettings(confidential);
      await signInWithSecret();
      const error = await editor.waitForNotification(/not allowed to sign people in without a client secret/);
      assert.deepEqual(error.buttons, ['Set Client Secret', 'Open Settings', 'Show Log']);
      await editor.screenshot('no-client-secret');
      await waitForNobody(editor);
      await editor.clickNotificationButton('Set Client Secret');
      await editor.typeInput(secretId);
      await editor.page.getByText('This is the id of a secret').waitFor();
      await editor.screenshot('secret-id');
      await editor.typeInput('something-wrong');
      await editor.waitForNotification(/The client secret is kept in the secret storage/);
    });

    it('a wrong secret is told apart from an expired one', async () => {
      await signInWithSecret();
      const wrong = await editor.waitForNotification(/The client secret of application .* is wrong/);
      assert.match(wrong.message, /enter the secret’s value, not its id/);
      await enterSecret(expiredSecret);
      await signInWithSecret();
      const expired = await editor.waitForNotification(/The client secret of application .* has expired/);
      assert.deepEqual(expired.buttons, ['Set Client Secret', 'Open Settings', 'Show Log']);
      assert.ok(!expired.message.includes(expiredSecret));
    });

    it('with the right secret the person is signed in and gets a token', async () => {
      await enterSecret(secret);
      await signInWithSecret();
      await editor.waitForNotification(/^Signed in to Azure as ada@contoso\.com/);
      await getToken(editor, 'Key Vault');
      await editor.waitForNotification(/The token for Key Vault is in the clipboard/);
      assert.equal((await copiedClaims(editor))['appidacr'], '1');
    });

    it('a service account gets a token without a person', async () => {
      await changeSettings({ ...confidential, 'azureCredentials.authType': 'serviceAccount' });
      const before = (await azure.control.requests({ path: '/authorize' })).length;
      await getToken(editor, 'Microsoft Graph');
      const { message } = await editor.waitForNotification(/The token for Microsoft Graph is in the clipboard/);
      await editor.screenshot('service-account');
      assert.match(message, new RegExp(confidential['azureCredentials.clientId']));
      assert.deepEqual((await copiedClaims(editor))['roles'], ['User.Read.All']);
      assert.equal((await azure.control.requests({ path: '/authorize' })).length, before);
    });

    it('Sign Out, where tokens are for a service account, says how it really ends', async () => {
      await editor.runCommand('Azure Credentials: Sign Out');
      const { message } = await editor.waitForNotification(/service account/i);
      assert.match(message, /Set Client Secret/);
    });

    it('Sign In and Switch Account say the same', async () => {
      await editor.runCommand('Azure Credentials: Sign In');
      await editor.waitForNotification(/nobody signs in or out/);
      await clearNotifications(editor);
      await editor.runCommand('Azure Credentials: Switch Account');
      await editor.waitForNotification(/nobody signs in or out/);
    });

    it('a service account without a tenant is told where to set one', async () => {
      await changeSettings({
        ...confidential,
        'azureCredentials.tenantId': 'organizations',
        'azureCredentials.authType': 'serviceAccount',
      });
      await getToken(editor, 'Microsoft Graph');
      const error = await editor.waitForNotification(/A service account needs a tenant of its own/);
      assert.match(error.message, /Set azureCredentials\.tenantId/);
      assert.ok(error.buttons.includes('Open Settings'));
    });
  });

  describe('in another cloud', () => {
    it('signs in at its own host and names its own resources', async () => {
      await changeSettings(
        sampleSettings({ 'azureCredentials.cloud': 'usGovernment', 'azureCredentials.tenantId': 'litware.us' }),
      );
      const page = await openSignIn(editor);
      assert.equal(new URL(page.url()).host, 'login.microsoftonline.us');
      await chooseAccount(page, 'lena@litware.us');
      await goBack(editor, page);
      await editor.waitForNotification(/^Signed in to Azure as lena@litware\.us/);
      assert.deepEqual(await signedInAccounts(editor), ['lena@litware.us']);
      await getToken(editor, 'Key Vault');
      await editor.waitForNotification(/The token for Key Vault is in the clipboard\. Account: lena@litware\.us/);
      assert.equal((await copiedClaims(editor))['aud'], 'https://vault.usgovcloudapi.net');
    });

    it('a resource of another cloud is refused with words', async () => {
      await getToken(editor, 'https://vault.azure.net');
      const error = await editor.waitForNotification(/vault\.azure\.net/);
      assert.equal(error.severity, 'error');
      await editor.screenshot('other-cloud');
      assert.match(error.message, /cloud/);
      assert.match(error.message, /vault\.usgovcloudapi\.net/);
    });

    it('a tenant of another cloud is told', async () => {
      await changeSettings(sampleSettings({ 'azureCredentials.tenantId': 'litware.us' }));
      await editor.runCommand('Azure Credentials: Sign In');
      const error = await editor.waitForNotification(/litware\.us/);
      assert.match(error.message, /azureCredentials\.cloud/);
    });

    it('a default account of another cloud does not stand in the way', async () => {
      await changeSettings(
        sampleSettings({ 'azureCredentials.cloud': 'usGovernment', 'azureCredentials.tenantId': 'litware.us' }),
      );
      await editor.runCommand('Azure Credentials: Switch Account');
      await editor.pick('lena@litware.us');
      await editor.pick('For everywhere');
      await changeSettings(sampleSettings());
      assert.deepEqual(await signedInAccounts(editor), ['ada@contoso.com']);
      await getToken(editor, 'Key Vault');
      await editor.waitForNotification(/The token for Key Vault is in the clipboard\. Account: ada@contoso\.com/);
    });
  });
});
