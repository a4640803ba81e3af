// npm run package: builds what is published, artifacts/azure-delegated-credentials-VERSION.vsix.
import { ensure } from './setup.mjs';

await ensure();

const { mkdir, readFile, rm, stat } = await import('node:fs/promises');
const { inProject, root } = await import('./setup/paths.mjs');
const { runNode } = await import('./test/process.mjs');
const { createVSIX, listFiles, PackageManager } = await import('@vscode/vsce');

const built = await runNode(['esbuild.mjs', '--production']);
if (built.exitCode !== 0) {
  process.exit(1);
}
const { name, version } = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
const packagePath = inProject(`artifacts/${name}-${version}.vsix`);
await mkdir(inProject('artifacts'), { recursive: true });
await rm(packagePath, { force: true });
await createVSIX({ cwd: root, packagePath, dependencies: false, rewriteRelativeLinks: false });
const files = await listFiles({ cwd: root, packageManager: PackageManager.None });
console.log(
  files
    .sort()
    .map((file) => `  ${file}`)
    .join('\n'),
);
console.log(`${packagePath}: ${files.length} files, ${Math.round((await stat(packagePath)).size / 1024)} KiB`);
