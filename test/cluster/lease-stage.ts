/** Nodes with nothing but leases, on PostgreSQL and on the embedded database: what the tests of leases share. */
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { createLeases, type LeaseOptions, type Leases } from '../../src/cluster/leases.ts';
import { openDatabase, type Database, type SqlExecutor } from '../../src/database/database.ts';
import { freshDatabase } from '../support/database.ts';

export const KINDS = ['postgresql', 'embedded'] as const;

/** The monotonic clock of a node, moved by hand. */
export function clock() {
  let time = 1000;
  return { now: () => time, pass: (ms: number) => void (time += ms) };
}

/** To be called in a `describe`: its tests have a database without leases, and what they start is stopped. */
export function stageLeases(kind: (typeof KINDS)[number]) {
  let database: Database;
  const started: Leases[] = [];

  beforeAll(async () => {
    database = kind === 'postgresql' ? await freshDatabase() : await openDatabase({ directory: null });
    await database.migrate();
  });
  beforeEach(() => database.log.query('delete from node_lease'));
  afterEach(async () => {
    await Promise.all(started.splice(0).map((leases) => leases.stop()));
  });
  afterAll(() => database.close());

  return {
    get sql() {
      return database.log;
    },
    /** A node with a clock of its own, which renews only when told to. */
    async node({ sql = database.log, hostGrace = 5000, ...options }: Partial<LeaseOptions> = {}) {
      const time = clock();
      const [onLost, onError] = [vi.fn<() => void>(), vi.fn<() => void>()];
      const leases = createLeases({ sql, hostGrace, onLost, onError, now: time.now, every: 1_000_000, ...options });
      started.push(leases);
      await leases.start();
      return { leases, time, onLost, onError };
    },
    /** The database, with something around each question. */
    through: (around: (ask: () => Promise<unknown[]>, text: string) => Promise<unknown[]>): SqlExecutor => ({
      query: (text, values) => around(() => database.log.query(text, values), text) as never,
      transaction: (work) => database.log.transaction(work),
    }),
    /** To be stopped after the test. */
    keep: (leases: Leases) => void started.push(leases),
    rows: () =>
      database.log.query<{ node: string; draining: boolean; left: number }>(
        'select node, draining, (extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as left from node_lease',
      ),
    expire: (id: string) =>
      database.log.query(
        `update node_lease set expires_at = clock_timestamp() - interval '1 millisecond' where node = $1`,
        [id],
      ),
  };
}
