import { type Localize, phrase, type Text } from '../../tokens/phrase.ts';
import type { Finding, Level } from './check.ts';

/** What the report is made of. */
export interface Report {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Name and value, such as `VS Code` and its version. */
  readonly facts: readonly (readonly [name: Text, value: Text])[];
  readonly findings: readonly Finding[];
  /** What tells who somebody is: user names, names of people, folders of theirs. */
  readonly personal: readonly Personal[];
}

export interface Personal {
  readonly text: string;
  /** Stands for it when names are cut. */
  readonly replacement: string;
}

/** Writes the report as Markdown. It never holds a token or a secret. @param cutNames also nothing that names a person */
export function reportDocument(
  report: Report,
  { localize, cutNames }: { localize: Localize; cutNames: boolean },
): string {
  const { facts, findings, time } = report;
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const lines = [
    `# ${localize(phrase`Azure Credentials: diagnosis`)}`,
    '',
    localize(phrase`${count('pass')} passed, ${count('warn')} warnings, ${count('fail')} failed.`),
    localize(phrase`Made ${new Date(time).toISOString()}. Holds no token and no secret.`),
    '',
    `## ${localize(phrase`Checks`)}`,
    '',
    ...findings.toSorted(worstFirst).flatMap((finding) => findingLines(finding, localize)),
    '',
    `## ${localize(phrase`Environment`)}`,
    '',
    ...facts.map(([name, value]) => `- ${localize(name)}: ${oneLine(localize(value))}`),
    '',
  ];
  const text = lines.join('\n');
  return cutNames ? withoutNames(text, report.personal) : text;
}

const levels: readonly Level[] = ['fail', 'warn', 'pass', 'note'];

/** What has to be mended is read first; what is alike stays in the order in which it was looked at. */
function worstFirst(one: Finding, other: Finding): number {
  return levels.indexOf(one.level) - levels.indexOf(other.level);
}

function findingLines({ level, subject, text, next }: Finding, localize: Localize): string[] {
  const head = `- ${mark(level)} **${localize(levelName(level))}** ${localize(subject)}: ${oneLine(localize(text))}`;
  return next === undefined ? [head] : [head, `  - ${localize(phrase`Next step: ${oneLine(localize(next))}`)}`];
}

function mark(level: Level): string {
  return { pass: '✔', warn: '⚠', fail: '✘', note: 'ℹ' }[level];
}

function levelName(level: Level): Text {
  return { pass: phrase`pass`, warn: phrase`warning`, fail: phrase`fail`, note: phrase`note` }[level];
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}

/** A text without what tells who somebody is. Longer texts go first, since a short one may be part of a longer. */
export function withoutNames(text: string, personal: readonly Personal[]): string {
  return personal
    .filter((one) => one.text.length > 1)
    .toSorted((one, other) => other.text.length - one.text.length)
    .reduce(
      (shown, { text: name, replacement }) => shown.replace(new RegExp(escapePattern(name), 'gi'), replacement),
      text,
    );
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
