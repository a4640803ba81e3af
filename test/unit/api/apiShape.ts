import { readFile } from 'node:fs/promises';

export const declarationFile = new URL('../../../src/api/azureCredentials.d.ts', import.meta.url);
export const approvedFile = new URL('../../types/azureCredentials.shape.txt', import.meta.url);

/**
 * The shape of a declaration file: its declarations without comments and in one layout, so that only a change that
 * another extension can notice changes it.
 */
export function shapeOf(declarations: string): string {
  const tokens = declarations.match(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'[^'\n]*'|"[^"\n]*"|[\w$]+|=>|\.\.\.|[^\s\w$]/g) ?? [];
  let depth = 0;
  let shape = '';
  for (const token of tokens.filter((text) => !text.startsWith('//') && !text.startsWith('/*'))) {
    depth -= token === '}' ? 1 : 0;
    const startsLine = shape === '' || shape.endsWith('\n');
    shape += (startsLine ? '  '.repeat(depth) : spaceBefore(shape, token)) + token;
    depth += token === '{' ? 1 : 0;
    shape += token === ';' || token === '{' || token === '}' ? '\n' : '';
  }
  return shape.replaceAll('= | ', '= ');
}

function spaceBefore(shape: string, token: string): string {
  const tight = /^[,;:?)\]>.]$/.test(token) || /[([<.]$/.test(shape);
  const opensList = /^[([<]$/.test(token) && /[\w$)\]>]$/.test(shape);
  return (tight && !shape.endsWith('=>')) || opensList ? '' : ' ';
}

// node test/unit/api/apiShape.ts > test/types/azureCredentials.shape.txt
if (import.meta.main) {
  process.stdout.write(shapeOf(await readFile(declarationFile, 'utf8')));
}
