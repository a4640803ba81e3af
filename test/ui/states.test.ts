import assert from 'node:assert/strict';
import type { LocalAzure } from '../azure/localAzure.ts';
import { type Diagnosis, diagnose } from './diagnosis.ts';
import type { EditorWindow } from './editorWindow.ts';
import { Overview } from './overview.ts';
import { clearNotifications, getToken, signInAs } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';
import { openWalkthrough } from './walkthroughSteps.ts';
import { windowUnderTest } from './windowUnderTest.ts';

const people = ['ada@contoso.com', 'ben@contoso.com', 'cleo@contoso.com'];

/** Commands that the palette offers always, and those that need somebody who is signed in. */
const always = [
  'Connect Terminals',
  'Diagnose',
  'Diagnose Git',
  'Get Access Token',
  'Get Started',
  'Manage Access',
  'Open Settings',
  'Set Client Secret',
  'Show Log',
  'Sign In',
];
const signedIn = [
  'Bind Azure DevOps Organization to Account',
  'Explain a 403',
  'Inspect Token',
  'Refresh All Tokens',
  'Sign Out',
  'Switch Account',
];

/** What every person can be in: each of our screens is there, and says what is so and what to do. */
describe('Every screen in every state of a person', function () {
  this.timeout(90_000);
  const window = windowUnderTest({ screenshots: 'states', viewport: { width: 1180, height: 760 } });
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

  const offers = async (...titles: readonly (readonly string[])[]): Promise<void> => {
    assert.deepEqual(await overview.offeredCommands(), titles.flat().sort());
  };
  /** Looks at what every report must be, whatever it says. */
  const diagnoseSafely = async (): Promise<Diagnosis> => {
    const diagnosis = await diagnose(editor, overview);
    const { users } = await azure.control.data();
    const names = users
      .filter(({ username }) => people.includes(username))
      .flatMap((user) => [user.username, user.name]);
    assert.equal(names.length, 2 * people.length);
    for (const name of names) {
      assert.ok(!diagnosis.withoutNames.includes(name), `${name} is in the report without names`);
    }
    for (const { value } of await azure.control.secrets()) {
      assert.ok(!`${diagnosis.report}${diagnosis.withoutNames}`.includes(value), 'a secret is in the report');
    }
    assert.doesNotMatch(diagnosis.report + diagnosis.withoutNames, /eyJ/);
    return diagnosis;
  };
  const finds = ({ findings }: Diagnosis, subject: string, pattern: RegExp): void => {
    assert.match(findings.get(subject) ?? `nothing about ${subject}`, pattern);
  };
  const inspect = async (resource: string | RegExp): Promise<string> => {
    await editor.runCommand('Azure Credentials: Inspect Token');
    await editor.pick(resource);
    return await overview.documentText(/\.jsonc/);
  };
  const tickedSteps = async (): Promise<readonly (string | null)[]> => {
    // The editor ticks what it is told of before the walkthrough has come to rest.
    await openWalkthrough(editor);
    const steps = editor.page.locator('.getting-started-step');
    return await steps.evaluateAll((all) =>
      all.flatMap((step) =>
        step.getAttribute('aria-checked') === 'true'
          ? [step.getAttribute('data-step-id')?.split('#').at(-1) ?? '']
          : [],
      ),
    );
  };
  const logShows = async (): Promise<void> => {
    await editor.runCommand('Azure Credentials: Show Log');
    await editor.page.locator('.panel .monaco-select-box, .panel select').first().waitFor();
    const lines = editor.page.locator('.panel .view-lines');
    await lines.waitFor();
    const text = (await lines.textContent()) ?? '';
    assert.doesNotMatch(text, /eyJ|@contoso\.com/);
    await editor.runCommand('View: Hide Panel');
  };
  const errors = () => editor.notifications().filter(({ severity }) => severity === 'error');
  /** Something asks the person to sign in; they do not want to, and nothing more is said. */
  const declineSignIn = async (): Promise<void> => {
    const before = errors().length;
    await editor.dialogButton('Cancel');
    await editor.clickNotificationButton('Cancel');
    await editor.page
      .locator('.notifications-toasts')
      .getByText('waiting for your browser')
      .waitFor({ state: 'detached' });
    assert.equal(errors().length, before, 'giving up is no error');
  };
  const viewAndStatus = async (view: RegExp, status: RegExp, hover: RegExp): Promise<void> => {
    await overview.viewShows(view);
    await overview.statusShows(status);
    await overview.hoverShows(hover);
    await editor.page.mouse.move(600, 300);
  };

  describe('signed out', () => {
    it('the palette offers what leads to a sign-in and what helps with it', async () => {
      await overview.statusShows(/Sign in to Azure/);
      await overview.open();
      await overview.hoverShows(/Nobody is signed in to Azure.*Sign In/s);
      await offers(always);
    });

    it('a token asks for a sign-in, and giving that up is no error', async () => {
      await getToken(editor, 'Azure Storage');
      await declineSignIn();
    });

    it('the diagnosis says that nobody is signed in, and that all else is well', async () => {
      const diagnosis = await diagnoseSafely();
      finds(diagnosis, 'Accounts', /^warning: Nobody is signed in\.\s+- Next step: Run “Azure Credentials: Sign In”/);
      finds(diagnosis, 'Git credential helper', /^warning: .*nobody is signed in.*Next step: Sign in/s);
      for (const subject of ['Sign-in service', 'Clock', 'Tenant', 'Application', 'Secret storage', 'Git']) {
        finds(diagnosis, subject, /^pass/);
      }
      await editor.screenshot('signed-out-diagnosis');
    });

    it('the walkthrough has the application ticked, and the log says nothing of anybody', async () => {
      assert.deepEqual(await tickedSteps(), ['application']);
      await logShows();
    });
  });

  describe('one account', () => {
    it('the palette offers everything that can be done', async () => {
      await signInAs(editor, 'ada@contoso.com');
      await overview.viewShows(/^ada@contoso\.com/);
      await offers(always, signedIn);
    });

    it('a token is inspected that was not there before', async () => {
      const text = await inspect('Key Vault');
      assert.match(text, /Access token for Key Vault, account ada@contoso\.com/);
      await viewAndStatus(/^Key Vault/, /ada@contoso\.com/, /Key Vault: \d+ (?:min|h) left/);
    });

    it('the diagnosis finds nothing wrong', async () => {
      const diagnosis = await diagnoseSafely();
      finds(diagnosis, 'Accounts', /^pass: Signed in: 1/);
      finds(diagnosis, 'Token for Key Vault as user-1', /^pass/);
      finds(diagnosis, 'Git credential helper', /^pass/);
      assert.match(diagnosis.withoutNames, / 0 warnings, 0 failed/);
    });

    it('the walkthrough has the sign-in ticked too', async () => {
      assert.deepEqual(await tickedSteps(), ['application', 'signIn']);
      await logShows();
    });
  });

  describe('three accounts', () => {
    it('the palette offers the same, and the hover says that there are more', async () => {
      await signInAs(editor, 'ben@contoso.com');
      await signInAs(editor, 'cleo@contoso.com');
      await viewAndStatus(/^cleo@contoso\.com/, /ada@contoso\.com/, /ada@contoso\.com \(default account; 2 more\)/);
      await offers(always, signedIn);
    });

    it('a token that is not in memory is inspected as the account that the person chooses', async () => {
      await editor.runCommand('Azure Credentials: Inspect Token');
      await editor.pick(/Another resource/);
      await editor.pick('Azure Storage');
      await editor.pick('ben@contoso.com');
      assert.match(await overview.documentText(/Azure Storage\.jsonc/), /account ben@contoso\.com/);
    });

    it('the diagnosis looks at each account, and names none where names are cut', async () => {
      const diagnosis = await diagnoseSafely();
      assert.match(diagnosis.report, /as ben@contoso\.com/);
      finds(diagnosis, 'Accounts', /^pass: Signed in: 3/);
      for (const token of ['Key Vault as user-1', 'Azure Storage as user-2', 'Azure Resource Manager as user-3']) {
        finds(diagnosis, `Token for ${token}`, /^pass/);
      }
      await editor.screenshot('three-accounts-diagnosis');
    });
  });

  describe('while something takes long', () => {
    const hold = (milliseconds = 60_000) =>
      azure.control.addFault({
        host: 'login.microsoftonline.com',
        grant: 'refresh_token',
        effect: { kind: 'delay', milliseconds },
      });
    const cancelled = async (what: RegExp): Promise<void> => {
      const before = errors().length;
      await editor.waitForNotification(what);
      await editor.clickNotificationButton('Cancel');
      await editor.page.locator('.notifications-toasts').getByText(what).waitFor({ state: 'detached' });
      assert.equal(errors().length, before, 'giving up is no error');
    };

    for (const [title, what] of [
      ['Diagnose', /^Diagnosing Azure Credentials/],
      ['Refresh All Tokens', /^Refreshing the Azure tokens/],
    ] as const) {
      it(`${title} shows progress, and Cancel ends it`, async () => {
        await hold();
        await editor.runCommand(`Azure Credentials: ${title}`);
        await cancelled(what);
        await azure.control.clearFaults();
      });
    }

    it('a token that takes long shows progress, and Cancel closes its connection', async () => {
      await hold();
      const asked = (await azure.control.requests({ grant: 'refresh_token' })).at(-1)?.number ?? 0;
      await getToken(editor, 'Azure SQL Database');
      await cancelled(/^Getting a token for Azure SQL Database/);
      await azure.control.clearFaults();
      const answered = await azure.control.requests({ grant: 'refresh_token', since: asked, status: 200 });
      assert.deepEqual(answered, []);
    });
  });

  describe('offline', () => {
    before(async () => {
      await azure.control.breakProxy({ kind: 'down' });
    });
    after(async () => {
      await azure.control.clearFaults();
    });

    it('a token is refused with what to do, and the account says so where it is shown', async () => {
      await getToken(editor, 'Azure SQL Database');
      const error = await editor.waitForNotification(/login\.microsoftonline\.com/, { timeout: 60_000 });
      assert.equal(error.severity, 'error');
      assert.deepEqual(error.buttons.slice(-2), ['Diagnose', 'Show Log']);
      await editor.screenshot('offline-error');
      await viewAndStatus(
        /^ada@contoso\.comoffline/,
        /ada@contoso\.com/,
        /Entra cannot be reached.*Key Vault as ada@contoso\.com: \d+/s,
      );
      await offers(always, signedIn);
    });

    it('a token in memory is inspected all the same', async () => {
      assert.match(await inspect(/Key Vault/), /Access token for Key Vault/);
    });

    it('the diagnosis names what cannot be reached and who does what, once', async () => {
      const diagnosis = await diagnoseSafely();
      finds(diagnosis, 'Sign-in service', /^fail: .*Next step: /s);
      finds(diagnosis, 'Token for Key Vault as user-1', /^fail: .*Next step: /s);
      finds(diagnosis, 'Secret storage', /^pass/);
      finds(diagnosis, 'Redirect', /^(?:pass|note)/);
      await editor.screenshot('offline-diagnosis');
    });

    it('Refresh All Tokens says what could not be renewed, and the old ones stay', async () => {
      await editor.runCommand('Azure Credentials: Refresh All Tokens');
      const { severity } = await editor.waitForNotification(/could not be renewed/, { timeout: 60_000 });
      assert.equal(severity, 'warning');
      await overview.viewShows(/^Key Vault/);
    });
  });

  describe('with a session that has expired', () => {
    before(async () => {
      for (const person of people) {
        await azure.control.revokeSessions(person);
      }
    });

    it('the diagnosis says of each account that it has to sign in again', async () => {
      const diagnosis = await diagnoseSafely();
      for (const token of ['Key Vault as user-1', 'Azure Storage as user-2', 'Azure Resource Manager as user-3']) {
        finds(diagnosis, `Token for ${token}`, /^fail: .*Next step: Run “Azure Credentials: Sign In”/s);
      }
      finds(diagnosis, 'Sign-in service', /^pass/);
      await editor.screenshot('expired-diagnosis');
    });

    it('the view and the status bar say so, and the palette offers the same', async () => {
      await viewAndStatus(/^ben@contoso\.comsign in again/, /ada@contoso\.com/, /sign in again.*Sign In/s);
      assert.equal(await overview.status().locator('.codicon-warning').count(), 1);
      await offers(always, signedIn);
    });

    it('a new token asks for a sign-in, one in memory is inspected without', async () => {
      await getToken(editor, 'Azure SQL Database');
      await declineSignIn();
      assert.match(await inspect(/Azure Storage/), /account ben@contoso\.com/);
    });

    it('Refresh All Tokens names what could not be renewed and why', async () => {
      await editor.runCommand('Azure Credentials: Refresh All Tokens');
      await editor.waitForNotification(/could not be renewed/);
      await editor.clickNotificationButton('Show Details');
      assert.match(
        await overview.previewText(/Refreshed tokens/),
        /Key Vault.*ada@contoso\.com.*Run “Azure Credentials: Sign In”/s,
      );
    });
  });

  describe('after a start of the editor', () => {
    it('the palette keeps nothing back from somebody who is signed in', async () => {
      await editor.reload();
      const entries = await editor.paletteEntries('Azure Credentials: Switch Account');
      assert.ok(entries.includes('Azure Credentials: Switch Account'), entries.join());
      await waitFor(async () => ((await overview.status().count()) > 0 ? true : undefined), { what: 'the status bar' });
    });
  });
});
