import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalAzure } from '../azure/localAzure.ts';
import type { EditorWindow } from './editorWindow.ts';
import { Overview } from './overview.ts';
import {
  chooseAccount,
  clearNotifications,
  copiedClaims,
  followSignIn,
  getToken,
  goBack,
  signedInAccounts,
  signInAs,
  waitForNobody,
} from './signInSteps.ts';
import { windowUnderTest } from './windowUnderTest.ts';

const ada = 'ada@contoso.com';
const ben = 'ben@contoso.com';
const cleo = 'cleo@contoso.com';
const fabrikam = 'c2a4e6f8-1b3d-4f5a-8c7e-9d0b1a2c3e02';

/** A task that shows whose token it got, and of which tenant. */
function tokenTask(label: string, input: string): object {
  const show = 'console.log("whose",c.unique_name,"where",c.tid)';
  return {
    label,
    type: 'process',
    command: 'node',
    args: ['-e', `const c=JSON.parse(Buffer.from(process.env.TOKEN.split(".")[1],"base64url"));${show}`],
    options: { env: { TOKEN: `$${`{input:${input}}`}` } },
    problemMatcher: [],
  };
}

const command = 'azureCredentials.getAccessToken';
const tasks = {
  version: '2.0.0',
  tasks: [tokenTask('Show the token of Fabrikam', 'guest'), tokenTask('Show no token', 'nothing')],
  inputs: [
    {
      id: 'guest',
      type: 'command',
      command,
      args: { resource: 'https://storage.azure.com', account: ada, tenant: 'fabrikam.com' },
    },
    { id: 'nothing', type: 'command', command, args: { resource: 'https://nosuch.contoso.example', account: ada } },
  ],
};

/** Several people in one editor, in a narrow window. */
describe('Accounts', function () {
  this.timeout(60_000);
  const window = windowUnderTest({
    screenshots: 'accounts',
    viewport: { width: 620, height: 800 },
    prepare: async (folder) => {
      await mkdir(join(folder, '.vscode'));
      await writeFile(join(folder, '.vscode/tasks.json'), JSON.stringify(tasks));
      return { folder };
    },
  });
  const overview = new Overview(window);
  let azure: LocalAzure;
  let editor: EditorWindow;

  before(() => {
    ({ azure, editor } = window);
  });

  afterEach(async () => {
    await editor.page.keyboard.press('Escape');
    await clearNotifications(editor);
  });

  const switchTo = async (username: string, target: 'For everywhere' | 'For this workspace'): Promise<void> => {
    await editor.runCommand('Azure Credentials: Switch Account');
    await editor.pick(username);
    await editor.pick(target);
  };
  const tokenFor = async (resource: string, username: string): Promise<void> => {
    await getToken(editor, resource);
    const { message } = await editor.waitForNotification(/is in the clipboard/);
    assert.match(message, new RegExp(`Account: ${username}`));
    assert.equal((await copiedClaims(editor))['unique_name'], username);
  };
  const signIns = async (): Promise<number> => (await azure.control.requests({ path: '/authorize' })).length;
  const noDialog = async (): Promise<void> => {
    assert.equal(await editor.page.locator('.monaco-dialog-box').count(), 0);
  };

  it('two people are signed in at once', async () => {
    await signInAs(editor, ada);
    await signInAs(editor, ben);
    assert.deepEqual(await signedInAccounts(editor), [ada, ben]);
  });

  it('whoever was used by default still is after signing in again', async () => {
    await signInAs(editor, ada);
    await tokenFor('Azure Storage', ada);
  });

  it('Switch Account for everywhere decides whose token it is', async () => {
    await switchTo(ben, 'For everywhere');
    await editor.waitForNotification(/ben@contoso\.com is now the default account/);
    await tokenFor('Azure Storage', ben);
  });

  it('the choice for this workspace goes before the one for everywhere, and the list says which holds', async () => {
    await switchTo(ada, 'For this workspace');
    await editor.waitForNotification(/This workspace now uses ada@contoso\.com/);
    await tokenFor('Azure Storage', ada);
    await editor.runCommand('Azure Credentials: Switch Account');
    await editor.page.getByText('Switch the Azure account').waitFor();
    const current = (await editor.quickPickEntries()).filter(({ description }) => description.includes('current'));
    await editor.screenshot('switch-account');
    await editor.page.keyboard.press('Escape');
    assert.deepEqual(
      current.map(({ label }) => label),
      [ada],
    );
  });

  it('a task gets a token of a tenant in which the person is a guest, without a sign-in', async () => {
    const before = await signIns();
    await editor.runCommand('Tasks: Run Task');
    await editor.pick('Show the token of Fabrikam');
    await editor.waitForTerminal(new RegExp(`whose ${ada} where ${fabrikam.slice(0, 8)}`));
    assert.equal(await signIns(), before);
    await noDialog();
  });

  it('a task that asks for a resource that is not there is not run, and the person is told once', async () => {
    await editor.runCommand('Tasks: Run Task');
    await editor.pick('Show no token');
    const error = await editor.waitForNotification(/nosuch\.contoso\.example\. Check the spelling/);
    assert.equal(error.severity, 'error');
    assert.ok(!(await editor.terminalText()).includes('Error'), 'the program was started without a token');
    const told = editor.notifications().filter(({ message }) => /nosuch\.contoso\.example/.test(message));
    assert.equal(told.length, 1);
    await editor.screenshot('task-without-token');
  });

  it('Refresh All Tokens names what changed', async () => {
    await azure.control.updateUser(ada, {
      groups: ['a1b2c3d4-0000-4000-8000-000000000002'],
      directoryRoles: ['62e90394-69f5-4237-9190-012177145e10'],
    });
    await editor.runCommand('Azure Credentials: Refresh All Tokens');
    const { message, buttons } = await editor.waitForNotification(/tokens are new/);
    await editor.screenshot('refreshed');
    assert.match(message, /Azure Storage/);
    assert.match(message, /\+a1b2c3d4-0000-4000-8000-000000000002/);
    assert.match(message, /−a1b2c3d4-0000-4000-8000-000000000001/);
    assert.match(message, /\+62e90394-69f5-4237-9190-012177145e10/);
    assert.deepEqual(buttons, ['Show Details']);
    await editor.clickNotificationButton('Show Details');
    assert.match(await overview.previewText(/Refreshed tokens/), /\+a1b2c3d4-0000-4000-8000-000000000002/);
    await editor.screenshot('refreshed-details');
  });

  it('multifactor authentication that is declined is one error, and no second page', async () => {
    await signInAs(editor, cleo);
    await switchTo(cleo, 'For this workspace');
    await tokenFor('Azure Storage', cleo);
    const before = await signIns();
    const page = await followSignIn(editor, () => getToken(editor, 'Key Vault'));
    assert.match(new URL(page.url()).searchParams.get('claims') ?? '', /access_token/);
    await page.getByRole('heading', { name: 'Approve sign-in request' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await goBack(editor, page);
    const error = await editor.waitForNotification(/cancelled in the browser/);
    await editor.screenshot('multifactor-declined');
    assert.equal(error.severity, 'error');
    assert.match(error.message, /the permission for https:\/\/vault\.azure\.net was declined/);
    await noDialog();
    assert.equal(await signIns(), before + 1);
  });

  it('a claims challenge leads to one sign-in with the claims, and then to the token', async () => {
    const before = await signIns();
    const page = await followSignIn(editor, () => getToken(editor, 'Key Vault'));
    await page.getByRole('button', { name: 'Approve' }).click();
    await goBack(editor, page);
    const { message } = await editor.waitForNotification(/The token for Key Vault is in the clipboard/);
    assert.match(message, new RegExp(cleo));
    assert.deepEqual((await copiedClaims(editor))['amr'], ['pwd', 'mfa']);
    assert.equal(await signIns(), before + 1);
    await tokenFor('Key Vault', cleo);
    assert.equal(await signIns(), before + 1);
  });

  it('Sign Out asks first, and Cancel changes nothing', async () => {
    await editor.runCommand('Azure Credentials: Sign Out');
    await editor.pick(cleo);
    assert.match(
      await editor.dialogText(),
      /Sign out cleo@contoso\.com\?.*no more tokens for this account until you sign in again/s,
    );
    await editor.screenshot('sign-out');
    await editor.dialogButton('Cancel');
    assert.equal((await signedInAccounts(editor)).length, 3);
  });

  it('one account is signed out, and the default account is used again', async () => {
    await editor.runCommand('Azure Credentials: Sign Out');
    await editor.pick(cleo);
    await editor.dialogButton('Sign Out');
    await editor.waitForNotification(/^Signed out of Azure: cleo@contoso\.com/);
    assert.deepEqual(await signedInAccounts(editor), [ada, ben]);
    await tokenFor('Key Vault', ben);
  });

  it('after all are signed out a token asks for a sign-in, and is then given', async () => {
    await editor.runCommand('Azure Credentials: Sign Out');
    await editor.pick('All accounts');
    assert.match(await editor.dialogText(), /Sign out .*ada@contoso\.com.*\?/);
    await editor.dialogButton('Sign Out');
    await editor.waitForNotification(/^Signed out of Azure: .*, .*/);
    await waitForNobody(editor);
    const page = await followSignIn(editor, () => getToken(editor, 'Azure Storage'));
    await chooseAccount(page, ada);
    await goBack(editor, page);
    const { message } = await editor.waitForNotification(/is in the clipboard/);
    assert.match(message, new RegExp(ada));
  });
});
