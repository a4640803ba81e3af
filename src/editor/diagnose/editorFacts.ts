import { homedir, release, userInfo } from 'node:os';
import * as vscode from 'vscode';
import type { Account } from '../../tokens/account.ts';
import { phrase } from '../../tokens/phrase.ts';
import { usesEditorAccount } from '../usesEditorAccount.ts';
import type { DiagnoseDeps } from './registerDiagnose.ts';
import type { Personal, Report } from './report.ts';

const extensionId = 'delegated-credentials.azure-delegated-credentials';

/** Versions, the kind of editor, and what the settings say. */
export function editorFacts({ settings }: DiagnoseDeps): Report['facts'] {
  const { clientId, tenantId, cloud, authorityHost, authType, signInMethod } = settings.current();
  const source = usesEditorAccount(settings.current())
    ? phrase`the editor’s own Microsoft account`
    : phrase`application ${clientId}`;
  return [
    ['Azure Delegated Credentials', extensionVersion()],
    [vscode.env.appName, vscode.version],
    [phrase`Kind of editor`, editorKind()],
    [phrase`Display language`, vscode.env.language],
    ['Node.js', process.versions.node],
    [phrase`System of the extension host`, `${process.platform} ${release()} (${process.arch})`],
    [phrase`Workspace`, vscode.workspace.isTrusted ? phrase`trusted` : phrase`Restricted Mode`],
    [phrase`Tokens come from`, source],
    [phrase`Tenant`, tenantId],
    [phrase`Cloud`, authorityHost === '' ? cloud : `${cloud} (${authorityHost})`],
    [phrase`Tokens are for`, authType],
    [phrase`Way to sign in`, signInMethod],
  ];
}

function extensionVersion(): string {
  const manifest: { readonly version?: unknown } = vscode.extensions.getExtension(extensionId)?.packageJSON ?? {};
  return String(manifest.version ?? 'unknown');
}

function editorKind(): Report['facts'][number][1] {
  const { remoteName, uiKind } = vscode.env;
  if (uiKind === vscode.UIKind.Web) {
    return phrase`in a browser (${vscode.env.appHost})`;
  }
  return remoteName === undefined ? phrase`desktop` : phrase`desktop, extension host elsewhere (${remoteName})`;
}

/** What a report without names must not hold: the accounts, and who owns this machine's home folder. */
export function personalTexts(accounts: readonly Account[]): readonly Personal[] {
  return [
    ...accounts.flatMap(({ username, name }, index) => [
      { text: username, replacement: `user-${index + 1}` },
      ...(name === username ? [] : [{ text: name, replacement: `user-${index + 1}` }]),
    ]),
    { text: homedir(), replacement: '~' },
    ...ownName(),
  ];
}

/** The system may not know the user, as in some containers. `root` names nobody. */
function ownName(): Personal[] {
  try {
    const { username } = userInfo();
    return username.length < 3 || username === 'root' ? [] : [{ text: username, replacement: 'user' }];
  } catch {
    return [];
  }
}
