/**
 * What is done for the stored documents in the background, one job at a time: compaction once enough has come together,
 * an automatic version once enough time of editing has passed, and letting go of versions that are old. What this node
 * commits or loads tells it when to look; the database decides whether there is anything to do, so that several nodes
 * do it once.
 */
import type { Logger } from 'pino';
import type { SqlExecutor } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { keepAutomatic, thinOut } from './automatic-versions.ts';
import type { CompactionLimits } from './compacting.ts';
import type { DocumentStore } from './document-store.ts';
import { compact } from './snapshots.ts';
import type { Workshop } from './workshop.ts';

/** What came to a diagram's log, or was read of it. */
export interface News {
  rows: number;
  bytes: number;
}

export interface Upkeep {
  /** A row was committed by this node. */
  edited(diagram: string, bytes: number): void;
  /** A document was loaded from so much after its newest snapshot. @param loaded.size bytes, all together */
  loaded(diagram: string, loaded: News & { size: number }): void;
  /** Looks for edits that are in no version yet, and for versions that are old. Called twice a minute once it is started. */
  look(): void;
  start(): void;
  /** Waits for the jobs that are under way. */
  idle(): Promise<void>;
  /** Starts no further job and waits for the one that runs. */
  stop(): Promise<void>;
}

export interface UpkeepDependencies {
  executor: SqlExecutor;
  workshop: Pick<Workshop, 'run'>;
  documents: Pick<DocumentStore, 'content' | 'replace'>;
  logger: Logger;
  /** When a snapshot is due, and how long two automatic versions are apart at least, ms. */
  limits?: CompactionLimits & { versionInterval: number };
  /** The monotonic clock, ms. */
  now?(): number;
}

/** What this node knows of a diagram: what came since it last looked, and its versions. */
interface Noted extends News {
  /** When a version was last looked after, ms. */
  versionedAt: number;
  /** Whether there were edits since, or may be. */
  unversioned: boolean;
  /** When it was opened last, if it is large, ms. */
  loadedAt: number;
  /** Much came, and it is looked after in a while. */
  later?: NodeJS.Timeout | undefined;
}

const NOTHING: Noted = { rows: 0, bytes: 0, versionedAt: -Infinity, unversioned: false, loadedAt: -Infinity };
const MOST_NOTED = 10_000;
const DEFAULTS = { rows: 1000, bytes: 65_536, versionInterval: 300_000 };
const ROUND = 30_000;
/** What is larger is being applied by everybody just now, also when it was opened: it is left alone for so long, ms. */
const LARGE = 500_000;
const CALM = 10_000;
/** How often old versions are let go of, ms. */
const THINNING = 3_600_000;

export function createUpkeep(dependencies: UpkeepDependencies): Upkeep {
  const { executor, workshop, logger, limits = DEFAULTS, now = () => performance.now() } = dependencies;
  const diagrams = new Map<string, Noted>();
  let jobs: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let thinnedAt = -Infinity;
  let stopped = false;

  const enqueue = (what: string, diagram: string | null, job: () => Promise<unknown>) => {
    jobs = jobs.then(async () => {
      if (stopped) return;
      try {
        await job();
      } catch (error) {
        logger.warn({ err: error, diagram }, `${what} failed; it will be tried again`);
      }
    });
  };

  function note(diagram: string, { rows, bytes }: News): Noted {
    const noted = diagrams.get(diagram) ?? { ...NOTHING };
    diagrams.delete(diagram); // the most recent are the last
    diagrams.set(diagram, noted);
    if (diagrams.size > MOST_NOTED) diagrams.delete(diagrams.keys().next().value!);
    noted.rows += rows;
    noted.bytes += bytes;
    if (noted.later || (noted.rows < limits.rows && noted.bytes < limits.bytes)) return noted;
    if (noted.bytes < LARGE) compactNow(diagram, noted);
    else noted.later = setTimeout(() => lookAfter(diagram, noted), CALM).unref();
    return noted;
  }

  /** What was put off because much had come. */
  function lookAfter(diagram: string, noted: Noted): void {
    compactNow(diagram, noted);
    version(diagram, noted);
  }

  function compactNow(diagram: string, noted: Noted): void {
    noted.rows = noted.bytes = 0;
    noted.later = undefined;
    const passed = (fault: Error) => logger.error({ err: fault, diagram }, 'a snapshot cannot be read');
    enqueue('compaction', diagram, () => compact(executor, workshop, diagram, limits, passed));
  }

  function version(diagram: string, noted: Noted): void {
    if (noted.later || now() - noted.loadedAt < CALM) return;
    if (!noted.unversioned || now() - noted.versionedAt < limits.versionInterval) return;
    noted.versionedAt = now();
    noted.unversioned = false;
    enqueue('an automatic version', diagram, async () => {
      try {
        const kept = await keepAutomatic(dependencies, diagram, limits.versionInterval);
        if (!kept) noted.unversioned = true;
      } catch (error) {
        if (error instanceof Refusal && error.code === 'not_found') return; // deleted
        noted.unversioned = true;
        throw error;
      }
    });
  }

  function look(): void {
    for (const [diagram, noted] of diagrams) version(diagram, noted);
    if (now() - thinnedAt < THINNING) return;
    thinnedAt = now();
    enqueue('letting go of old versions', null, async () => {
      while (!stopped && (await thinOut(executor)) > 0);
    });
  }

  return {
    edited(diagram, bytes) {
      const noted = note(diagram, { rows: 1, bytes });
      noted.unversioned = true;
      version(diagram, noted);
    },
    loaded(diagram, { size, ...news }) {
      const noted = note(diagram, news);
      noted.unversioned = true; // for all that this node knows
      if (size >= LARGE) noted.loadedAt = now();
      version(diagram, noted);
    },
    look,
    start() {
      timer ??= setInterval(look, ROUND);
    },
    idle: () => jobs,
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const { later } of diagrams.values()) clearTimeout(later);
      await jobs;
    },
  };
}
