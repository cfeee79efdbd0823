/**
 * `npm test`: everything that proves it. First the machine (a real Redis and a real browser must be there), then lint
 * and format, types, the build of the page, and the tests; each is run even if an earlier one failed. The last line is
 * `N passed, N failed`, where each check counts as one and the exit code is 0 only if nothing failed. Arguments go to
 * vitest: `npm test -- test/documents`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_FILE, type Counts } from './support/closing-line.ts';
import { prepare, thisMachine } from './support/machine.ts';
import { measureSlowness } from './support/slowness.ts';

/**
 * All of it together, ms, as much longer as this machine is slower than usual: what hangs is ended, and has failed. It
 * takes half of that; but how slow a machine is can change within a run.
 */
const LIMIT = 1_500_000 * measureSlowness();
const CHECKS = ['lint', 'typecheck', 'build:web'];

const root = join(import.meta.dirname, '..');
const deadline = performance.now() + LIMIT;

const missing = prepare(thisMachine);
if (missing) {
  console.error(missing);
  finish({ passed: 0, failed: 1 });
} else {
  const total: Counts = { passed: 0, failed: 0 };
  for (const check of CHECKS) {
    if (await run(check, 'npm', ['run', '--silent', check])) total.passed += 1;
    else total.failed += 1;
  }
  const tests = await runTests();
  finish({ passed: total.passed + tests.passed, failed: total.failed + tests.failed });
}

async function runTests(): Promise<Counts> {
  const directory = mkdtempSync(join(tmpdir(), 'roundtable-counts-'));
  const file = join(directory, 'counts.json');
  try {
    const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)];
    const succeeded = await run('tests', process.execPath, vitest, { [COUNTS_FILE]: file });
    const counts = readCounts(file);
    // It ended badly without a test that failed: it crashed, hung, or could not start or stop what the tests need.
    return !succeeded && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readCounts(file: string): Counts {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts;
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** Runs a command, its output shown; false if it failed or did not end before the deadline. */
function run(name: string, command: string, argumentList: string[], environment = {}): Promise<boolean> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, argumentList, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
      timeout: Math.max(1, Math.ceil(deadline - started)),
    });
    const done = (result: string) => {
      console.log(`${name}: ${result} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
      resolve(result === 'ok');
    };
    child.once('error', (error) => done(`could not start: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (performance.now() >= deadline) done(`failed, not done after ${Math.round(LIMIT / 1000)} s`);
      else done(code === 0 ? 'ok' : `failed, ${signal ?? `exit code ${code}`}`);
    });
  });
}

function finish({ passed, failed }: Counts): void {
  process.exitCode = failed > 0 ? 1 : 0;
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
}
