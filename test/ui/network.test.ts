import assert from 'node:assert/strict';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';
import { clearNotifications, getToken } from './signInSteps.ts';

const credentials = { username: 'proxy-user', password: 'p@ss word' };
const direct = { NO_PROXY: 'localhost,127.0.0.1,::1' };

/** Proxies and certificates as a machine, or an editor, is set up for them. Only the extension's requests go through. */
describe('The network between the editor and Entra', function () {
  this.timeout(90_000);
  let azure: LocalAzure;
  let editor: EditorWindow | undefined;

  before(async () => {
    azure = await startLocalAzure({ storage: false, proxyAuth: credentials });
  });

  after(() => azure?.[Symbol.asyncDispose]());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await editor?.screenshot(`failed-${this.currentTest.title.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 60)}`);
    }
    await editor?.dispose();
    editor = undefined;
    await azure.control.reset();
  });

  const open = async (
    env: NodeJS.ProcessEnv,
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<EditorWindow> => {
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      env: { ...noProxy, ...env },
      settings: sampleSettings(settings),
      screenshotFolder: join(root, 'artifacts/network'),
    });
    return editor;
  };
  /** The browser has no way through the proxy: the address is taken elsewhere, and the answer pasted. */
  const signIn = async (window: EditorWindow): Promise<void> => {
    await window.runCommand('Azure Credentials: Sign In');
    await window.dialogButton('Copy');
    const address = await window.clipboard();
    const answer = await azure.control.authorize(address, { username: 'ada@contoso.com' });
    await window.runCommand('Azure Credentials: Paste Sign-In Address');
    await window.typeInput(answer);
    await window.waitForNotification(/^Signed in to Azure as ada@contoso\.com/);
    await getToken(window, 'Azure Storage');
    await window.waitForNotification(/Azure Storage is in the clipboard/);
    assert.equal(await azure.control.count({ grant: 'authorization_code', status: 200 }), 1);
  };
  const refusal = async (window: EditorWindow, pattern: RegExp): Promise<string> => {
    await window.runCommand('Azure Credentials: Sign In');
    const { message } = await window.waitForNotification(pattern);
    assert.deepEqual(await azure.control.requests({ host: 'login.microsoftonline.com' }), []);
    return message;
  };
  /** OpenSSL’s name for the certificates of the system, also in Node; the store of this machine stays as it is. */
  const systemCertificates = () => ({ SSL_CERT_FILE: azure.caFile });

  it('a proxy with user name and password and an authority that only the system trusts let tokens through', async () => {
    await signIn(await open({ ...direct, ...systemCertificates(), HTTPS_PROXY: azure.environment['HTTPS_PROXY'] }));
  });

  it('without them the error speaks of the proxy and its settings, and those mend it', async () => {
    const window = await open({ ...direct, ...systemCertificates(), HTTPS_PROXY: azure.proxyUrl });
    const message = await refusal(window, /The proxy did not let the request to login\.microsoftonline\.com through/);
    assert.match(message, /http:\/\/user:password@host:port, in its setting http\.proxy or .* HTTPS_PROXY/);
    await clearNotifications(window);
    await changeUserSettings(window, { 'http.proxy': azure.environment['HTTPS_PROXY'] });
    await signIn(window);
  });

  it('an authority that nobody trusts is told, with what to do', async () => {
    const window = await open({ ...direct, HTTPS_PROXY: azure.environment['HTTPS_PROXY'] });
    const message = await refusal(window, /certificate that login\.microsoftonline\.com showed is not trusted/);
    assert.match(message, /root certificate installed.*http\.systemCertificates/);
  });
});

/** What the machine that runs the tests has set up for itself. */
const noProxy: NodeJS.ProcessEnv = Object.fromEntries(
  [
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'ALL_PROXY',
    'NO_PROXY',
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'NODE_USE_ENV_PROXY',
  ]
    .flatMap((name) => [name, name.toLowerCase()])
    .map((name) => [name, undefined]),
);

/** Writes settings that belong to the person, as those about the network, which the settings of the machine cannot hold. */
async function changeUserSettings(window: EditorWindow, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await window.runCommand('Preferences: Open User Settings (JSON)');
  await window.page.locator('.editor-instance .view-lines').click();
  await window.page.keyboard.press('ControlOrMeta+A');
  await window.page.keyboard.insertText(JSON.stringify(settings));
  await window.runCommand('File: Save');
  await window.runCommand('View: Close Editor');
}
