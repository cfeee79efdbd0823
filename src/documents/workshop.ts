/**
 * Where long work on documents is done: in a thread of its own if the document is large, so that the event loop goes on
 * turning; here and now if it is small, since handing it over would take longer. The thread is started when it is first
 * needed, does one job after the other, and is replaced if it breaks or is stuck.
 */
import { Worker } from 'node:worker_threads';
import { Unreadable, type LogPart } from './log-part.ts';
import { LARGE, shareable } from './pieces.ts';
import { MalformedUpdate } from './update.ts';
import { perform, type Work } from './work.ts';

export interface Workshop {
  /** @throws what the work throws: Unreadable, MalformedUpdate; or an error of the thread */
  run<Name extends keyof Work>(name: Name, ...input: Parameters<Work[Name]>): Promise<ReturnType<Work[Name]>>;
  /** Ends the thread; what it has not done is rejected. */
  stop(): Promise<void>;
}

/** What is sent to the thread, and what comes back. */
export interface Job {
  id: number;
  name: keyof Work;
  input: unknown[];
}
export type Done = { id: number } & ({ result: unknown } | { fault: { kind: string; message: string } });

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

export interface WorkshopOptions {
  /** From how many bytes on work is done in the thread. */
  largeBytes?: number;
  /** How long one job may take, ms. */
  patience?: number;
}

const FAULTS: Record<string, new (message: string) => Error> = { Unreadable, MalformedUpdate };

export function createWorkshop({ largeBytes = LARGE, patience = 120_000 }: WorkshopOptions = {}): Workshop {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | null = null;
  let timer: NodeJS.Timeout | undefined;
  let jobs = 0;
  let stopped = false;

  function give(up: Error): void {
    clearTimeout(timer);
    void thread?.terminate();
    thread = null;
    for (const { reject } of waiting.values()) reject(up);
    waiting.clear();
  }

  /** Watches over the job that is done now. */
  function watch(): void {
    clearTimeout(timer);
    if (waiting.size > 0) timer = setTimeout(() => give(new Error('work on a document took too long')), patience);
    else thread?.unref();
  }

  function start(): Worker {
    const started = new Worker(new URL('workshop-thread.ts', import.meta.url));
    started.on('message', (done: Done) => {
      const job = waiting.get(done.id);
      waiting.delete(done.id);
      watch();
      if ('result' in done) job?.resolve(done.result as never);
      else job?.reject(new (FAULTS[done.fault.kind] ?? Error)(done.fault.message));
    });
    const broken = (error: Error) => started === thread && give(error);
    started.on('error', broken);
    started.on('exit', () => broken(new Error('the thread for work on documents ended')));
    return started;
  }

  return {
    run(name, ...input) {
      if (bytesIn(input) < largeBytes) return attempt(() => perform(name, input));
      if (stopped) return Promise.reject(new Error('stopped'));
      thread ??= start();
      thread.ref();
      const id = (jobs += 1);
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      waiting.set(id, { resolve, reject });
      if (waiting.size === 1) watch();
      thread.postMessage({ id, name, input: input.map(shared) } satisfies Job);
      return promise;
    },
    async stop() {
      stopped = true;
      const last = thread;
      give(new Error('stopped'));
      await last?.terminate();
    },
  };
}

/** To be read in both threads: a part of a log is as it was read. */
const shared = (value: unknown) => (value instanceof Uint8Array ? shareable(value) : value);

async function attempt(job: () => unknown): Promise<never> {
  return job() as never;
}

function bytesIn(input: readonly unknown[]): number {
  return input.reduce<number>((sum, value) => {
    if (value instanceof Uint8Array) return sum + value.byteLength;
    return isPart(value) ? sum + sizeOf(value) : sum;
  }, 0);
}

function isPart(value: unknown): value is LogPart {
  return typeof value === 'object' && value !== null && 'rows' in value;
}

function sizeOf({ snapshot, rows }: LogPart): number {
  return rows.reduce((sum, row) => sum + row.bytes.byteLength, snapshot?.bytes.byteLength ?? 0);
}
