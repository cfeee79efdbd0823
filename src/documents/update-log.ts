/**
 * The log of updates, group-committed. An update is in the log before anybody sees it or is told that it is saved
 * (DO1, DO2).
 *
 * One flush is in flight per node; what arrives meanwhile makes the next one (`pace.ts` says when). A flush is one
 * statement for all diagrams that have something waiting (`flush.ts`). A committed row is handed on first (`committed`:
 * into memory and out to the other nodes), then its entries are settled, and only then the next flush collects: whoever
 * waited for this commit to go on is in time for it.
 *
 * A diagram with which something is wrong holds no other back. If a lock is not had in time, the flush is repeated
 * without the diagrams that are locked; if the statement fails, each diagram is tried alone. What failed then leaves the
 * line: it is tried by itself with growing pauses, beside the flushes of the others, until it succeeds. What is retried
 * goes before what came later. If the answer is lost, nobody knows whether the batch was committed: `recover` finds out.
 *
 * If a diagram's access epoch is not the one that the authors were decided under, they are decided anew, what belongs
 * to those who may no longer write is dropped, and the rest is retried (AC3).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as rest } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { SqlExecutor } from '../database/database.ts';
import type { Budget } from '../budget.ts';
import { decideAnew, type Decide } from './fence.ts';
import { faultOf, flush, isLockTimeout, recover, type Verdict } from './flush.ts';
import { call, createLine } from './line.ts';
import { PACE, type Pace } from './pace.ts';
import { take, type Attempt, type LogEntry, type LogOutcome, type Queue, type Waiting } from './queue.ts';
import { bytesOf, type CommittedRow } from './row.ts';
import { createSickbay } from './sickbay.ts';

export type { LogEntry, LogOutcome };

export interface UpdateLog {
  /** Resolves when a flush is about to take what a diagram has: what is appended in the same turn goes into it. */
  upNext(diagram: string): Promise<void>;
  /** Takes an entry over. @returns false if the buffer is full; the entry is then not settled */
  append(entry: LogEntry): boolean;
  /** Waits until all that was taken over is settled. @param deadline ms; @returns whether it was in time */
  drain(deadline: number): Promise<boolean>;
  /** Settles what is left as `unavailable`. */
  stop(): Promise<void>;
}

export interface UpdateLogDependencies {
  executor: SqlExecutor;
  decide: Decide;
  committed(row: CommittedRow): void;
  /** An attempt to write what a diagram has waiting failed, and not because somebody else had it locked. */
  failed?(): void;
  /** Shared with whoever holds updates before they come here. */
  budget: Budget;
  logger: Logger;
  limits?: LogLimits;
}

/** Most bytes in one row, ms to wait for a lock, and ms to pause after a first and after many failures. */
export interface LogLimits {
  rowBytes: number;
  lockTimeout: number;
  leastPause: number;
  mostPause: number;
  pace: Pace;
}

const DEFAULTS = { rowBytes: 8_388_608, lockTimeout: 500, leastPause: 50, mostPause: 2000, pace: PACE };
/** An attempt with the queue that it was taken from. */
interface Tried extends Attempt {
  queue: Queue;
}

export function createUpdateLog(dependencies: UpdateLogDependencies): UpdateLog {
  const { executor, decide, committed, budget, logger } = dependencies;
  const limits = dependencies.limits ?? DEFAULTS;
  const line = createLine(limits.pace);
  const idle = new Set<() => void>();
  const sickbay = createSickbay({ ...limits, treat, recovered: start });
  let running: Promise<void> | null = null;
  let stopped = false;

  function start(): void {
    running ??= run().finally(() => {
      running = null;
      if (line.isEmpty()) idle.forEach((resolve) => resolve());
    });
  }

  async function run(): Promise<void> {
    let took = 0;
    for (let portion: Queue[] | null; !stopped && (portion = await line.next(took));) {
      if (portion.length === 0) continue;
      const began = performance.now();
      await Promise.all([write(portion), rest(limits.pace.distance)]);
      took = performance.now() - began;
    }
  }

  async function write(ready: readonly Queue[]): Promise<void> {
    const id = randomUUID(); // unique per diagram is enough
    const tried = ready.map((queue) => ({ queue, ...take(queue, id, limits.rowBytes) }));
    const batches = tried.map(({ batch }) => batch);
    const wait = tried.length > 1 ? limits.lockTimeout / 5 : limits.lockTimeout;
    try {
      const verdicts = await flush(executor, batches, { kind: 'wait', ms: wait }).catch((error: unknown) => {
        if (!isLockTimeout(error) || tried.length === 1) throw error;
        return flush(executor, batches, { kind: 'skip' });
      });
      await conclude(tried, verdicts);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === 'unknown' || tried.length === 1) return tried.forEach((one) => fail(one, fault, error));
      for (const { queue, taken } of tried) queue.waiting.unshift(...taken);
      for (const { queue } of tried) await write([queue]);
    }
  }

  function fail({ queue, batch, taken }: Tried, fault: ReturnType<typeof faultOf>, error: unknown): void {
    if (fault === 'unknown') queue.doubtful = { batch, taken };
    else if (fault === 'transient') queue.waiting.unshift(...taken);
    else taken.forEach((waiting) => settle(waiting, { kind: 'unavailable' }));
    trouble(queue, error);
  }

  function trouble(queue: Queue, error: unknown, locked = isLockTimeout(error)): void {
    queue.failures += 1;
    if (!locked) dependencies.failed?.();
    call(queue);
    logger.warn({ err: error, diagram: queue.diagram, failures: queue.failures }, 'the log could not be written');
    sickbay.admit(queue);
  }

  /** One attempt of a queue that has left the line. */
  async function treat(queue: Queue): Promise<void> {
    if (queue.doubtful) return settleDoubt({ queue, ...queue.doubtful });
    if (queue.waiting.length > 0) return write([queue]);
    queue.failures = 0;
  }

  async function settleDoubt(tried: Tried): Promise<void> {
    const { queue, batch, taken } = tried;
    try {
      const verdict = await recover(executor, batch, limits.lockTimeout);
      queue.doubtful = null;
      await conclude([tried], new Map([[batch.diagram, verdict]]));
    } catch (error) {
      if (faultOf(error) === 'permanent') {
        queue.doubtful = null;
        taken.forEach((waiting) => settle(waiting, { kind: 'unavailable' }));
      }
      trouble(queue, error);
    }
  }

  /** Never rejects. */
  async function conclude(tried: readonly Tried[], verdicts: ReadonlyMap<string, Verdict>): Promise<void> {
    const stale: Tried[] = [];
    for (const one of tried) {
      const { queue, batch, taken } = one;
      const verdict = verdicts.get(batch.diagram)!;
      if (verdict.kind === 'locked') {
        queue.waiting.unshift(...taken);
        trouble(queue, new Error('the diagram is locked'), true);
        continue;
      }
      if (verdict.kind === 'stale') {
        stale.push(one); // if it failed before, it has not recovered until it is decided anew: the line leaves it alone
        continue;
      }
      queue.failures = 0;
      if (verdict.kind === 'in') {
        attempted(() => committed({ diagram: batch.diagram, seq: verdict.seq, bytes: batch.bytes }));
        for (const waiting of taken) settle(waiting, { kind: 'committed', seq: verdict.seq });
      } else {
        for (const waiting of taken) settle(waiting, { kind: verdict.kind });
      }
    }
    if (stale.length > 0) await fence(stale);
  }

  async function fence(stale: readonly Tried[]): Promise<void> {
    try {
      const fenced = await decideAnew(
        stale.map(({ queue, taken }) => ({ diagram: queue.diagram, taken })),
        decide,
      );
      for (const { queue, taken } of stale) {
        const kept: Waiting[] = [];
        for (const waiting of taken) {
          const now = fenced(queue.diagram, waiting);
          if (typeof now === 'string') settle(waiting, { kind: now });
          else kept.push(now);
        }
        queue.waiting.unshift(...kept);
        queue.failures = 0;
      }
    } catch (error) {
      for (const { queue, taken } of stale) {
        queue.waiting.unshift(...taken);
        trouble(queue, error);
      }
    }
  }

  function settle(waiting: Waiting, outcome: LogOutcome): void {
    budget.give(waiting.bytes);
    attempted(() => waiting.entry.settle(outcome));
  }

  function attempted(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      logger.error({ err: error }, 'told of a commit, somebody threw');
    }
  }

  return {
    async upNext(diagram) {
      if (stopped) return;
      const called = line.called(diagram);
      start();
      await called;
    },
    append(entry) {
      const bytes = bytesOf(entry.updates);
      if (stopped || !budget.take(bytes)) return false;
      line.of(entry.diagram).waiting.push({ entry, epoch: entry.epoch, bytes });
      start();
      return true;
    },
    async drain(deadline) {
      if (line.isEmpty()) return true;
      const { promise, resolve } = Promise.withResolvers<void>();
      const late = setTimeout(resolve, deadline);
      idle.add(resolve);
      await promise;
      idle.delete(resolve);
      clearTimeout(late);
      return line.isEmpty();
    },
    async stop() {
      stopped = true;
      await Promise.all([running, sickbay.stop()]);
      for (const queue of line.all()) {
        for (const waiting of [...(queue.doubtful?.taken ?? []), ...queue.waiting])
          settle(waiting, { kind: 'unavailable' });
      }
      line.clear();
    },
  };
}
