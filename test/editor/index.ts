import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import Mocha from 'mocha';
import FileReporter from '../../scripts/test/reporter.mjs';

/**
 * What VS Code calls inside its extension host: runs every test file that lies beside this one.
 *
 * @throws Error when a test failed, which ends VS Code with exit code 1. The details are in the file that the environment
 * variable TEST_REPORT names. TEST_GREP restricts the run to titles that match.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    timeout: 30_000,
    color: true,
    forbidOnly: process.env['CI'] !== undefined,
    ...(process.env['TEST_GREP'] === undefined ? {} : { grep: process.env['TEST_GREP'] }),
  });
  mocha.reporter(FileReporter);
  Mocha.reporters.Base.consoleLog = print;
  // Defines describe, it and the rest for the files. They are imported here, not by mocha, because only an import of the
  // extension host itself can resolve `vscode`.
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, '', mocha);
  for (const file of await testFiles()) {
    await import(pathToFileURL(file).href);
  }
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  if (failures > 0) {
    throw new Error(`${failures} failed`);
  }
}

/**
 * The console of an extension host does not fill in the placeholders that mocha's reporters use, and it mixes its lines
 * with the editor's own: where TEST_CONSOLE_MARK is set, it lets the launcher tell them apart.
 */
function print(...args: unknown[]): void {
  const mark = process.env['TEST_CONSOLE_MARK'] ?? '';
  for (const line of format(...args).split('\n')) {
    console.log(`${mark}${line}`);
  }
}

async function testFiles(): Promise<string[]> {
  const names = await readdir(import.meta.dirname, { recursive: true });
  return names
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => join(import.meta.dirname, name));
}
