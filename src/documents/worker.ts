/**
 * A thread that does one job after the other, in the order in which they came. It is started when it is first needed, and
 * replaced if it breaks, as where its memory is not enough, or is stuck: then the job that it was doing is rejected, and
 * those behind it are done by its successor.
 */
import { Worker as Thread } from 'node:worker_threads';
import { Unreadable } from './log-part.ts';
import { MalformedUpdate } from './update.ts';
import type { Work } from './work.ts';

export interface Worker {
  /** @param input what the work takes, in order; bytes that both threads may read are not copied */
  do(name: keyof Work, input: readonly unknown[]): Promise<never>;
  /** Ends the thread; what it has not done is rejected. */
  stop(): Promise<void>;
}

/** What is sent to the thread, and what comes back. */
export interface Job {
  id: number;
  name: keyof Work;
  input: readonly unknown[];
}
export type Done = { id: number } & ({ result: unknown } | { fault: { kind: string; message: string } });

interface Waiting {
  job: Job;
  resolve(result: never): void;
  reject(error: Error): void;
}

const FAULTS: Record<string, new (message: string) => Error> = { Unreadable, MalformedUpdate };

/** @param patience how long one job may take, ms */
export function createWorker(patience: number): Worker {
  /** In the order in which they are done. */
  const waiting = new Map<number, Waiting>();
  let thread: Thread | null = null;
  let timer: NodeJS.Timeout | undefined;
  let jobs = 0;
  let stopped = false;

  /** Ends the thread. */
  function end(): void {
    clearTimeout(timer);
    void thread?.terminate();
    thread = null;
  }

  /** Gives up the job that is done now, and has another thread do the others. */
  function replace(reason: Error): void {
    end();
    const [current] = waiting.values();
    if (!current) return;
    waiting.delete(current.job.id);
    current.reject(reason);
    for (const { job } of waiting.values()) send(job);
    watch();
  }

  function send(job: Job): void {
    thread ??= start();
    thread.ref();
    thread.postMessage(job);
  }

  /** Watches over the job that is done now. */
  function watch(): void {
    clearTimeout(timer);
    if (waiting.size > 0) timer = setTimeout(() => replace(new Error('work on a document took too long')), patience);
    else thread?.unref();
  }

  function start(): Thread {
    const started = new Thread(new URL('worker-thread.ts', import.meta.url));
    started.on('message', (done: Done) => {
      if (started !== thread) return; // its successor does it anew
      const job = waiting.get(done.id);
      waiting.delete(done.id);
      watch();
      if ('result' in done) job?.resolve(done.result as never);
      else job?.reject(new (FAULTS[done.fault.kind] ?? Error)(done.fault.message));
    });
    const broken = (error: Error) => started === thread && replace(error);
    started.on('error', broken);
    started.on('exit', () => broken(new Error('the thread for work on documents ended')));
    return started;
  }

  return {
    do(name, input) {
      if (stopped) return Promise.reject(new Error('stopped'));
      const id = (jobs += 1);
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      const job: Job = { id, name, input };
      waiting.set(id, { job, resolve, reject });
      if (waiting.size === 1) watch();
      send(job);
      return promise;
    },
    async stop() {
      stopped = true;
      const last = thread;
      end();
      for (const { reject } of waiting.values()) reject(new Error('stopped'));
      waiting.clear();
      await last?.terminate();
    },
  };
}
