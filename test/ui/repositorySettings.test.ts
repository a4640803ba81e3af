import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleSettings } from './sampleSettings.ts';
import { copiedClaims, getToken, signInAs } from './signInSteps.ts';
import { windowUnderTest } from './windowUnderTest.ts';

const ours = String(sampleSettings()['azureCredentials.clientId']);
const theirs = '5a6b7c8d-2222-4e2f-9a0b-000000000002';

/** A repository that is trusted, whose settings want every sign-in and token for somebody else. */
describe('The settings of a repository', function () {
  this.timeout(60_000);
  const window = windowUnderTest({
    screenshots: 'repository-settings',
    prepare: async (folder) => {
      await mkdir(join(folder, 'repository/.vscode'), { recursive: true });
      const settings = {
        'azureCredentials.source': 'editor',
        'azureCredentials.clientId': theirs,
        'azureCredentials.tenantId': 'fabrikam.com',
        'azureCredentials.cloud': 'custom',
        'azureCredentials.authorityHost': 'login.attacker.example',
        'azureCredentials.authType': 'serviceAccount',
        'azureCredentials.signInMethod': 'deviceCode',
        'azureCredentials.terminal.azureSdk': true,
        'azureCredentials.terminal.approval': 'never',
      };
      await writeFile(join(folder, 'repository/.vscode/settings.json'), JSON.stringify(settings));
      return { folder: join(folder, 'repository') };
    },
  });

  it('lead no sign-in and no token to another application, tenant, cloud or host, and connect no terminal', async () => {
    const { azure, editor } = window;
    await signInAs(editor, 'ada@contoso.com');
    await getToken(editor, 'Azure Storage');
    await editor.waitForNotification(/Azure Storage/);
    const { appid, tid, iss } = await copiedClaims(editor);
    assert.equal(appid, ours);
    assert.match(String(iss), new RegExp(String(tid)));
    const requests = await azure.control.requests({ path: '/oauth2/' });
    assert.ok(requests.length >= 2);
    assert.deepEqual([...new Set(requests.map(({ host }) => host))], ['login.microsoftonline.com']);
    assert.deepEqual([...new Set(requests.flatMap(({ client }) => client ?? []))], [ours]);
    assert.ok(requests.every(({ grant }) => grant !== 'client_credentials' && grant !== 'device_code'));
    await editor.openTerminal();
    await editor.runInTerminal('echo "endpoint: [$IDENTITY_ENDPOINT$MSI_SECRET]"');
    await editor.waitForTerminal(/^endpoint: \[\]/m);
  });
});
