import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/setup/paths.mjs';
import type { RequestRecord } from '../azure/controlTypes.ts';
import { type LocalAzure, startLocalAzure } from '../azure/localAzure.ts';
import { buildConsumer } from '../editor/consumers/buildConsumer.ts';
import type { EditorOptions } from './editorProcesses.ts';
import { type EditorWindow, openEditor } from './editorWindow.ts';
import { ada, askersOf, type EditorConsumer, type Reply, type Result, resources } from './faultsConsumers.ts';
import { sampleSettings } from './sampleSettings.ts';
import { signInAs } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/** A token for it is in memory before anything goes wrong. */
const atHand = 'https://graph.microsoft.com';

/** One window with an extension that asks in every way there is, a repository of Azure DevOps, and somebody signed in. */
export interface FaultsRig extends AsyncDisposable {
  readonly azure: LocalAzure;
  readonly editor: EditorWindow;
  /** One more proxy, which the extension can be sent to while git goes on to use its own. */
  readonly otherAzure: LocalAzure;
  /** Asks the extension for something that is no token. */
  tell(path: string, wish?: object): Promise<Reply>;
  /**
   * Makes a consumer ask for a token, and waits until it knows.
   * @param begun called once a person has asked: until then the keyboard is theirs
   */
  ask(consumer: EditorConsumer, begun?: () => void): Promise<Result>;
  /** Asks for the token that is in memory, if it still is. @returns how it was had */
  askAtHand(): Promise<'served' | 'renewed' | 'refused'>;
  accounts(): Promise<readonly string[]>;
  /** Who runs the window's extensions; another process after each restart. */
  extensionHost(): Promise<number>;
  /** Signs in, and lets the extension have tokens. */
  signIn(): Promise<void>;
  /** Signs one account out, the only one when absent, and waits until it is. */
  signOut(username?: string): Promise<void>;
  /** Fails unless nothing waits for the person: no dialog, no box, no page of a browser. */
  assertNothingAsked(): Promise<void>;
  /** Takes notifications off the screen. */
  clear(): Promise<void>;
  openSecondWindow(): Promise<SecondWindow>;
  /** Puts a token into memory; those of the consumers are not kept. @param lifetime in seconds, an hour or so when absent */
  haveAtHand(lifetime?: number): Promise<void>;
}

/** Another window of the same editor and person. */
export interface SecondWindow extends AsyncDisposable {
  readonly page: Page;
  tell: FaultsRig['tell'];
}

/** Tokens of this life, in seconds, are good, but too short-lived to be kept: every question goes to Entra. */
const notKept = 280;

/** Opens the window. */
export async function openFaultsRig(name: string): Promise<FaultsRig> {
  await using started = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'faults-'));
  started.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const azure = started.use(await startLocalAzure({ storage: false }));
  const otherAzure = started.use(await startLocalAzure({ storage: false }));
  const options: EditorOptions = {
    folder: await makeRepository(home),
    extensions: [root, await buildConsumer('fault-consumer', home)],
    env: {
      ...azure.environment,
      FAULT_CONSUMER_FOLDER: home,
      XDG_RUNTIME_DIR: undefined,
      GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    },
    proxy: { url: azure.proxyUrl, caSpkiHash: azure.caSpkiHash },
    settings: sampleSettings({
      'git.path': await oldGit(home),
      'git.autofetch': false,
      'remote.autoForwardPorts': false,
    }),
    screenshotFolder: join(root, 'artifacts', name),
  };
  const editor = await openEditor(options);
  started.defer(() => editor.dispose());
  const rig = createRig({ azure, otherAzure, editor, home });
  await rig.signIn();
  await azure.control.setAccessTokenLifetime(notKept);
  const running = started.move();
  return { ...rig, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Asks the extension of one window, which is found by the name of the window's folder. */
function tellerOf(home: string, folder: string): Pick<FaultsRig, 'tell' | 'extensionHost'> {
  const host = async () =>
    JSON.parse(await readFile(join(home, `${folder}.json`), 'utf8')) as { url: string; pid: number };
  return {
    async tell(path, wish = {}) {
      const { url } = await waitFor(() => host().catch(() => undefined), {
        what: `the extension that asks in ${folder}`,
        timeout: 60_000,
      });
      const response = await fetch(new URL(path, url), { method: 'POST', body: JSON.stringify(wish) });
      return (await response.json()) as Reply;
    },
    extensionHost: async () => (await host()).pid,
  };
}

/**
 * Opens one more window, on another folder. A browser's windows have secret storages of their own; here each change of one
 * is done in the other, too, as in an editor on the desktop, whose windows share one.
 */
async function openSecondWindow(editor: EditorWindow, home: string, first: FaultsRig['tell']): Promise<SecondWindow> {
  const name = `other-${Date.now()}`;
  const folder = join(home, name);
  await mkdir(folder);
  const page = await editor.context.newPage();
  const address = new URL(editor.page.url());
  address.searchParams.set('folder', folder);
  await page.goto(address.href);
  const { tell } = tellerOf(home, name);
  assert.deepEqual((await tell('/accounts')).token?.accounts, [ada]);
  const hub = await startHub([first, tell]);
  return {
    tell,
    page,
    async [Symbol.asyncDispose]() {
      await first('/secrets', { secrets: { tellWrites: '' } });
      await page.close();
      hub.close();
    },
  };
}

/** Tells each window what the other has stored. */
async function startHub(windows: readonly FaultsRig['tell'][]): Promise<Server> {
  const hub = createServer((request, response) => {
    const others = windows.filter((_, index) => request.url !== `/${index}`);
    text(request)
      .then((body) => Promise.all(others.map((tell) => tell('/secrets', { secrets: { put: JSON.parse(body) } }))))
      .finally(() => response.end());
  });
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  const { port } = hub.address() as AddressInfo;
  for (const [index, tell] of windows.entries()) {
    const { error } = await tell('/secrets', { secrets: { tellWrites: `http://127.0.0.1:${port}/${index}` } });
    assert.equal(error, undefined, JSON.stringify(error));
  }
  return hub;
}

/** A repository whose remote is one of Azure DevOps. */
async function makeRepository(home: string): Promise<string> {
  const folder = join(home, 'repo');
  await mkdir(folder);
  await writeFile(join(home, 'gitconfig'), '[user]\n\tname = Ada Sample\n\temail = ada@contoso.com\n');
  const git = (...args: string[]) => promisify(execFile)('git', ['-C', folder, ...args]);
  await git('init', '-q', '-b', 'main');
  await git('remote', 'add', 'origin', 'https://dev.azure.com/contoso/Project%20One/_git/repo');
  return folder;
}

/** A git that takes no configuration from its environment, as before 2.31: the Git extension asks its providers for it. */
async function oldGit(home: string): Promise<string> {
  const path = join(home, 'git');
  await writeFile(path, '#!/bin/sh\nunset GIT_CONFIG_COUNT\nexec git "$@"\n', { mode: 0o755 });
  return path;
}

interface RigParts extends Pick<FaultsRig, 'azure' | 'otherAzure' | 'editor'> {
  readonly home: string;
}

function createRig({ azure, otherAzure, editor, home }: RigParts): Omit<FaultsRig, typeof Symbol.asyncDispose> {
  const { tell, extensionHost } = tellerOf(home, 'repo');
  const requests = async (since: number, resource: string): Promise<readonly RequestRecord[]> => {
    return await azure.control.requests({ since, resource, host: 'login.microsoftonline.com' });
  };
  const askers = askersOf(editor, tell);
  const lastRequest = async (): Promise<number> => (await azure.control.requests()).at(-1)?.number ?? 0;
  const ask: FaultsRig['ask'] = async (consumer, begun = () => undefined) => {
    const since = await lastRequest();
    const result = await askers[consumer](begun);
    return { ...result, requests: (await requests(since, resources[consumer].name)).length };
  };
  const clear = async (): Promise<void> => {
    await tell('/clear');
    await waitFor(
      async () => ((await editor.page.locator('.notification-list-item').count()) === 0 ? true : undefined),
      { what: 'a window without notifications' },
    );
  };
  const accounts = async () => (await tell('/accounts')).token?.accounts ?? [];
  return {
    ...{ azure, otherAzure, editor, tell, ask, clear, extensionHost, accounts },
    openSecondWindow: () => openSecondWindow(editor, home, tell),
    async haveAtHand(lifetime) {
      await azure.control.setAccessTokenLifetime(lifetime ?? null);
      const { token, error } = await tell('/api', { resource: atHand, forceRefresh: lifetime !== undefined });
      assert.equal(token?.user, ada, JSON.stringify(error));
      await azure.control.setAccessTokenLifetime(notKept);
    },
    async askAtHand() {
      const since = await lastRequest();
      const { error } = await tell('/api', { resource: atHand });
      const asked = (await requests(since, 'Microsoft Graph')).length > 0;
      return error !== undefined ? 'refused' : asked ? 'renewed' : 'served';
    },
    async signIn() {
      await azure.control.setAccessTokenLifetime(null);
      await signInAs(editor, ada);
      await allow(editor, tell);
      await azure.control.setAccessTokenLifetime(notKept);
      await clear();
    },
    async signOut(username) {
      // Not by the editor's accounts: while a session is waited for, the editor asks the provider nothing else.
      const isKnown = async () => (await tell('/known')).token?.accounts?.includes(username ?? ada) ?? true;
      await editor.runCommand('Azure Credentials: Sign Out');
      if (username !== undefined) {
        await editor.pick(username);
      }
      await editor.dialogButton('Sign Out');
      await waitFor(async () => ((await isKnown()) ? undefined : true), { what: 'a sign-out' });
    },
    async assertNothingAsked() {
      assert.equal(await editor.page.locator('.monaco-dialog-box').count(), 0, 'a dialog is open');
      // What the Git extension asked, and was not told, is on its way out.
      await editor.page.locator('.quick-input-widget').first().waitFor({ state: 'hidden', timeout: 3_000 });
      const pages = editor.context.pages().filter((page) => !page.url().includes('folder='));
      assert.deepEqual(pages, [], 'a page of a browser is open');
    },
  };
}

/** The person lets the extension have tokens, where they were not asked before. */
async function allow(editor: EditorWindow, tell: FaultsRig['tell']): Promise<void> {
  const answers: readonly (readonly [string, string, string])[] = [
    ['/api', 'Allow for all resources', atHand],
    ['/session', 'Allow', atHand],
  ];
  for (const [path, button, resource] of answers) {
    const asked = tell(path, { resource, interactive: true });
    const dialog = editor.page.locator('.monaco-dialog-box').waitFor({ timeout: 30_000 });
    const first = await Promise.race([asked.then(() => 'answer' as const), dialog.then(() => 'dialog' as const)]);
    dialog.catch(() => undefined);
    if (first === 'dialog') {
      await editor.dialogButton(button);
      if (path === '/session') {
        await editor.pick(ada);
      }
    }
    const { token, error } = await asked;
    assert.equal(token?.user, ada, JSON.stringify(error));
  }
}
