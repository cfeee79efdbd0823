/** The real command line, as a process of its own: with no environment but what a test gives it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inject } from 'vitest';
import { endedWithUs } from './ended-with-us.ts';
import { within } from './patience.ts';

export const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
export const START_LINE = /running at (http:\S+)/;
/** What a process of ours always has in its environment. What the first has compiled of the code, the others need not. */
export const bareEnvironment = () => ({ PATH: process.env.PATH, NODE_COMPILE_CACHE: inject('compiled') });
/** How long a process may take to start or to end, ms. */
const PATIENCE = within(60_000);

export interface Ended {
  code: number | null;
  output: string;
  errors: string;
}

export interface Running {
  url: string;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended & { took: number }>;
}

/** Runs a command to its end. */
export async function runCommand(command: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  return beginCommand(command, environment).ended();
}

/** Starts `dev` or `serve` and waits for the line that says where it listens. */
export async function startCommand(
  command: readonly string[],
  environment: Record<string, string> = {},
): Promise<Running> {
  const child = beginCommand(command, { PORT: '0', ...environment });
  const url = await child.printed(START_LINE);
  return {
    url,
    async stop(signal = 'SIGTERM') {
      const before = performance.now();
      child.process.kill(signal);
      return { ...(await child.ended()), took: performance.now() - before };
    },
  };
}

/** Starts a command, whatever becomes of it. */
export const beginCommand = (command: readonly string[], environment: Record<string, string> = {}) =>
  begin([process.execPath, MAIN, ...command], environment);

/** Starts a script of `package.json`, as npm does. */
export const beginScript = (name: string, environment: Record<string, string>) =>
  begin(['npm', 'run', name], { npm_config_update_notifier: 'false', ...environment });

function begin([program, ...words]: readonly string[], environment: Record<string, string>) {
  const spawned = spawn(program!, words, {
    env: { ...bareEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const child = endedWithUs(spawned);
  const deadline = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const closed = once(child, 'close').then(() => clearTimeout(deadline));
  return {
    process: child,
    async ended(): Promise<Ended> {
      await closed;
      return { code: child.exitCode, output, errors };
    },
    printed: (line: RegExp) =>
      new Promise<string>((resolve, reject) => {
        const look = () => {
          const found = line.exec(output)?.[1];
          if (found === undefined) return;
          clearTimeout(deadline);
          resolve(found);
        };
        child.stdout.on('data', look);
        void closed.then(() => reject(new Error(`it ended with ${child.exitCode}:\n${output}${errors}`)));
      }),
  };
}
