// npm start: opens VS Code with the extension, on a sample workspace, connected to a local Azure.
//   npm start [-- --no-browser | --desktop]
import { parseArgs } from 'node:util';
import { ensure } from './setup.mjs';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    browser: { type: 'boolean', default: true },
    desktop: { type: 'boolean', default: false },
  },
});
const display = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
const browserWindow = values.browser && display && !values.desktop;
await ensure({ browser: browserWindow, ...(values.desktop ? {} : { editor: 'newest' }) });

const { buildExtension } = await import('./test/process.mjs');
if (!(await buildExtension())) {
  process.exit(1);
}
const { runSession } = await import('./start/session.mjs');
try {
  await runSession({ desktop: values.desktop, browserWindow });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
