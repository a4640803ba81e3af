import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readAzureReposRemote } from '../../../src/git/azureReposRemote.ts';
import { isAzureCredentialsError } from '../../../src/tokens/errors.ts';

const read = (host: string, path?: string, username?: string) =>
  readAzureReposRemote({
    protocol: 'https',
    host,
    ...(path !== undefined && { path }),
    ...(username !== undefined && { username }),
  });

function accepts(host: string): boolean {
  try {
    return read(host) !== undefined;
  } catch {
    return false;
  }
}

describe('Azure Repos remotes', () => {
  it('finds the organization in the path, the user name or the host', () => {
    assert.equal(read('dev.azure.com', 'contoso/Project One/_git/repo')?.organization, 'contoso');
    assert.equal(read('dev.azure.com', undefined, 'Contoso')?.organization, 'contoso');
    assert.equal(read('fabrikam.visualstudio.com', 'DefaultCollection/P/_git/r')?.organization, 'fabrikam');
    assert.equal(read('dev.azure.com')?.organization, undefined);
  });

  it('takes the user name for a person only where it is not the organization', () => {
    assert.equal(read('dev.azure.com', 'contoso/P/_git/r', 'CONTOSO')?.user, undefined);
    assert.equal(read('dev.azure.com', 'contoso/P/_git/r', 'ada@contoso.com')?.user, 'ada@contoso.com');
    assert.equal(read('fabrikam.visualstudio.com', 'P', 'ada@contoso.com')?.user, 'ada@contoso.com');
    assert.equal(read('fabrikam.visualstudio.com', 'P', 'fabrikam')?.user, undefined);
  });

  it('does not take a person in the user name for the organization when the path names none', () => {
    assert.deepEqual(read('dev.azure.com', '-/x', 'contoso'), { form: 'dev.azure.com', user: 'contoso' });
  });

  it('accepts upper case and the default port, which are the same server', () => {
    assert.equal(read('DEV.Azure.COM', 'contoso/P/_git/r')?.organization, 'contoso');
    assert.equal(read('dev.azure.com:443', 'contoso/P/_git/r')?.organization, 'contoso');
    assert.equal(read('Fabrikam.VisualStudio.com:443')?.organization, 'fabrikam');
  });

  for (const host of [
    'dev.azure.com.evil.example',
    'dev.azure.com@evil.example',
    'evil.example@dev.azure.com',
    'devXazure.com',
    'dev.azure.com..',
    '.dev.azure.com',
    'dev.azure.com:8443',
    'dev.azure.com:80',
    'dev.azure.com:',
    'dev.azure.com:0443',
    'xdev.azure.com',
    'x.dev.azure.com',
    'dev.azure.com/contoso',
    'dev.azure.com#.evil.example',
    'dev.azure.com\\evil.example',
    'dev.azure.com ',
    ' dev.azure.com',
    'dev.azure.com\n',
    'dev.azure.com\u0000',
    'dev。azure。com',
    'dev.azure.cоm',
    'dev.\u212Azure.com',
    'ｄev.azure.com',
    'xn--dev-azure.com',
    'visualstudio.com',
    '.visualstudio.com',
    '-.visualstudio.com',
    'a.b.visualstudio.com',
    'contosovisualstudio.com',
    'contoso.visualstudio.com.evil.example',
    'contoso.visualstudio.com:8443',
    'contoso.vısualstudio.com',
    'xn--cntoso-x0a.visualstudio.com',
    'cöntoso.visualstudio.com',
    'ssh.dev.azure.com',
    'github.com',
    'gitlab.com',
    '',
  ]) {
    it(`leaves the host ${JSON.stringify(host)} alone`, () => {
      assert.equal(read(host, 'contoso/P/_git/r'), undefined);
    });
  }

  for (const protocol of ['http', 'ssh', 'HTTPS', 'https ', '']) {
    it(`refuses an Azure Repos host over ${JSON.stringify(protocol)}`, () => {
      assert.throws(
        () => readAzureReposRemote({ protocol, host: 'dev.azure.com' }),
        (error) => isAzureCredentialsError(error) && error.code === 'unsupported_remote',
      );
    });
  }

  for (const host of ['dev.azure.com.', 'dev.azure.com.:443', 'contoso.visualstudio.com.']) {
    it(`refuses ${host}, which git takes for the host without the dot`, () => {
      assert.throws(
        () => read(host, 'contoso/P/_git/r'),
        (error) => isAzureCredentialsError(error) && error.code === 'unsupported_remote',
      );
    });
  }

  it('takes no organization from a first segment that cannot be one', () => {
    for (const path of [
      'con%0atoso/x',
      'con\ntoso/x',
      '../x',
      '/contoso/x',
      'a'.repeat(51),
      'xn--a/x',
      'ünï/x',
      'a b/x',
    ]) {
      assert.equal(read('dev.azure.com', path)?.organization, undefined, path);
    }
  });

  it('accepts no host but the exact ones', () => {
    const noise = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom('.', '@', ':', '/', ''),
    );
    const host = fc
      .tuple(noise, fc.constantFrom('dev.azure.com', 'contoso.visualstudio.com', 'visualstudio.com', ''), noise)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(host, (name) => {
        if (accepts(name)) {
          assert.match(name, /^(?:dev\.azure\.com|[a-z0-9-]+\.visualstudio\.com)(?::443)?$/i);
          // The URL standard agrees on which server it is.
          const url = new URL(`https://${name}/`);
          assert.ok(url.hostname === 'dev.azure.com' || url.hostname.endsWith('.visualstudio.com'));
          assert.equal(url.port, '');
        }
      }),
      { numRuns: 3000 },
    );
  });
});
