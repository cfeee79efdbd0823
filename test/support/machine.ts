/**
 * The programs that the tests need and that npm does not bring: a real Redis and a real browser. On Debian, as root,
 * what is missing is installed; anywhere else the answer says what to install. Nothing is skipped because of them.
 */
import { spawnSync } from 'node:child_process';

/** A program and the Debian package that brings it. */
export interface Program {
  command: string;
  package: string;
  /** What it takes to say its version, if that is not `--version`. */
  version?: string;
}

const PROGRAMS: readonly Program[] = [
  { command: 'redis-server', package: 'redis-server' },
  { command: 'chromium', package: 'chromium' },
];

/** What the decision depends on; the real one is `thisMachine`. */
export interface Machine {
  /** Whether the program is there and starts. */
  runs(command: string, argument: string): boolean;
  /** Runs a command to its end, its output shown; false if it failed or took longer than `limit` ms. */
  execute(command: string, argumentList: readonly string[], limit: number): boolean;
  root: boolean;
}

export const thisMachine: Machine = {
  runs: (command, argument) => spawnSync(command, [argument], { stdio: 'ignore', timeout: 30_000 }).status === 0,
  execute: (command, argumentList, timeout) =>
    spawnSync(command, argumentList, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout,
    }).status === 0,
  root: process.getuid?.() === 0,
};

const INSTALL_LIMIT = 180_000;

/**
 * Sees to it that the programs are there.
 * @returns null, or the sentence that says what to install and how
 */
export function prepare(machine: Machine, programs: readonly Program[] = PROGRAMS): string | null {
  const missing = () => programs.filter(({ command, version = '--version' }) => !machine.runs(command, version));
  const before = missing();
  if (before.length === 0) return null;
  if (machine.root && machine.runs('apt-get', '--version')) {
    machine.execute('apt-get', ['update'], INSTALL_LIMIT);
    const packages = before.map((program) => program.package);
    machine.execute('apt-get', ['install', '-y', '--no-install-recommends', ...packages], INSTALL_LIMIT);
  }
  const after = missing();
  if (after.length === 0) return null;
  const packages = after.map((program) => program.package).join(' ');
  return [
    `The tests need programs that are not on this machine, or do not start: ${after.map(({ command }) => command).join(', ')}.`,
    `Install them so that they are on the PATH, on Debian or Ubuntu as root with`,
    `  apt-get update && apt-get install -y --no-install-recommends ${packages}`,
    `on others with the system's own packages, and run the tests again.`,
  ].join('\n');
}
