/**
 * Where long work on documents is done: in a thread of its own if the document is large, so that the event loop goes on
 * turning; here and now if it is small, since handing it over would take longer. What nobody waits for has a second
 * thread, so that nothing that somebody waits for stands behind it.
 */
import type { LogPart } from './log-part.ts';
import { LARGE, shareable } from './pieces.ts';
import { perform, type Work } from './work.ts';
import { createWorker } from './worker.ts';

export interface Workshop {
  /** @throws what the work throws: Unreadable, MalformedUpdate; or an error of the thread */
  run<Name extends keyof Work>(name: Name, ...input: Parameters<Work[Name]>): Promise<ReturnType<Work[Name]>>;
  /** Ends the threads; what they have not done is rejected. */
  stop(): Promise<void>;
}

export interface WorkshopOptions {
  /** From how many bytes on work is done in a thread. */
  largeBytes?: number;
  /** How long one job may take, ms. */
  patience?: number;
}

/** What nobody waits for: it may as well take a little longer, from so many bytes on. */
const BACKGROUND: ReadonlySet<keyof Work> = new Set(['compaction', 'snapshot']);
const LITTLE = 16_384;

export function createWorkshop({ largeBytes = LARGE, patience = 120_000 }: WorkshopOptions = {}): Workshop {
  const [worker, background] = [createWorker(patience), createWorker(patience)];
  return {
    run(name, ...input) {
      const [thread, least] = BACKGROUND.has(name) ? [background, Math.min(LITTLE, largeBytes)] : [worker, largeBytes];
      return bytesIn(input) < least ? attempt(() => perform(name, input)) : thread.do(name, input.map(shared));
    },
    async stop() {
      await Promise.all([worker.stop(), background.stop()]);
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
