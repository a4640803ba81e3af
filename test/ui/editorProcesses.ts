import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { browserExecutable, chromiumArguments } from '../../scripts/editor/chromium.mjs';
import { installExtension } from '../../scripts/editor/installedExtension.mjs';
import { type EditorServer, startEditorServer } from '../../scripts/editor/server.mjs';
import { writeMachineSettings } from '../../scripts/editor/settings.mjs';
import { root } from '../../scripts/setup/paths.mjs';

/** What an editor window is opened with. */
export interface EditorOptions {
  /** The folder to show. */
  readonly folder: string;
  /** Folders of extensions to install; default: this project, as `node esbuild.mjs` built it. */
  readonly extensions?: readonly string[];
  /** Added to the environment of the editor's server, and so of its extensions, terminals and git. */
  readonly env?: NodeJS.ProcessEnv;
  /** Settings of the machine (a setting of scope "application" cannot be given here). */
  readonly settings?: Readonly<Record<string, unknown>>;
  /**
   * Where the editor keeps everything, its browser's profile included. A folder that another window used before is an
   * editor that was closed and is opened again. By default a new one, removed by `dispose`.
   */
  readonly userDataDir?: string;
  /** Sends the browser, loopback addresses aside, through a proxy and believes the authority behind its certificates. */
  readonly proxy?: { readonly url: string; readonly caSpkiHash: string };
  /** Whether the editor asks if a folder is trusted. Default: every folder is. */
  readonly workspaceTrust?: boolean;
  /** More arguments for the editor's server, such as `--log trace`. */
  readonly args?: readonly string[];
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorTheme?: string;
  /** Where `screenshot` saves; default `artifacts/ui`. */
  readonly screenshotFolder?: string;
}

/** Everything below one folder: the server's data, its temporary files and sockets, and the browser's profile. */
export interface DataFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** The data folder of an editor: the given one, which is kept, or a new one. */
export async function prepareDataFolder(options: EditorOptions): Promise<DataFolder> {
  const { userDataDir, settings, colorTheme, extensions = [root] } = options;
  // The name is short because sockets lie below it, and their paths may have some 100 characters.
  const path = userDataDir ?? (await mkdtemp(join(tmpdir(), 'adc-')));
  await mkdir(path, { recursive: true });
  const theme = colorTheme === undefined ? {} : { 'workbench.colorTheme': colorTheme };
  await writeMachineSettings(join(path, 'user'), {
    'terminal.integrated.gpuAcceleration': 'off',
    ...theme,
    ...settings,
  });
  for (const extension of extensions) {
    await installExtension(join(path, 'extensions'), extension);
  }
  const remove = async () => {
    if (userDataDir === undefined) {
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  return { path, remove };
}

/**
 * Starts the editor's server on the port that it had before in the same data folder: a browser keeps what a page stored,
 * secrets among it, by the page's address.
 */
export async function startServer(dataFolder: string, options: EditorOptions): Promise<EditorServer> {
  const portFile = join(dataFolder, 'port');
  const port = Number(await readFile(portFile, 'utf8').catch(() => '0'));
  const server = await startEditorServer({
    dataFolder,
    port,
    editor: process.env['EDITOR_FOR_TESTS'] === 'oldest' ? 'oldest' : 'newest',
    workspaceTrust: options.workspaceTrust ?? false,
    env: options.env ?? {},
    args: options.args ?? [],
  });
  await writeFile(portFile, String(server.port));
  return server;
}

/** Starts a headless browser with a profile of its own inside the data folder. */
export async function startBrowser(dataFolder: string, options: EditorOptions): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(join(dataFolder, 'browser'), {
    executablePath: browserExecutable(),
    args: chromiumArguments({ proxy: options.proxy }),
    viewport: options.viewport ?? { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
}
