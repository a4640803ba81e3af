import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProject } from '../setup/paths.mjs';

/**
 * One text of the sources that people see.
 * @typedef {object} SourceString
 * @property {string} key as it stands in `l10n/`: the English text, with `{0}` for its first value
 * @property {string} file below the project's root
 * @property {number} line
 */

/** `vscode.l10n.t('…'`: its first argument has to be a literal, since only what stands in the source can be translated. */
const callPattern = /\bl10n\.t\(\s*(?:(?<quote>['"])(?<text>(?:[^\\]|\\.)*?)\k<quote>|`(?<plain>(?:[^`\\$]|\\.)*)`)?/g;
/** What calls `l10n.t` for phrases, whose texts are found where they are written. */
const boundary = 'src/editor/localize.ts';

/**
 * Finds every text that is shown to people, in source files.
 * @param {string} [folder] below the project's root
 * @returns {Promise<SourceString[]>}
 * @throws Error for a text that is not written out where it is used
 */
export async function findStrings(folder = 'src') {
  const entries = await readdir(inProject(folder), { recursive: true });
  const files = entries
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
  const found = await Promise.all(
    files.map(async (file) => stringsOf(file.replaceAll('\\', '/'), await readFile(inProject(file), 'utf8'))),
  );
  return found.flat();
}

/**
 * @param {string} file
 * @param {string} source
 * @returns {SourceString[]}
 */
export function stringsOf(file, source) {
  const lineAt = (/** @type {number} */ index) => source.slice(0, index).split('\n').length;
  const calls = file === boundary ? [] : [...source.matchAll(callPattern)];
  const fromCalls = calls.map((match) => {
    const written = match.groups?.['text'] ?? match.groups?.['plain'];
    const line = lineAt(match.index);
    if (written === undefined) {
      throw new Error(`${file}:${line}: the first argument of l10n.t is not a literal`);
    }
    return { key: unescaped(written), file, line };
  });
  const fromPhrases = [...source.matchAll(/\bphrase`/g)].map((match) => ({
    key: templateAt(source, match.index + match[0].length),
    file,
    line: lineAt(match.index),
  }));
  return [...fromCalls, ...fromPhrases.filter(({ line }) => !isComment(source, line))];
}

/**
 * Reads a template literal and puts `{0}`, `{1}` where its values are.
 * @param {string} source
 * @param {number} start behind the backtick
 */
function templateAt(source, start) {
  let text = '';
  let values = 0;
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === '`') {
      return unescaped(text);
    }
    if (source.startsWith('${', at)) {
      text += `{${values}}`;
      values += 1;
      at = endOfValue(source, at + 2);
    } else if (source[at] === '\\') {
      text += source.slice(at, at + 2);
      at += 1;
    } else {
      text += source[at];
    }
  }
  throw new Error('A template literal does not end.');
}

/**
 * The index of the brace that ends a value. Values hold no braces in strings, but templates and objects.
 * @param {string} source
 * @param {number} start
 */
function endOfValue(source, start) {
  let depth = 1;
  for (let at = start; at < source.length; at += 1) {
    if (source[at] === '{') {
      depth += 1;
    } else if (source[at] === '}') {
      depth -= 1;
      if (depth === 0) {
        return at;
      }
    }
  }
  throw new Error('A value in a template literal does not end.');
}

/** @param {string} source @param {number} line from 1 */
function isComment(source, line) {
  return /^\s*(?:\*|\/\*|\/\/)/.test(source.split('\n')[line - 1] ?? '');
}

/** @param {string} written as it stands between quotes */
function unescaped(written) {
  return written.replace(/\\(n|.)/g, (_, character) => (character === 'n' ? '\n' : character));
}
