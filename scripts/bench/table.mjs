/** @typedef {import('../../bench/figure.ts').FigureRow} FigureRow */

const columns = /** @type {const} */ (['figure', 'ours', 'against', 'ratio', 'half of the rounds', 'goal', '']);

/**
 * The rows as a table for people, which is also one of Markdown.
 * @param {readonly FigureRow[]} rows
 */
export function tableOf(rows) {
  const lines = [columns, ...rows.map(cellsOf)];
  const widths = columns.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const print = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...body] = lines.map(print);
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}

/**
 * @param {FigureRow} row
 * @returns {readonly string[]}
 */
function cellsOf({ what, ours, against, ratio, spread, goal, isMet }) {
  const verdict = isMet === undefined ? '' : isMet ? 'met' : 'MISSED';
  return [what, ours, against, ratio, spread, goal ?? '', verdict];
}
