import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import type { EditorOptions } from './editorProcesses.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { sampleSettings } from './sampleSettings.ts';

/** A window in front of a local Azure, from the first test of a suite to its last. */
export interface WindowUnderTest {
  /** Throws before the first test. */
  readonly azure: LocalAzure;
  readonly editor: EditorWindow;
  /** Where `prepare` put what it made; removed after the last test. */
  readonly folder: string;
}

type OpenOptions = Partial<Omit<EditorOptions, 'screenshotFolder'>>;

/** Options beside those of every window: by default the sample workspace, with the settings of the sample tenant. */
export interface WindowOptions extends OpenOptions {
  /** Pictures are saved in a folder of that name in `artifacts`. */
  readonly screenshots: string;
  /** Makes what the window is opened with, in a new folder. */
  readonly prepare?: (folder: string) => Promise<OpenOptions>;
  /** Whether the local Azure serves blobs, too. Default: no. */
  readonly storage?: boolean;
}

/** Registers the hooks of a suite that drives one window; a test that fails leaves a picture. Call it in `describe`. */
export function windowUnderTest({ screenshots, prepare, storage = false, ...options }: WindowOptions): WindowUnderTest {
  let azure: LocalAzure | undefined;
  let editor: EditorWindow | undefined;
  let folder = '';

  before(async function () {
    this.timeout(120_000);
    // Short, because sockets may lie below it, and their paths may have some 100 characters.
    folder = await mkdtemp(join(tmpdir(), 'w-'));
    const [started, prepared] = await Promise.all([startLocalAzure({ storage }), prepare?.(folder)]);
    azure = started;
    editor = await openEditor({
      folder: join(root, 'test/azure/workspace'),
      settings: sampleSettings(),
      env: azure.environment,
      proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
      screenshotFolder: join(root, 'artifacts', screenshots),
      ...options,
      ...prepared,
    });
  });

  after(async () => {
    await editor?.dispose();
    await azure?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      await editor?.screenshot(`failed-${fileName(this.currentTest.title).slice(0, 70)}`);
    }
  });

  return {
    get azure() {
      return started(azure);
    },
    get editor() {
      return started(editor);
    },
    get folder() {
      return folder;
    },
  };
}

/** A title as the name of a file. */
export function fileName(title: string): string {
  return title.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
}

function started<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error('The window is opened before the first test.');
  }
  return value;
}
