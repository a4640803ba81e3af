import assert from 'node:assert/strict';
import { readRemoteAddress } from '../../../src/git/remoteAddress.ts';

describe('addresses of remotes', () => {
  it('reads both https forms', () => {
    assert.deepEqual(readRemoteAddress('https://contoso@dev.azure.com/contoso/Project%20One/_git/repo'), {
      kind: 'https',
      remote: { form: 'dev.azure.com', organization: 'contoso' },
      plainUrl: 'https://dev.azure.com/contoso/Project%20One/_git/repo',
      hasPassword: false,
    });
    assert.deepEqual(readRemoteAddress('https://fabrikam.visualstudio.com/Project/_git/repo'), {
      kind: 'https',
      remote: { form: 'visualstudio.com', organization: 'fabrikam' },
      plainUrl: 'https://fabrikam.visualstudio.com/Project/_git/repo',
      hasPassword: false,
    });
  });

  it('notices a password in the address and does not repeat it', () => {
    const address = readRemoteAddress('https://pat:s3cret@dev.azure.com/contoso/P/_git/r');
    assert.equal(address.kind === 'https' && address.hasPassword, true);
    assert.doesNotMatch(JSON.stringify(address), /s3cret/);
  });

  it('gives the https form of an http remote', () => {
    assert.deepEqual(readRemoteAddress('http://dev.azure.com/contoso/P/_git/r'), {
      kind: 'http',
      httpsUrl: 'https://dev.azure.com/contoso/P/_git/r',
    });
  });

  for (const ssh of [
    'git@ssh.dev.azure.com:v3/contoso/Project%20One/repo',
    'ssh://git@ssh.dev.azure.com/v3/contoso/Project%20One/repo',
    'ssh://git@ssh.dev.azure.com:22/v3/contoso/Project%20One/repo/',
    'contoso@vs-ssh.visualstudio.com:v3/contoso/Project%20One/repo',
    'contoso@vs-ssh.visualstudio.com:v3/contoso/Project One/repo',
  ]) {
    it(`gives the https form of ${ssh}`, () => {
      assert.deepEqual(readRemoteAddress(ssh), {
        kind: 'ssh',
        organization: 'contoso',
        httpsUrl: 'https://dev.azure.com/contoso/Project%20One/_git/repo',
      });
    });
  }

  for (const address of [
    'https://github.com/contoso/repo.git',
    'git@github.com:contoso/repo.git',
    'https://dev.azure.com.evil.example/contoso/P/_git/r',
    'https://dev.azure.com@evil.example/contoso/P/_git/r',
    'git@ssh.dev.azure.com.evil.example:v3/contoso/P/r',
    '/home/ada/repo',
    '../repo',
    'C:\\repo',
    '',
  ]) {
    it(`leaves ${JSON.stringify(address)} alone`, () => {
      assert.deepEqual(readRemoteAddress(address), { kind: 'other' });
    });
  }
});
