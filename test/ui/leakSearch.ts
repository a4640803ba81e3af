import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret where none may be. */
interface Leak {
  /** Relative to the folder that was searched; the name of a text. */
  readonly file: string;
  readonly kind: string;
  /** How it was written: `plain`, `base64`, `URL-encoded`, `end of the signature`, … */
  readonly form: string;
}

/** Something secret, and what it is: as the local Azure calls it, or in other words. */
export interface Secret {
  readonly kind: string;
  readonly value: string;
}

interface Pattern {
  readonly secret: Secret;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Length of the parts by which a token is found that was cut, as logs and lists do. */
const partLength = 20;

/** What a search found, and how much it looked at. */
export interface LeakSearch {
  readonly leaks: readonly Leak[];
  /** Files or texts. */
  readonly searched: number;
  readonly bytes: number;
}

/**
 * Looks for secrets in every file below a folder, whatever kind of file it is.
 *
 * Strings of Chromium's databases (LevelDB) are found as they are: its compression shortens repetitions only, and secrets
 * have none.
 *
 * @param isSkipped tells which files or folders are left out, by their path below the folder, with forward slashes
 */
export async function searchFolder(
  folder: string,
  secrets: readonly Secret[],
  isSkipped: (path: string) => boolean = () => false,
): Promise<LeakSearch> {
  const patterns = secrets.flatMap(patternsOf);
  const leaks: Leak[] = [];
  let [searched, bytes] = [0, 0];
  for await (const path of filesBelow(folder, '', isSkipped)) {
    const content = await readFile(join(folder, path));
    leaks.push(...findIn(path, content, patterns));
    searched += 1;
    bytes += content.length;
  }
  return { leaks, searched, bytes };
}

/** Looks for secrets in texts, each of which has a name. */
export function searchTexts(
  texts: readonly (readonly [name: string, text: string])[],
  secrets: readonly Secret[],
): LeakSearch {
  const patterns = secrets.flatMap(patternsOf);
  const contents = texts.map(([name, text]) => [name, Buffer.from(text)] as const);
  return {
    leaks: contents.flatMap(([name, content]) => findIn(name, content, patterns)),
    searched: contents.length,
    bytes: contents.reduce((sum, [, content]) => sum + content.length, 0),
  };
}

function findIn(file: string, content: Buffer, patterns: readonly Pattern[]): Leak[] {
  return patterns
    .filter(({ bytes }) => content.includes(bytes))
    .map(({ secret, form }) => ({ file, kind: secret.kind, form }));
}

async function* filesBelow(
  folder: string,
  below: string,
  isSkipped: (path: string) => boolean,
): AsyncGenerator<string> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (isSkipped(path)) {
      continue;
    }
    if (entry.isDirectory()) {
      yield* filesBelow(folder, path, isSkipped);
    } else if (entry.isFile()) {
      yield path;
    }
  }
}

/** The ways in which one secret can be written down. */
function patternsOf(secret: Secret): readonly Pattern[] {
  const { value } = secret;
  const texts: [form: string, text: string][] = [
    ['plain', value],
    ['URL-encoded', encodeURIComponent(value)],
    ['URL-encoded twice', encodeURIComponent(encodeURIComponent(value))],
    ...[0, 1, 2].flatMap((shift): [string, string][] => {
      const base64 = encodedAt(value, shift);
      return [
        ['base64', base64],
        ['base64url', base64.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
    ['hexadecimal', Buffer.from(value).toString('hex')],
    ...partsOf(value),
  ];
  const distinct = new Map(texts.map(([form, text]) => [text, form]).reverse() as [string, string][]);
  return [...distinct].flatMap(([text, form]) => [
    { secret, form, bytes: Buffer.from(text, 'utf8') },
    // As Chromium's databases keep a string with any character beyond Latin-1.
    { secret, form: `${form}, UTF-16`, bytes: Buffer.from(text, 'utf16le') },
  ]);
}

/** The value in base64 as it stands in the middle of something longer, `shift` bytes after a multiple of three. */
function encodedAt(value: string, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)])
    .toString('base64')
    .replaceAll('=', '');
  // What depends on the neighbours is left out.
  return encoded.slice(shift === 0 ? 0 : shift + 1, -1);
}

/** Beginnings and ends: of payload and signature of a JWT (its header is the same in all), or of the whole. */
function partsOf(value: string): [form: string, text: string][] {
  const [header, payload, signature] = value.split('.');
  const isJwt = header?.startsWith('eyJ') === true && signature !== undefined;
  const parts: [string, string | undefined][] = isJwt
    ? [
        ['payload', payload],
        ['signature', signature],
      ]
    : [['secret', value]];
  return parts.flatMap(([name, text = '']): [string, string][] =>
    text.length < 2 * partLength
      ? []
      : [
          [`beginning of the ${name}`, text.slice(0, partLength)],
          [`end of the ${name}`, text.slice(-partLength)],
        ],
  );
}
