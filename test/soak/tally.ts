import { AssertionError } from 'node:assert';
import { isAzureCredentialsError } from '../../src/tokens/errors.ts';
import type { Log } from '../../src/tokens/ports.ts';

/** More of them would say nothing new. */
const mostViolations = 20;

/** Codes that a fault can end in; any other is a defect of what was soaked. */
const expectedCodes: readonly string[] = [
  ...[
    'network',
    'throttled',
    'identity_provider',
    'interaction_required',
    'not_signed_in',
    'blocked_by_policy',
    'timed_out',
    'cancelled',
    'storage',
  ],
];

/** Counts what happened, and keeps what must not. */
export class Tally {
  requests = 0;
  tokens = 0;
  readonly byConsumer = new Map<string, number>();
  readonly failures = new Map<string, number>();
  readonly faults = new Map<string, number>();
  readonly violations: string[] = [];
  readonly #print: (line: string) => void;

  /** @param print told of each violation at once */
  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  token(consumer: string): void {
    this.tokens += 1;
    count(this.byConsumer, consumer);
  }

  /** @param isExcused the window was closed meanwhile, which cuts connections */
  failure(consumer: string, error: unknown, isExcused: boolean): void {
    const text =
      error instanceof Error ? `${error.message} ${String((error as { advice?: unknown }).advice)}` : String(error);
    if (/eyJ[\w-]{10}/.test(text)) {
      this.violation(`${consumer}: an error holds a token`);
    }
    if (isAzureCredentialsError(error) && expectedCodes.includes(error.code)) {
      count(this.failures, error.code);
    } else if (isExcused && !(error instanceof AssertionError)) {
      count(this.failures, 'window closed');
    } else {
      this.violation(`${consumer}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
    }
  }

  violation(text: string): void {
    if (this.violations.length < mostViolations) {
      this.violations.push(text);
      this.#print(`violation: ${text}`);
    }
  }

  /** A log that keeps nothing, and looks for tokens in what it is given. */
  log(): Log {
    const look = (line: string): void => {
      if (/eyJ[\w-]{10}/.test(line)) {
        this.violation('the log holds a token');
      }
    };
    const onError = (line: string): void => {
      look(line);
      this.violation(`an error was logged: ${line}`);
    };
    return { trace: look, debug: look, info: look, warn: look, error: onError };
  }
}

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
