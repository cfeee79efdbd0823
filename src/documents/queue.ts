/** What waits to be written to one diagram's log, and how the next row is made of it. */
import { epochOfAll } from '../access/standing.ts';
import type { Base } from './base.ts';
import type { Batch } from './flush.ts';
import { joinUpdates } from './row.ts';

export interface LogEntry {
  diagram: string;
  /** The author, a profile id. */
  person: string;
  /** The access epoch under which the author was decided to be a writer. */
  epoch: number;
  /** The row of the log that the updates were judged on. */
  base: Base;
  updates: readonly Uint8Array[];
  /** Told once how it came out, after `committed` was told of the row. */
  settle(outcome: LogOutcome): void;
}

/**
 * `forbidden`: the author may no longer write. `behind`: the database was set back to before what the updates were
 * judged on. `unavailable`: not stored, or not known to be; the client has it still.
 */
export type LogOutcome =
  | { kind: 'committed'; seq: number }
  | { kind: 'forbidden' | 'missing' | 'behind' | 'unavailable' };

/** An entry with the epoch that it was last decided under. */
export interface Waiting {
  entry: LogEntry;
  epoch: number;
  bytes: number;
}

/** A row that is to be written, and what it is made of. */
export interface Attempt {
  batch: Batch;
  taken: Waiting[];
}

/** What one diagram has waiting. */
export interface Queue {
  diagram: string;
  waiting: Waiting[];
  /** Those who want to be called when it is the diagram's turn. */
  asking: (() => void)[];
  /** An attempt of which it is not known how it came out. */
  doubtful: Attempt | null;
  /** Failures in a row; while there are any, the queue is tried by itself. */
  failures: number;
}

export function newQueue(diagram: string): Queue {
  return { diagram, waiting: [], asking: [], doubtful: null, failures: 0 };
}

/** Of the queues that have something waiting so many that it fits, at least one. */
export function portionOf(queues: readonly Queue[], bytes: number): Queue[] {
  const filled = queues.filter(({ waiting }) => waiting.length > 0);
  let left = bytes;
  const count = filled.findIndex(({ waiting }) => (left -= waiting.reduce((sum, one) => sum + one.bytes, 0)) < 0);
  return count === -1 ? filled : filled.slice(0, Math.max(1, count));
}

/**
 * Takes what goes into the next row, in the order in which it came: at least one entry, and no more than fit.
 * @param id the batch's; @param rowBytes most bytes of a row
 */
export function take(queue: Queue, id: string, rowBytes: number): Attempt {
  let bytes = 0;
  let count = 0;
  for (const waiting of queue.waiting) {
    if (count > 0 && bytes + waiting.bytes > rowBytes) break;
    bytes += waiting.bytes;
    count += 1;
  }
  const taken = queue.waiting.splice(0, count);
  const batch = {
    diagram: queue.diagram,
    id,
    epoch: epochOfAll(taken.map(({ epoch }) => epoch)),
    base: taken.map(({ entry }) => entry.base).reduce((last, base) => (base.seq > last.seq ? base : last)),
    authors: [...new Set(taken.map(({ entry }) => entry.person))],
    bytes: joinUpdates(taken.flatMap(({ entry }) => entry.updates)),
  };
  return { batch, taken };
}
