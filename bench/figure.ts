import { median, type Ratio } from './takeTurns.ts';

/** One line of the table that `npm run bench` prints. */
export interface FigureRow {
  readonly what: string;
  readonly ours: string;
  /** What it is measured against, and what that came to. */
  readonly against: string;
  readonly ratio: string;
  /** Half of the rounds lie between these. */
  readonly spread: string;
  /** Absent for peers that are shown only. */
  readonly goal?: string;
  readonly isMet?: boolean;
}

/** What was measured under one key of `artifacts/bench.json`. */
export interface Figure {
  readonly key: string;
  readonly fields: Readonly<Record<string, number | boolean>>;
  readonly rows: readonly FigureRow[];
}

/** Rounds for people and for JSON: four significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** A number with its unit, in the three digits that a person can compare. */
export function amount(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
  return unit === '' ? digits : `${digits} ${unit}`;
}

/** How a row looks whose figures were taken in turns. */
export function comparedRow(row: {
  readonly what: string;
  readonly ours: readonly number[];
  /** Who it is measured against. */
  readonly peer: string;
  readonly against: readonly number[];
  readonly unit: string;
  readonly compared: Ratio;
  readonly goal?: { readonly text: string; readonly isMet: boolean };
}): FigureRow {
  const { ratio, spread } = row.compared;
  return {
    what: row.what,
    ours: amount(median(row.ours), row.unit),
    against: `${row.peer}: ${amount(median(row.against), row.unit)}`,
    ratio: amount(ratio, ''),
    spread: `${amount(spread[0], '')} to ${amount(spread[1], '')}`,
    ...(row.goal && { goal: row.goal.text, isMet: row.goal.isMet }),
  };
}

/** A goal for a figure, in words, and whether it is met. */
export function atLeast(value: number, limit: number, unit = ''): { readonly text: string; readonly isMet: boolean } {
  return { text: `≥ ${amountOfGoal(limit, unit)}`, isMet: value >= limit };
}

export function atMost(value: number, limit: number, unit = ''): { readonly text: string; readonly isMet: boolean } {
  return { text: `≤ ${amountOfGoal(limit, unit)}`, isMet: value <= limit };
}

function amountOfGoal(limit: number, unit: string): string {
  return unit === '' ? String(limit) : `${limit} ${unit}`;
}
