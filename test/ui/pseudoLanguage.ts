import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/setup/paths.mjs';

/** A language of no people: what is not in it has been left behind. */
export const pseudoLanguage = 'qps-ploc';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const accented = [...'àƀçðéƒğĥîĵķļɱñôþɋŕšţûṽŵẋýžÀƁÇÐÉƑĞĤÎĴĶĻṀÑÔÞɊŔŠŢÛṼŴẊÝŽ'];

/** What stands for something else in a text: values, icons, addresses of links, code. */
const reference = /\{\d+\}|\$\([\w-]+\)|(?<=\])\([^)]*\)|`+[^`]*`+|https?:\/\/\S+/g;

/** Every letter with an accent, the text a third longer, and everything that is no words as it was. */
export function pseudo(text: string): string {
  let end = 0;
  let out = '';
  for (const match of text.matchAll(reference)) {
    out += withAccents(text.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return out + withAccents(text.slice(end));
}

function withAccents(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) => accented[letters.indexOf(letter)] ?? letter);
}

/** Words of ours that are in plain letters: nobody translated them. @param data what is no text of ours, such as names */
export function leftBehind(text: string, data: readonly (string | RegExp)[]): readonly string[] {
  const words = data.reduce<string>((rest, one) => rest.replaceAll(globally(one), ' '), text);
  return words.match(/[a-zA-Z]{3,}/g) ?? [];
}

function globally(one: string | RegExp): RegExp {
  return typeof one === 'string'
    ? new RegExp(one.replace(/[^\p{L}\p{N}]/gu, '\\$&'), 'g')
    : new RegExp(one.source, 'g');
}

/** Puts this extension as it was built, with every text in the pseudo language too, into a new folder. */
export async function pseudoExtension(path: string): Promise<string> {
  for (const part of ['package.json', 'package.nls.json', 'dist', 'media']) {
    await cp(join(root, part), join(path, part), { recursive: true });
  }
  await mkdir(join(path, 'l10n'));
  await translate(join(root, 'package.nls.json'), join(path, `package.nls.${pseudoLanguage}.json`));
  await translate(join(root, 'l10n/bundle.l10n.json'), join(path, `l10n/bundle.l10n.${pseudoLanguage}.json`));
  return path;
}

async function translate(from: string, to: string): Promise<void> {
  const texts: Readonly<Record<string, string>> = JSON.parse(await readFile(from, 'utf8'));
  const translated = Object.entries(texts).map(([key, text]) => [key, pseudo(text)]);
  await writeFile(to, JSON.stringify(Object.fromEntries(translated)));
}

/**
 * Makes an editor speak a language in which it has no texts of its own: a language pack that is empty.
 * @param userFolder the editor's user data
 */
export async function writeLanguagePack(userFolder: string, language: string): Promise<void> {
  const file = join(userFolder, 'empty-language-pack.json');
  await mkdir(userFolder, { recursive: true });
  await writeFile(file, JSON.stringify({ contents: {} }));
  const extension = { extensionIdentifier: { id: 'nobody.empty-language-pack' }, version: '1.0.0' };
  const pack = { hash: 'empty', label: language, extensions: [extension], translations: { vscode: file } };
  await writeFile(join(userFolder, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}
