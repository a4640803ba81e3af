import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { buildBundle } from '../../../scripts/package/stage.mjs';
import { inProject, root } from '../../../scripts/setup/paths.mjs';

/** Hosts that may stand in the bundle: sign-in, resources and documents of Microsoft, and what errors point to. */
const expectedHosts =
  /^(?:(?:[\w-]+\.)*(?:microsoftonline\.(?:com|us|de)|(?:applicationinsights|loganalytics)\.(?:io|us)|microsoftonline-p\.com|partner\.microsoftonline\.cn|windows\.net|azure\.(?:com|net|us|cn)|microsoft\.(?:com|us|scloud)|usgovcloudapi\.net|chinacloudapi\.cn|visualstudio\.com|azuresynapse\.(?:net|us|azure\.cn)|azureml\.ms|azuredatabricks\.net|live\.com|aka\.ms|powerbi\.com)|localhost|127\.0\.0\.1|169\.254\.169\.254)$/;

/** What sends telemetry from an extension: VS Code’s own API, its usual package, and where they send it. */
const telemetry =
  /createTelemetryLogger|TelemetryReporter|@vscode\/extension-telemetry|@microsoft\/applicationinsights|InstrumentationKey|dc\.services\.visualstudio|vortex\.data\.microsoft|events\.data\.microsoft|browser\.events\.data/;

interface Audit {
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
  readonly message?: string;
}

describe('The supply chain', function () {
  this.timeout(60_000);
  let folder: string;
  let code: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'supply-'));
    await buildBundle(join(folder, 'dist'), join(folder, 'bundle.json'));
    const files = (await readdir(join(folder, 'dist'), { recursive: true })).filter((name) => name.endsWith('.js'));
    code = (await Promise.all(files.map((name) => readFile(join(folder, 'dist', name), 'utf8')))).join('\n');
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('has no known vulnerability that is high or critical (skipped where the registry answers no audits)', async function () {
    const audit = await runAudit();
    if (audit.metadata === undefined) {
      console.log(`      npm audit got no answer: ${audit.message ?? 'nothing was said'}`);
      this.skip();
    }
    const { high, critical } = audit.metadata.vulnerabilities;
    assert.deepEqual({ high, critical }, { high: 0, critical: 0 });
  });

  it('runs no script of ours when the project is installed', async () => {
    const { scripts } = JSON.parse(await readFile(inProject('package.json'), 'utf8')) as { readonly scripts: object };
    const lifecycle =
      /^(?:(?:pre|post)?(?:install|prepare|publish|pack|version|uninstall)|prepublishOnly|dependencies|vscode:\w+)$/;
    assert.deepEqual(
      Object.keys(scripts).filter((name) => lifecycle.test(name)),
      [],
    );
  });

  it('has every package from a registry, with its hash', async () => {
    const { packages } = JSON.parse(await readFile(inProject('package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<
        Record<
          string,
          {
            readonly resolved?: string;
            readonly integrity?: string;
            readonly link?: boolean;
            readonly inBundle?: boolean;
          }
        >
      >;
    };
    const installed = Object.entries(packages).filter(([path, { inBundle }]) => path !== '' && inBundle !== true);
    assert.ok(installed.length > 100);
    const loose = installed.filter(
      ([, { resolved = 'https://', integrity, link }]) =>
        link === true || !/^https:\/\//.test(resolved) || !integrity?.startsWith('sha512-'),
    );
    assert.deepEqual(
      loose.map(([path]) => path),
      [],
    );
  });

  it('brings no telemetry: neither its API nor its hosts are in the bundle', () => {
    assert.equal(telemetry.exec(code)?.[0], undefined);
    assert.ok(telemetry.test('vscode.env.createTelemetryLogger(sender)'));
  });

  it('names no host in the bundle but those of Entra, Azure and Microsoft’s documents', () => {
    const hosts = new Set(
      [...code.matchAll(/https?:\/\/([a-z0-9.-]+\.[a-z]{2,}|localhost|[\d.]{7,})/g)].map(([, host = '']) => host),
    );
    assert.ok(hosts.has('storage.azure.com'));
    assert.deepEqual([...hosts].filter((host) => !expectedHosts.test(host)).sort(), []);
  });
});

/** What `npm audit` says; only a message where no audit can be had. */
function runAudit(): Promise<Audit> {
  return new Promise((resolve) => {
    const args = ['audit', '--audit-level=high', '--json'];
    execFile('npm', args, { cwd: root, timeout: 45_000, shell: process.platform === 'win32' }, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout) as Audit);
      } catch {
        resolve({ message: error?.message.split('\n')[0] ?? 'it wrote no JSON' });
      }
    });
  });
}
