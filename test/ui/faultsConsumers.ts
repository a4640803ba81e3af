import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { ConsumerId } from '../faults/faultTypes.ts';
import type { EditorWindow } from './editorWindow.ts';
import type { Notification } from './notifications.ts';
import { copiedClaims, getToken } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

export const ada = 'ada@contoso.com';

/** The consumers of a window. */
export type EditorConsumer = Extract<ConsumerId, 'command' | 'api' | 'authenticationProvider' | 'gitProvider'> | 'task';

/** Whose token each of them asks for: resources of their own, so that nobody waits for another's request. */
export const resources: Readonly<Record<EditorConsumer, { readonly uri: string; readonly name: string }>> = {
  command: { uri: 'https://storage.azure.com', name: 'Azure Storage' },
  task: { uri: 'https://storage.azure.com', name: 'Azure Storage' },
  api: { uri: 'https://database.windows.net', name: 'Azure SQL Database' },
  authenticationProvider: { uri: 'https://vault.azure.net', name: 'Azure Key Vault' },
  gitProvider: { uri: '', name: 'Azure DevOps' },
};
/** What the extension that asks was answered. */
export interface Reply {
  readonly token?: { readonly user?: string; readonly accounts?: string[]; readonly refreshTokens?: string[] } | null;
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly code?: string;
    readonly advice?: string;
  };
  readonly milliseconds: number;
}

/** What became of one consumer's request. */
export interface Result {
  /** In the consumer's own language, as the table of faults has it. */
  readonly given: string;
  /** Whatever words reached it. */
  readonly text: string;
  readonly seconds: number;
  /** How often Entra was asked for it. */
  readonly requests: number;
}

const gitNotice = 'Git cannot get into contoso: ';

/** Everything but how often Entra was asked: who asks cannot see that. */
type Asked = Omit<Result, 'requests'>;

/** How each consumer asks for its token. @param tell makes the extension in the window do something */
export function askersOf(
  editor: EditorWindow,
  tell: (path: string, wish?: object) => Promise<Reply>,
): Readonly<Record<EditorConsumer, (begun: () => void) => Promise<Asked>>> {
  return {
    command: (begun) => askCommand(editor, begun),
    task: async () => ofApi(await tell('/command', { resource: resources.task.uri })),
    api: async () => ofApi(await tell('/api', { resource: resources.api.uri })),
    authenticationProvider: async () =>
      ofSession(await tell('/session', { resource: resources.authenticationProvider.uri })),
    gitProvider: () => askGit(editor, () => tell('/git')),
  };
}

/** The person asks with the palette and sees a notification; the log has the code. */
async function askCommand(editor: EditorWindow, begun: () => void): Promise<Asked> {
  const before = editor.notifications().length;
  const logged = (await ownLog(editor)).length;
  await getToken(editor, resources.command.name);
  begun();
  const start = Date.now();
  const shown = await waitFor(() => editor.notifications().slice(before).find(isOfCommand), {
    what: 'a notification of the command',
    timeout: 90_000,
  });
  const seconds = (Date.now() - start) / 1000;
  if (shown.severity === 'info') {
    const { upn, unique_name: name = upn } = await copiedClaims(editor);
    return { given: name === ada ? 'token in the clipboard' : 'nothing', text: shown.message, seconds };
  }
  assert.ok(shown.buttons.length > 0, 'no button says what can be done');
  const line = (await ownLog(editor)).slice(logged);
  const code = /\[error\] (\w+): /.exec(line)?.[1] ?? 'no code in the log';
  return { given: code, text: shown.message, seconds };
}

function isOfCommand({ severity, message }: Notification): boolean {
  return severity === 'error' ? !message.startsWith(gitNotice) : message.includes('is in the clipboard');
}

/** What the extension has logged in this window. */
async function ownLog(editor: EditorWindow): Promise<string> {
  const logs = (await editor.logs()).filter((name) => name.endsWith('Azure Credentials.log'));
  return (await Promise.all(logs.map((log) => readFile(log, 'utf8')))).join('');
}

function ofApi({ token, error, milliseconds }: Reply): Asked {
  const text = error === undefined ? '' : `${error.message} ${error.advice ?? ''}`;
  const given = error === undefined ? (token?.user === ada ? 'token' : 'nothing') : (error.code ?? error.name);
  return { given, text, seconds: milliseconds / 1000 };
}

function ofSession({ token, error, milliseconds }: Reply): Asked {
  const given = error !== undefined ? error.name : token?.user === ada ? 'session' : 'no session';
  return { given, text: error?.message ?? '', seconds: milliseconds / 1000 };
}

/** Where no provider has credentials, the Git extension asks the person: that is where its question to us has ended. */
async function askGit(editor: EditorWindow, ask: () => Promise<Reply>): Promise<Asked> {
  const before = editor.notifications().length;
  const start = Date.now();
  const box = editor.page.locator('.quick-input-widget:visible', { hasText: 'Git: https://dev.azure.com' });
  const running = ask();
  const isOver = running.then(() => true);
  let knownAt: number | undefined;
  while (!(await Promise.race([isOver, wait(50, false)]))) {
    if ((await box.count()) > 0) {
      knownAt ??= Date.now();
      await editor.page.keyboard.press('Escape');
    }
  }
  const { error } = await running;
  const seconds = ((knownAt ?? Date.now()) - start) / 1000;
  if (error === undefined && knownAt === undefined) {
    return { given: 'credentials', text: '', seconds };
  }
  assert.ok(knownAt !== undefined, `git failed before it asked: ${JSON.stringify(error)}`);
  const isOurs = ({ message }: Notification) => message.startsWith(gitNotice);
  const shown = await waitFor(() => editor.notifications().slice(before).find(isOurs), {
    what: 'a notification of git',
    timeout: 2_000,
  }).catch(() => undefined);
  return { given: 'no credentials', text: shown?.message ?? '', seconds };
}
