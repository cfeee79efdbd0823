/**
 * Ends the run with a line that says how it came out: `N passed, N failed`. A run without tests, or with an error
 * outside of one, has failed, and so has a test that did not run: nothing is skipped silently. Under `npm test`
 * (test/run.ts), which counts further checks and writes the line itself, the counts go to the file that it names.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** The environment variable with the path of the file for the counts. */
export const COUNTS_FILE = 'TEST_COUNTS_FILE';

export interface Counts {
  passed: number;
  failed: number;
}

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      // A hook that fails belongs to its suite, not to a test.
      failed += [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
      for (const test of module.children.allTests()) {
        if (test.result().state === 'passed') passed += 1;
        else failed += 1;
      }
    }
    if (passed + failed === 0) failed = 1;
    if (failed > 0) process.exitCode = 1;
    const file = process.env[COUNTS_FILE];
    if (file) writeFileSync(file, JSON.stringify({ passed, failed } satisfies Counts));
    else process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
