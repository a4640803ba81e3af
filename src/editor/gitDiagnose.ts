import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { diagnoseRemote, type GitDiagnosisDeps, type GitFinding, type GitFix } from '../git/diagnosis.ts';
import type { TokenService } from '../tokens/tokenService.ts';
import { withDelayedProgress } from './delayedProgress.ts';
import { gitAudiences } from './gitAudiences.ts';
import { signInArguments } from './gitFailureNotice.ts';
import type { GitSession } from './gitSession.ts';
import { localize } from './localize.ts';
import { isOn, openSettings } from './settings.ts';

export interface DiagnoseDeps {
  readonly session: GitSession;
  readonly tokens: TokenService;
}

/** A remote of an open repository, or an address that was typed. */
interface Subject {
  readonly address: string;
  readonly remote?: { readonly name: string; readonly folder: string };
}

/** Finds out why git does or does not get into a remote, and offers what can be done about it. */
export async function diagnose(deps: DiagnoseDeps): Promise<void> {
  const subject = await chooseSubject(deps.session);
  if (!subject) {
    return;
  }
  const gitPath = deps.session.git?.git.path ?? 'git';
  const findings = await withDelayedProgress(vscode.l10n.t('Diagnosing git'), async (signal) =>
    diagnoseRemote(subject.address, {
      credentials: deps.session.credentials,
      fetch: (input, init) => globalThis.fetch(input, init),
      git: (args, input) => runGit({ gitPath, folder: subject.remote?.folder, signal }, args, input),
      helperState: await helperState(deps),
      environment: process.env,
      requester: { kind: 'git', id: 'helper', label: vscode.l10n.t('Diagnose Git') },
      signal,
    }),
  );
  await showFindings(findings, subject, gitPath);
}

async function chooseSubject({ git }: GitSession): Promise<Subject | undefined> {
  const items = (git?.repositories ?? []).flatMap(({ rootUri, state }) =>
    state.remotes.flatMap(({ name, fetchUrl }) =>
      fetchUrl === undefined
        ? []
        : [
            {
              label: `${basename(rootUri.fsPath)}: ${name}`,
              description: withoutPassword(fetchUrl),
              address: fetchUrl,
              remote: { name, folder: rootUri.fsPath },
            },
          ],
    ),
  );
  const other = { label: vscode.l10n.t('$(edit) Another address…'), description: '', address: '', remote: undefined };
  const picked =
    items.length === 0
      ? other
      : await vscode.window.showQuickPick([...items, other], { title: vscode.l10n.t('Remote to diagnose') });
  if (picked?.remote) {
    return { address: picked.address, remote: picked.remote };
  }
  const address = picked && (await vscode.window.showInputBox({ title: vscode.l10n.t('Address of the remote') }));
  return address ? { address: address.trim() } : undefined;
}

async function helperState({ session, tokens }: DiagnoseDeps): Promise<GitDiagnosisDeps['helperState']> {
  if (!vscode.workspace.isTrusted) {
    return { level: 'problem', text: vscode.l10n.t('Off: this workspace is in Restricted Mode.') };
  }
  if (!isOn('git.enabled')) {
    const fix: GitFix = { kind: 'openSettings', setting: 'git.enabled' };
    return { level: 'problem', text: vscode.l10n.t('Off by the setting azureCredentials.git.enabled.'), fix };
  }
  if ((await tokens.getAccounts().catch(() => [])).length === 0) {
    return { level: 'problem', text: vscode.l10n.t('Off: nobody is signed in.') };
  }
  if (!session.place) {
    return { level: 'problem', text: vscode.l10n.t('Its server did not start. The log says more.') };
  }
  if (!gitAudiences().has('terminal')) {
    const fix: GitFix = { kind: 'openSettings', setting: 'git.terminal' };
    return {
      level: 'note',
      text: vscode.l10n.t(
        'On for the Source Control view; off for terminals by the setting azureCredentials.git.terminal.',
      ),
      fix,
    };
  }
  return { level: 'good', text: vscode.l10n.t('On for the Source Control view and for terminals.') };
}

type FindingItem = vscode.QuickPickItem & { readonly fix?: GitFix };

const icons = { good: '$(pass)', note: '$(info)', problem: '$(error)' } as const;

/** A list, in which whatever can be fixed has a button. Problems come in the order in which git meets them. */
async function showFindings(findings: readonly GitFinding[], subject: Subject, gitPath: string): Promise<void> {
  const list = vscode.window.createQuickPick<FindingItem>();
  list.title = vscode.l10n.t('Git and {0}', withoutPassword(subject.address));
  const problems = findings.filter(({ level }) => level === 'problem').length;
  list.placeholder =
    problems === 0
      ? vscode.l10n.t('No problem found')
      : vscode.l10n.t('{0} problem(s) found: choose one to fix it', problems);
  list.ignoreFocusOut = true;
  list.matchOnDetail = true;
  list.items = findings.map((finding) => findingItem(finding, subject));
  list.activeItems = list.items.filter((_, index) => findings[index]?.level === 'problem').slice(0, 1);
  const report = { iconPath: new vscode.ThemeIcon('open-preview'), tooltip: vscode.l10n.t('Open as text') };
  list.buttons = [report];
  const fix = await new Promise<GitFix | undefined>((resolve) => {
    list.onDidAccept(() => resolve(list.selectedItems[0]?.fix));
    list.onDidTriggerItemButton(({ item }) => resolve(item.fix));
    list.onDidTriggerButton(() => {
      void openReport(findings, subject);
      resolve(undefined);
    });
    list.onDidHide(() => resolve(undefined));
    list.show();
  });
  list.dispose();
  if (fix) {
    await applyFix(fix, subject, gitPath);
  }
}

function findingItem({ level, subject: about, text, fix }: GitFinding, subject: Subject): FindingItem {
  const label = fix && fixLabel(fix, subject);
  return {
    label: `${icons[level]} ${localize(about)}`,
    detail: localize(text),
    ...(fix &&
      label !== undefined && {
        fix,
        description: label,
        buttons: [{ iconPath: new vscode.ThemeIcon('wrench'), tooltip: label }],
      }),
  };
}

/** Undefined where a fix cannot be applied: a typed address has no remote that could be changed. */
function fixLabel(fix: GitFix, { remote }: Subject): string | undefined {
  switch (fix.kind) {
    case 'signIn':
      return vscode.l10n.t('Sign In');
    case 'setUrl':
      return remote && vscode.l10n.t('Change the address of {0} to {1}', remote.name, fix.url);
    case 'bindAccount':
      return vscode.l10n.t('Bind {0} to another account', fix.organization);
    case 'openSettings':
      return vscode.l10n.t('Open Settings');
  }
}

async function applyFix(fix: GitFix, { remote }: Subject, gitPath: string): Promise<void> {
  switch (fix.kind) {
    case 'signIn':
      await vscode.commands.executeCommand(
        'azureCredentials.signIn',
        signInArguments(fix.failure.error, fix.failure.facts),
      );
      return;
    case 'setUrl':
      if (remote) {
        await setUrl(remote, fix.url, gitPath);
      }
      return;
    case 'bindAccount':
      await vscode.commands.executeCommand('azureCredentials.git.bindAccount', { organization: fix.organization });
      return;
    case 'openSettings':
      await openSettings(fix.setting);
  }
}

async function setUrl(remote: NonNullable<Subject['remote']>, url: string, gitPath: string): Promise<void> {
  const { code } = await runGit({ gitPath, folder: remote.folder }, ['remote', 'set-url', remote.name, url]);
  if (code === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The address of {0} is now {1}.', remote.name, url));
  } else {
    void vscode.window.showErrorMessage(vscode.l10n.t('Git could not change the address of {0}.', remote.name));
  }
}

async function openReport(findings: readonly GitFinding[], { address }: Subject): Promise<void> {
  const lines = findings.map(
    ({ level, subject, text }) => `- **${localize(subject)}** (${levelName(level)}): ${localize(text)}`,
  );
  const content = [`# ${vscode.l10n.t('Git and {0}', withoutPassword(address))}`, '', ...lines, ''].join('\n');
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
}

function levelName(level: GitFinding['level']): string {
  switch (level) {
    case 'good':
      return vscode.l10n.t('good');
    case 'note':
      return vscode.l10n.t('note');
    case 'problem':
      return vscode.l10n.t('problem');
  }
}

function withoutPassword(address: string): string {
  return address.replace(/(\/\/[^/@:]*):[^/@]*@/, '$1:…@');
}

/** Runs git with this window's environment, and never lets it ask anything. */
function runGit(
  place: { readonly gitPath: string; readonly folder?: string | undefined; readonly signal?: AbortSignal },
  args: readonly string[],
  input = '',
): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '' };
    const { gitPath, folder, signal } = place;
    const child = spawn(gitPath, args, {
      env,
      ...(folder && { cwd: folder }),
      ...(signal && { signal }),
      timeout: 30_000,
    });
    let stdout = '';
    child.stdout.on('data', (data) => {
      stdout += String(data);
    });
    child.stderr.resume();
    child.once('error', () => resolve({ code: -1, stdout: '' }));
    child.once('close', (code) => resolve({ code: code ?? -1, stdout }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
