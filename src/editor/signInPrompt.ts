import * as vscode from 'vscode';
import { AzureCredentialsError } from '../tokens/errors.ts';
import type { Text } from '../tokens/phrase.ts';
import type { DeviceCodeOptions, Disposable, SignInPrompt, SignInStage } from '../tokens/ports.ts';
import { withDelayedProgress } from './delayedProgress.ts';
import { localize } from './localize.ts';

/** Set while a sign-in waits, so that the commands that help with it are offered only then. */
const waitingContext = 'azureCredentials.waitingForBrowser';
const deviceCodeContext = 'azureCredentials.waitingForDeviceCode';

/** How a person takes part in a sign-in: one notification with progress, cancel and links; an input box to paste into. */
export interface EditorSignInPrompt extends SignInPrompt, Disposable {
  /** Shows the input box of the sign-in that waits now. */
  pasteAddress(): void;
  /** Copies the sign-in address, to open it in another browser. */
  copyAddress(): Promise<void>;
  /** Copies the device code again. */
  copyDeviceCode(): Promise<void>;
}

export function createSignInPrompt(): EditorSignInPrompt {
  return new BrowserAndDeviceCodePrompt();
}

/** One browser sign-in that waits: the address to open, the box to paste into, and who hears of a pasted text. */
interface BrowserWait {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly input: vscode.InputBox;
  /** Those of the latest call of `waitForPaste`. */
  resolve(text: string): void;
  reject(error: Error): void;
}

class BrowserAndDeviceCodePrompt implements EditorSignInPrompt {
  /** By the sign-in's signal, the newest last: a person can start a second one before the first has ended. */
  readonly #waits = new Map<AbortSignal, BrowserWait>();
  /** The one into whose box something was pasted last. */
  #pasted: BrowserWait | undefined;
  #deviceCode: string | undefined;

  async openBrowser(url: string): Promise<boolean> {
    return await vscode.env.openExternal(vscode.Uri.parse(url, true));
  }

  /** Called again after {@link rejectPaste}, the same sign-in goes on in the same notification and box. */
  waitForPaste({ url, signal }: { url: string; signal: AbortSignal }): Promise<string> {
    return new Promise<string>((resolve, reject) => {
      const known = this.#waits.get(signal);
      if (known !== undefined) {
        Object.assign(known, { resolve, reject });
        return;
      }
      const input = createPasteBox((text) => {
        this.#pasted = wait;
        wait.resolve(text);
      });
      const wait: BrowserWait = { url, signal, input, resolve, reject };
      this.#waits.set(signal, wait);
      void this.#show(wait);
    });
  }

  rejectPaste(reason: Text): void {
    if (this.#pasted !== undefined) {
      this.#pasted.input.validationMessage = localize(reason);
      this.#pasted.input.show();
    }
  }

  pasteAddress(): void {
    this.#newest()?.input.show();
  }

  async copyAddress(): Promise<void> {
    const wait = this.#newest();
    if (wait !== undefined) {
      await vscode.env.clipboard.writeText(wait.url);
    }
  }

  async copyDeviceCode(): Promise<void> {
    if (this.#deviceCode !== undefined) {
      await vscode.env.clipboard.writeText(this.#deviceCode);
    }
  }

  async showDeviceCode(options: DeviceCodeOptions): Promise<never> {
    const { userCode, verificationUri, signal } = options;
    this.#deviceCode = userCode;
    const isCopied = await this.copyDeviceCode().then(
      () => true,
      () => false,
    );
    await setContext(deviceCodeContext, true);
    // The code is on the screen while the editor asks whether to open the page; the page is one click away anyhow.
    this.openBrowser(verificationUri).catch(() => undefined);
    await showProgress(vscode.l10n.t('Signing in to Azure'), signal, () => deviceCodeMessage(options, isCopied));
    if (this.#deviceCode === userCode) {
      this.#deviceCode = undefined;
      await setContext(deviceCodeContext, false);
    }
    throw cancelled();
  }

  showWork<T>(stage: SignInStage, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const title =
      stage === 'preparing'
        ? vscode.l10n.t('Signing in to Azure: asking for the sign-in page')
        : vscode.l10n.t('Signing in to Azure: your browser has answered, the sign-in is being finished');
    return withDelayedProgress(title, work);
  }

  dispose(): void {
    for (const { input } of this.#waits.values()) {
      input.dispose();
    }
  }

  #newest(): BrowserWait | undefined {
    return [...this.#waits.values()].at(-1);
  }

  async #show(wait: BrowserWait): Promise<void> {
    await setContext(waitingContext, true);
    if (!browserReachesExtensionHost()) {
      wait.input.show();
    }
    await showProgress(vscode.l10n.t('Signing in to Azure'), wait.signal, browserMessage);
    wait.input.dispose();
    this.#waits.delete(wait.signal);
    if (this.#pasted === wait) {
      this.#pasted = undefined;
    }
    if (this.#waits.size === 0) {
      await setContext(waitingContext, false);
    }
    wait.reject(cancelled());
  }
}

function createPasteBox(onPaste: (text: string) => void): vscode.InputBox {
  const input = vscode.window.createInputBox();
  input.title = vscode.l10n.t('Sign in to Azure');
  input.prompt = vscode.l10n.t(
    'Finish in your browser. If it ends at a page that cannot be reached, paste the address of that page here. The sign-in goes on when this box is closed.',
  );
  input.placeholder = 'http://localhost:…/?code=…';
  input.ignoreFocusOut = true;
  input.onDidChangeValue(() => {
    input.validationMessage = undefined;
  });
  input.onDidAccept(() => {
    if (input.value.trim() !== '') {
      onPaste(input.value);
    }
  });
  return input;
}

/** Shows progress with a message made anew every second, until the signal aborts or the person cancels. */
async function showProgress(title: string, signal: AbortSignal, message: () => string): Promise<void> {
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      let shown = '';
      const report = (): void => {
        const next = message();
        if (next !== shown) {
          shown = next;
          progress.report({ message: next });
        }
      };
      report();
      const timer = setInterval(report, 1000);
      await new Promise<void>((done) => {
        signal.addEventListener('abort', () => done(), { once: true });
        token.onCancellationRequested(() => done());
        if (signal.aborted) {
          done();
        }
      });
      clearInterval(timer);
    },
  );
}

function browserMessage(): string {
  return vscode.l10n.t(
    'waiting for your browser. [Paste the address instead]({0}) or [copy the sign-in link]({1}).',
    'command:azureCredentials.pasteSignInAddress',
    'command:azureCredentials.copySignInLink',
  );
}

function deviceCodeMessage(
  { userCode, verificationUri, expiresOnTimestamp }: DeviceCodeOptions,
  isCopied: boolean,
): string {
  const seconds = Math.max(0, Math.round((expiresOnTimestamp - Date.now()) / 1000));
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const copy = 'command:azureCredentials.copyDeviceCode';
  return isCopied
    ? vscode.l10n.t(
        'enter the code {0} at [{1}]({1}). It is in the clipboard ([copy again]({2})) and ends in {3}.',
        userCode,
        verificationUri,
        copy,
        left,
      )
    : vscode.l10n.t(
        'enter the code {0} ([copy it]({2})) at [{1}]({1}). It ends in {3}.',
        userCode,
        verificationUri,
        copy,
        left,
      );
}

/**
 * A browser on the machine of the extension host can reach its loopback listener. With a remote or browser-served editor
 * it usually cannot, so that the box to paste into is shown at once.
 */
function browserReachesExtensionHost(): boolean {
  return vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
}

function cancelled(): AzureCredentialsError {
  return new AzureCredentialsError('cancelled', 'The sign-in was cancelled.');
}

async function setContext(key: string, value: boolean): Promise<void> {
  await vscode.commands.executeCommand('setContext', key, value);
}
