/**
 * The log of updates, group-committed. An update is in the log before anybody sees it or is told that it is saved
 * (DO1, DO2).
 *
 * One flush is in flight per node; what arrives meanwhile makes the next one. A flush is one statement for all diagrams
 * that have something waiting (`flush.ts`). A committed row is handed on first (`committed`: into memory and out to the
 * other nodes), then its entries are settled, and only then the next flush collects: whoever waited for this commit to
 * go on is in time for it.
 *
 * If the statement fails, each diagram is tried alone, so that one that is locked or broken holds no other back; it is
 * tried again with growing pauses. What is retried goes before what came later. If the answer is lost, nobody knows
 * whether the batch was committed: `recover` finds out.
 *
 * If a diagram's access epoch is not the one that the authors were decided under, they are decided anew, what belongs
 * to those who may no longer write is dropped, and the rest is retried (AC3).
 */
import type { Logger } from 'pino';
import type { SqlExecutor } from '../database/database.ts';
import type { Budget } from './budget.ts';
import { faultOf, flush, recover, type Verdict } from './flush.ts';
import { take, type Attempt, type LogEntry, type LogOutcome, type Queue, type Waiting } from './queue.ts';
import type { CommittedRow } from './row.ts';

export type { LogEntry, LogOutcome };

export interface UpdateLog {
  /** Takes an entry over. @returns false if the buffer is full; the entry is then not settled */
  append(entry: LogEntry): boolean;
  /** Waits until all that was taken over is settled. @param deadline ms; @returns whether it was in time */
  drain(deadline: number): Promise<boolean>;
  /** Settles what is left as `unavailable`. */
  stop(): Promise<void>;
}

export interface UpdateLogDependencies {
  executor: SqlExecutor;
  /** What a person is to a diagram now; null: there is no such diagram. */
  decide(diagram: string, person: string): Promise<{ mayWrite: boolean; epoch: number } | null>;
  committed(row: CommittedRow): void;
  newId(): string;
  /** Shared with whoever holds updates before they come here. */
  budget: Budget;
  logger: Logger;
  /** Most bytes in one row, ms to wait for a lock, and ms to pause after a first and after many failures. */
  limits?: { rowBytes: number; lockTimeout: number; leastPause: number; mostPause: number };
}

const DEFAULTS = { rowBytes: 8_388_608, lockTimeout: 500, leastPause: 50, mostPause: 2000 };

export function createUpdateLog(dependencies: UpdateLogDependencies): UpdateLog {
  const { executor, decide, committed, newId, budget, logger } = dependencies;
  const limits = dependencies.limits ?? DEFAULTS;
  const queues = new Map<string, Queue>();
  const idle = new Set<() => void>();
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function start(): void {
    clearTimeout(timer);
    running ??= run().finally(() => {
      running = null;
      if (queues.size === 0) idle.forEach((resolve) => resolve());
      else if (!stopped) {
        const next = Math.min(...[...queues.values()].map((queue) => queue.notBefore));
        timer = setTimeout(start, Math.max(0, next - performance.now()));
      }
    });
  }

  async function run(): Promise<void> {
    while (!stopped) {
      await new Promise((resolve) => setImmediate(resolve)); // what arrives in this turn goes together
      const due = [...queues.values()].filter((queue) => queue.notBefore <= performance.now());
      if (due.length === 0) return;
      for (const queue of due) if (queue.doubtful) await settleDoubt(queue, queue.doubtful);
      const ready = due.filter((queue) => !queue.doubtful && queue.waiting.length > 0);
      const together = ready.filter((queue) => queue.failures === 0);
      if (together.length > 0) await write(together);
      for (const queue of ready) if (queue.failures > 0 && queue.notBefore <= performance.now()) await write([queue]);
      for (const queue of due) {
        if (queue.waiting.length === 0 && !queue.doubtful) queues.delete(queue.diagram);
      }
    }
  }

  async function write(ready: readonly Queue[]): Promise<void> {
    const attempts = ready.map((queue) => ({ queue, ...take(queue, newId(), limits.rowBytes) }));
    let verdicts: Map<string, Verdict>;
    try {
      verdicts = await flush(
        executor,
        attempts.map(({ batch }) => batch),
        limits.lockTimeout,
      );
    } catch (error) {
      const fault = faultOf(error);
      if (fault !== 'unknown' && attempts.length > 1) {
        for (const { queue, taken } of attempts) queue.waiting.unshift(...taken);
        for (const { queue } of attempts) await write([queue]);
        return;
      }
      for (const { queue, batch, taken } of attempts) {
        if (fault === 'unknown') queue.doubtful = { batch, taken };
        else if (fault === 'transient') queue.waiting.unshift(...taken);
        else taken.forEach((waiting) => settle(waiting, { kind: 'unavailable' }));
        pause(queue, error);
      }
      return;
    }
    for (const { queue, batch, taken } of attempts)
      await conclude(queue, { batch, taken }, verdicts.get(batch.diagram)!);
  }

  async function settleDoubt(queue: Queue, attempt: Attempt): Promise<void> {
    try {
      const verdict = await recover(executor, attempt.batch, limits.lockTimeout);
      queue.doubtful = null;
      await conclude(queue, attempt, verdict);
    } catch (error) {
      if (faultOf(error) === 'permanent') {
        queue.doubtful = null;
        attempt.taken.forEach((waiting) => settle(waiting, { kind: 'unavailable' }));
      }
      pause(queue, error);
    }
  }

  async function conclude(queue: Queue, { batch, taken }: Attempt, verdict: Verdict): Promise<void> {
    if (verdict.kind === 'stale') return decideAnew(queue, taken, verdict.epoch);
    queue.failures = 0;
    if (verdict.kind === 'in') {
      attempted(() => committed({ diagram: batch.diagram, seq: verdict.seq, bytes: batch.bytes }));
      for (const waiting of taken) settle(waiting, { kind: 'committed', seq: verdict.seq });
    } else {
      for (const waiting of taken) settle(waiting, { kind: 'missing' });
    }
  }

  async function decideAnew(queue: Queue, taken: Waiting[], epoch: number): Promise<void> {
    const outdated = new Set(taken.filter((waiting) => waiting.epoch !== epoch).map(({ entry }) => entry.person));
    const standings = new Map<string, { mayWrite: boolean; epoch: number } | null>();
    try {
      for (const person of outdated) standings.set(person, await decide(queue.diagram, person));
    } catch (error) {
      queue.waiting.unshift(...taken);
      return pause(queue, error);
    }
    const kept: Waiting[] = [];
    for (const waiting of taken) {
      const standing = standings.get(waiting.entry.person);
      if (standing === undefined) kept.push(waiting);
      else if (standing?.mayWrite) kept.push({ ...waiting, epoch: standing.epoch });
      else settle(waiting, { kind: standing ? 'forbidden' : 'missing' });
    }
    queue.waiting.unshift(...kept);
  }

  function pause(queue: Queue, error: unknown): void {
    queue.failures += 1;
    const length = Math.min(limits.mostPause, limits.leastPause * 2 ** Math.min(queue.failures - 1, 16));
    queue.notBefore = performance.now() + length;
    logger.warn({ err: error, diagram: queue.diagram, failures: queue.failures }, 'the log could not be written');
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
    append(entry) {
      const bytes = entry.updates.reduce((sum, update) => sum + update.byteLength, 0);
      if (stopped || !budget.take(bytes)) return false;
      const waiting = { entry, epoch: entry.epoch, bytes };
      const queue = queues.get(entry.diagram);
      if (queue) queue.waiting.push(waiting);
      else
        queues.set(entry.diagram, {
          diagram: entry.diagram,
          waiting: [waiting],
          doubtful: null,
          failures: 0,
          notBefore: 0,
        });
      start();
      return true;
    },
    async drain(deadline) {
      if (queues.size === 0) return true;
      const { promise, resolve } = Promise.withResolvers<void>();
      const late = setTimeout(resolve, deadline);
      idle.add(resolve);
      await promise;
      idle.delete(resolve);
      clearTimeout(late);
      return queues.size === 0;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      for (const queue of queues.values()) {
        for (const waiting of [...(queue.doubtful?.taken ?? []), ...queue.waiting])
          settle(waiting, { kind: 'unavailable' });
      }
      queues.clear();
    },
  };
}
