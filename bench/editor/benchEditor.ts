import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stagePackage } from '../../scripts/package/stage.mjs';
import type { Control } from '../../test/azure/control.ts';
import { type EditorWindow, openEditor } from '../../test/ui/editorWindow.ts';
import { sampleSettings } from '../../test/ui/sampleSettings.ts';
import { chooseAccount, goBack } from '../../test/ui/signInSteps.ts';
import { waitFor } from '../../test/ui/waitFor.ts';

/** What the consumer in the extension host is to do. */
export interface Plan {
  /** Of activation; 0 for none. */
  readonly round: number;
  /** Whether every file that is loaded is noted, which takes time. */
  readonly watchLoading: boolean;
  readonly sessionRounds: number;
  readonly tokens: number;
}

/** A window of a real editor with the published build, an empty extension, and a consumer that measures both. */
export class BenchEditor implements AsyncDisposable {
  readonly #folder: string;
  readonly #editor: EditorWindow;

  private constructor(folder: string, editor: EditorWindow) {
    this.#folder = folder;
    this.#editor = editor;
  }

  static async open(azure: { readonly control: Control }, plan: Plan): Promise<BenchEditor> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      await writePlan(folder, plan);
      await mkdir(join(folder, 'workspace'));
      await stagePackage(join(folder, 'stage'));
      const { proxyUrl, caSpkiHash, environment } = await azure.control.addresses();
      const editor = await openEditor({
        folder: join(folder, 'workspace'),
        extensions: [
          join(folder, 'stage'),
          await install('bench-consumer', folder),
          await install('empty-extension', folder),
        ],
        env: { ...environment, BENCH_FOLDER: folder },
        proxy: { url: proxyUrl, caSpkiHash },
        settings: sampleSettings(),
      });
      return new BenchEditor(folder, editor);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The build that is installed: its folder, with `bundle.json`. */
  get stage(): string {
    return join(this.#folder, 'stage');
  }

  /** Signs a person in with this extension, and allows the consumer every resource. */
  async signIn(username: string): Promise<void> {
    const page = await this.#editor.waitForNewPage(async () => {
      await this.#editor.runCommand('Bench: Sign In');
      await this.#editor.dialogButton('Open');
    });
    await chooseAccount(page, username);
    await goBack(this.#editor, page);
    await this.#editor.page.getByText(/wants to get tokens/).waitFor();
    await this.#editor.dialogButton('Allow for all resources');
    await this.#signedIn('signIn');
  }

  /** Signs a person in with the editor's own Microsoft account, by its device code flow: the other needs a desktop. */
  async signInBuiltIn(username: string, control: Control): Promise<void> {
    const editor = this.#editor;
    await editor.runCommand('Bench: Sign In With The Editor');
    await editor.page.locator('.monaco-dialog-box').waitFor();
    await editor.dialogButton('Allow');
    await editor.dialogButton('Cancel');
    await editor.waitForNotification(/Signing in to Microsoft/);
    await editor.clickNotificationButton('Cancel');
    await editor.waitForNotification(/try a different way\? \(device code\)/);
    await editor.clickNotificationButton('Yes');
    const code = await waitFor(async () => /[A-Z0-9]{8,9}/.exec(await editor.dialogText())?.[0], {
      what: 'a dialog with a device code',
    });
    await control.approveDevice(code, username);
    const page = await editor.waitForNewPage(async () => {
      await editor.dialogButton('Copy & Continue to Microsoft');
      await editor.dialogButton('Open');
    });
    await page.close();
    await this.#signedIn('signInBuiltIn');
  }

  /** Runs a command of the consumer. @returns what it measured */
  async measure<Result>(command: string, name: string): Promise<Result> {
    await rm(join(this.#folder, `${name}.json`), { force: true });
    await this.#editor.runCommand(`Bench: ${command}`);
    return await this.#result<Result>(name);
  }

  /** Opens the window anew and lets the consumer do what a plan says. @returns what it measured */
  async reload<Result>(plan: Plan): Promise<Result> {
    await writePlan(this.#folder, plan);
    await this.#editor.reload();
    return await this.#result<Result>(`round-${plan.round}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#editor.dispose();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #signedIn(name: string): Promise<void> {
    const { done } = await this.#result<{ readonly done?: boolean }>(name);
    if (done !== true) {
      throw new Error(`${name} did not succeed.`);
    }
  }

  async #result<Result>(name: string): Promise<Result> {
    const file = join(this.#folder, `${name}.json`);
    const text = await waitFor(() => readFile(file, 'utf8').catch(() => undefined), {
      what: `the consumer's ${name}`,
      timeout: 180_000,
    });
    const result = JSON.parse(text) as Result & { readonly error?: string };
    if (result.error !== undefined) {
      throw new Error(`${name}: ${result.error}`);
    }
    return result;
  }
}

async function writePlan(folder: string, plan: Plan): Promise<void> {
  await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
}

/** Lays an extension of this folder out as it would be published. */
async function install(name: string, parent: string): Promise<string> {
  const target = join(parent, name);
  await mkdir(join(target, 'dist'), { recursive: true });
  await copyFile(join(import.meta.dirname, name, 'package.json'), join(target, 'package.json'));
  await cp(join(import.meta.dirname, name, 'extension.js'), join(target, 'dist/extension.js'));
  return target;
}
