import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { cellMark } from './heldCells.mjs';

/**
 * mocha's `spec` reporter, which also writes the outcome to a file for the script that started mocha: the reporter option
 * `output`, or the environment variable TEST_REPORT.
 *
 * A file, because what an editor prints reaches its caller through several processes that add lines of their own.
 */
// biome-ignore lint/style/noDefaultExport: mocha takes the default export of a reporter's file.
export default class FileReporter extends Mocha.reporters.Spec {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const output = options.reporterOptions?.['output'] ?? process.env['TEST_REPORT'];
    /** @type {import('./results.mjs').MochaReport} */
    const report = { passed: 0, failed: [], skipped: [], held: [] };
    runner.on('pass', ({ title }) => {
      report.passed += 1;
      if (title.includes(cellMark)) {
        report.held?.push(title);
      }
    });
    runner.on('fail', (test) => {
      report.failed.push(test.fullTitle());
    });
    runner.on('pending', (test) => {
      report.skipped.push(test.fullTitle());
    });
    runner.on('retry', (test) => {
      console.log(`  tried again: ${test.fullTitle()}`);
    });
    runner.once('end', () => {
      if (output !== undefined) {
        writeFileSync(output, JSON.stringify(report));
      }
    });
  }
}
