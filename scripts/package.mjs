// npm run package: builds what is published, artifacts/azure-delegated-credentials-VERSION.vsix.
import { ensure } from './setup.mjs';

await ensure();

const { readFile, rm } = await import('node:fs/promises');
const { inProject } = await import('./setup/paths.mjs');
const { packExtension } = await import('./package/pack.mjs');

const { name, version } = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
const packagePath = inProject(`artifacts/${name}-${version}.vsix`);
await rm(packagePath, { force: true });
try {
  const { files, size } = await packExtension({ stage: inProject('artifacts/package'), packagePath });
  console.log(files.map((file) => `  ${file}`).join('\n'));
  console.log(`${packagePath}: ${files.length} files, ${Math.round(size / 1024)} KiB`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
