import type { EditorWindow } from './editorWindow.ts';
import type { Overview } from './overview.ts';
import { clearNotifications } from './signInSteps.ts';
import { waitFor } from './waitFor.ts';

/** A report of "Diagnose". */
export interface Diagnosis {
  /** As it is shown. */
  readonly report: string;
  /** As it is copied, without names of people. */
  readonly withoutNames: string;
  /** Level and text by what was looked at, in the report without names. */
  readonly findings: ReadonlyMap<string, string>;
}

/** Runs "Diagnose", copies the report as it is and with the names cut, and looks that it is shown as people read it. */
export async function diagnose(editor: EditorWindow, overview: Overview): Promise<Diagnosis> {
  await clearNotifications(editor);
  await editor.runCommand('Azure Credentials: Diagnose');
  await editor.waitForNotification(/^The report holds no token/, { timeout: 60_000 });
  const report = await overview.previewText(/diagnosis/);
  await editor.clickNotificationButton('Cut User Names');
  await editor.waitForNotification(/are cut from this report/);
  await editor.page.evaluate(() => navigator.clipboard.writeText(''));
  await editor.clickNotificationButton('Copy');
  const withoutNames = await copied(editor);
  await clearNotifications(editor);
  return { report, withoutNames, findings: findingsOf(withoutNames) };
}

async function copied(editor: EditorWindow): Promise<string> {
  return await waitFor(
    async () => {
      const text = await editor.clipboard();
      return text.startsWith('# Azure Credentials: diagnosis') ? text : undefined;
    },
    { what: 'the report in the clipboard' },
  );
}

/** The last finding of each subject, with its next step. */
function findingsOf(report: string): ReadonlyMap<string, string> {
  const found = [
    ...report.matchAll(/^- . \*\*(?<level>\w+)\*\* (?<subject>[^:]+): (?<text>.*(?:\n {2}- Next step: .*)?)$/gm),
  ];
  return new Map(
    found.map(({ groups = {} }) => [groups['subject'] ?? '', `${groups['level']}: ${groups['text']}`] as const),
  );
}
