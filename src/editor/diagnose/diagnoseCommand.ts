import * as vscode from 'vscode';
import { localize } from '../localize.ts';
import { type Check, type Finding, runChecks } from './check.ts';
import { createChecks } from './editorChecks.ts';
import { editorFacts, personalTexts } from './editorFacts.ts';
import type { DiagnoseDeps } from './registerDiagnose.ts';
import { reportDocument, withoutNames } from './report.ts';

/** Longer than any one request is given, so that the reason of a slow one is told rather than that it was slow. */
const deadlineMs = 45_000;

/** Looks at everything between the editor and a token, and shows a report that can be shared as it is. */
export async function diagnose(deps: DiagnoseDeps): Promise<void> {
  const findings = await runWithProgress(createChecks(deps));
  if (findings === undefined) {
    return;
  }
  const report = {
    time: deps.clock.now(),
    facts: editorFacts(deps),
    findings,
    personal: personalTexts(await deps.tokens.getAccounts().catch(() => [])),
  };
  const summary = findings.map(({ level, subject }) => `${String(subject)} ${level}`).join(', ');
  deps.log.info(`Diagnosis: ${withoutNames(summary, report.personal)}`);
  const show = async (cutNames: boolean) => {
    const content = reportDocument(report, { localize, cutNames });
    await deps.documents.preview(`${vscode.l10n.t('Azure Credentials diagnosis')}.md`, content);
    return content;
  };
  await offerShare(await show(false), () => show(true));
}

/** @returns undefined when the person cancelled */
async function runWithProgress(checks: readonly Check[]): Promise<readonly Finding[] | undefined> {
  const title = vscode.l10n.t('Diagnosing Azure Credentials');
  return await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, cancellation) => {
      const controller = new AbortController();
      cancellation.onCancellationRequested(() => controller.abort());
      let done = 0;
      const onDone = () => {
        done += 1;
        progress.report({ message: `${done}/${checks.length}`, increment: 100 / checks.length });
      };
      try {
        return await runChecks(checks, { signal: controller.signal, deadlineMs, onDone });
      } catch (error) {
        if (controller.signal.aborted) {
          return undefined;
        }
        throw error;
      }
    },
  );
}

/** A report goes to others: so it is one click to copy it, and one to have it without names. */
async function offerShare(content: string, showWithoutNames: () => Promise<string>): Promise<void> {
  const copy = vscode.l10n.t('Copy');
  const cut = vscode.l10n.t('Cut User Names');
  const offer = async (shown: string, buttons: readonly string[], message: string): Promise<void> => {
    const answer = await vscode.window.showInformationMessage(message, ...buttons);
    if (answer === copy) {
      await vscode.env.clipboard.writeText(shown);
    } else if (answer === cut) {
      await offer(
        await showWithoutNames(),
        [copy],
        vscode.l10n.t('User names, and the folder that bears yours, are cut from this report.'),
      );
    }
  };
  await offer(
    content,
    [copy, cut],
    vscode.l10n.t(
      'The report holds no token and no secret, but user names. You can have them cut before you share it.',
    ),
  );
}
