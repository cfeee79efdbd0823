/**
 * What is done for the stored documents in the background, one job at a time: compaction once enough rows have come
 * together, and an automatic version once enough time of editing has passed. What this node commits or loads tells it
 * when to look; the database decides whether there is anything to do, so that several nodes do it once.
 */
import type { Logger } from 'pino';
import type { SqlExecutor } from '../database/database.ts';
import type { DocumentStore } from './document-store.ts';
import { compact } from './snapshots.ts';
import { keepAutomatic } from './versions.ts';

export interface Upkeep {
  /** Rows were committed to a diagram, or read when it was opened. */
  noted(diagram: string, rows: number, edited: boolean): void;
  /** Waits for the jobs that are under way. */
  idle(): Promise<void>;
  /** Starts no further job and waits for the one that runs. */
  stop(): Promise<void>;
}

export interface UpkeepDependencies {
  executor: SqlExecutor;
  documents: Pick<DocumentStore, 'content' | 'replace'>;
  newId(): string;
  logger: Logger;
  /** After how many rows a snapshot is due, and how long two automatic versions are apart at least, ms. */
  limits?: { rows: number; versionInterval: number };
}

interface Noted {
  rows: number;
  /** When a version was last looked after, ms. */
  versionedAt: number;
}

const MOST_NOTED = 10_000;

export function createUpkeep(dependencies: UpkeepDependencies): Upkeep {
  const { executor, logger, limits = { rows: 500, versionInterval: 300_000 } } = dependencies;
  const diagrams = new Map<string, Noted>();
  let jobs: Promise<void> = Promise.resolve();
  let stopped = false;

  const enqueue = (what: string, diagram: string, job: () => Promise<unknown>) => {
    jobs = jobs.then(async () => {
      if (stopped) return;
      try {
        await job();
      } catch (error) {
        logger.warn({ err: error, diagram }, `${what} failed; it will be tried again`);
      }
    });
  };

  return {
    noted(diagram, rows, edited) {
      const noted = diagrams.get(diagram) ?? { rows: 0, versionedAt: -Infinity };
      diagrams.delete(diagram); // the most recent are the last
      diagrams.set(diagram, noted);
      if (diagrams.size > MOST_NOTED) diagrams.delete(diagrams.keys().next().value!);
      noted.rows += rows;
      if (noted.rows >= limits.rows) {
        noted.rows = 0;
        enqueue('compaction', diagram, () => compact(executor, diagram, limits.rows));
      }
      if (edited && performance.now() - noted.versionedAt >= limits.versionInterval) {
        noted.versionedAt = performance.now();
        enqueue('an automatic version', diagram, () => keepAutomatic(dependencies, diagram, limits.versionInterval));
      }
    },
    idle: () => jobs,
    async stop() {
      stopped = true;
      await jobs;
    },
  };
}
