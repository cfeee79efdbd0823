import { afterEach, describe, beforeAll, afterAll, expect, it, beforeEach, vi } from 'vitest';
import { createLeases, type LeaseOptions, type Leases } from '../../src/cluster/leases.ts';
import { openDatabase, type Database, type SqlExecutor } from '../../src/database/database.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually, pause } from '../support/patience.ts';

/** The monotonic clock of a node, moved by hand. */
function clock() {
  let time = 1000;
  return { now: () => time, pass: (ms: number) => void (time += ms) };
}

describe.each(['postgresql', 'embedded'] as const)('leases on %s', (kind) => {
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

  /** A node with a clock of its own, which renews only when told to. */
  async function node({ sql = database.log, hostGrace = 5000, ...options }: Partial<LeaseOptions> = {}) {
    const time = clock();
    const [onLost, onError] = [vi.fn<() => void>(), vi.fn<() => void>()];
    const leases = createLeases({ sql, hostGrace, onLost, onError, now: time.now, every: 1_000_000, ...options });
    started.push(leases);
    await leases.start();
    return { leases, time, onLost, onError };
  }
  const rows = () =>
    database.log.query<{ node: string; draining: boolean; left: number }>(
      'select node, draining, (extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as left from node_lease',
    );
  const expire = (id: string) =>
    database.log.query(
      `update node_lease set expires_at = clock_timestamp() - interval '1 millisecond' where node = $1`,
      [id],
    );

  it('a started node holds a lease of three seconds by the database clock', async () => {
    const { leases } = await node();
    const [row] = await rows();
    expect(row).toMatchObject({ node: leases.node, draining: false });
    expect(row?.left).toBeGreaterThan(2000);
    expect(row?.left).toBeLessThanOrEqual(3000);
    expect(leases.held()).toBe(true);
  });

  it('NO1 past its length a lease is not held until a renewal answers', async () => {
    const { leases, time } = await node();
    time.pass(2999);
    expect(leases.held()).toBe(true);
    time.pass(1);
    expect(leases.held()).toBe(false);
    const resumed = vi.fn<() => void>();
    const waiting = leases.whenHeld().then(resumed);
    await Promise.resolve();
    expect(resumed).not.toHaveBeenCalled();
    await leases.renew();
    await waiting;
    expect(leases.held()).toBe(true);
  });

  it('NO1 the lease is counted from before the database was asked', async () => {
    const time = clock();
    const slow: SqlExecutor = {
      query: async (text, values) => {
        const answer = await database.log.query(text, values);
        time.pass(1000);
        return answer as never;
      },
      transaction: (work) => database.log.transaction(work),
    };
    const leases = createLeases({
      sql: slow,
      hostGrace: 5000,
      onLost: () => {},
      onError: () => {},
      now: time.now,
      every: 1_000_000,
    });
    started.push(leases);
    await leases.start();
    time.pass(1999);
    expect(leases.held()).toBe(true);
    time.pass(1);
    expect(leases.held()).toBe(false);
  });

  it('NO1 a node that was swept hears of it at its next renewal, and goes on under a new id', async () => {
    const { leases, onLost } = await node();
    const before = leases.node;
    await database.log.query('delete from node_lease');
    await leases.renew();
    expect(onLost).toHaveBeenCalledTimes(1);
    expect(leases.node).not.toBe(before);
    expect((await rows()).map((row) => row.node)).toEqual([leases.node]);
    expect(leases.held()).toBe(true);
  });

  it('a lease that expired but was not swept is renewed and nothing is lost', async () => {
    const { leases, onLost } = await node();
    await expire(leases.node);
    await leases.renew();
    expect(onLost).not.toHaveBeenCalled();
    expect((await rows())[0]?.left).toBeGreaterThan(2000);
  });

  it('CS5 a node that has held its lease for the length of one sweeps dead nodes, and only those', async () => {
    const [watcher, alive, dead] = [await node(), await node(), await node()];
    await expire(dead.leases.node);
    for (let second = 0; second < 3; second += 1) {
      expect(await watcher.leases.sweep()).toBe(0);
      watcher.time.pass(1000);
      await watcher.leases.renew();
    }
    expect(await watcher.leases.sweep()).toBe(1);
    expect((await rows()).map((row) => row.node).toSorted()).toEqual(
      [watcher.leases.node, alive.leases.node].toSorted(),
    );
  });

  it('a pause of the database ends no leases: whoever had a break waits for a whole lease before sweeping', async () => {
    const [watcher, other] = [await node(), await node()];
    expect(watcher.leases.steady()).toBe(true);
    watcher.time.pass(10_000);
    await expire(other.leases.node);
    expect(watcher.leases.steady()).toBe(false);
    await watcher.leases.renew();
    expect(await watcher.leases.sweep()).toBe(0);
    expect(watcher.leases.steady()).toBe(false);
    for (let second = 0; second < 3; second += 1) {
      watcher.time.pass(1000);
      await watcher.leases.renew();
    }
    expect(watcher.leases.steady()).toBe(true);
    expect(await watcher.leases.sweep()).toBe(1);
  });

  it('NO1 a sweep that reaches the database only after a pause sweeps nobody', async () => {
    const length = 500;
    const other = await node();
    let late = true;
    const sql: SqlExecutor = {
      query: async (text, values) => {
        if (late && text.startsWith('delete')) await pause(2 * length);
        return database.log.query(text, values) as never;
      },
      transaction: (work) => database.log.transaction(work),
    };
    const { leases, time } = await node({ sql, length });
    const steady = async () => {
      for (let third = 0; third < 3; third += 1) {
        time.pass(length / 3 + 1);
        await leases.renew();
      }
    };
    await steady();
    await expire(other.leases.node);
    expect(await leases.sweep()).toBe(0);
    late = false;
    await steady();
    expect(await leases.sweep()).toBe(1);
  });

  it('NO1 after an answer that took longer than a renewal nobody is swept for as long again', async () => {
    const every = 1000;
    const other = await node();
    let slow = false;
    const sql: SqlExecutor = {
      query: async (text, values) => {
        const answer = await database.log.query(text, values);
        if (slow) time.pass(every + 1);
        return answer as never;
      },
      transaction: (work) => database.log.transaction(work),
    };
    const { leases, time } = await node({ sql, every });
    for (let second = 0; second < 3; second += 1) {
      time.pass(every);
      await leases.renew();
    }
    await expire(other.leases.node);
    slow = true;
    await leases.renew();
    slow = false;
    expect(leases.steady()).toBe(true);
    expect(await leases.sweep()).toBe(0);
    time.pass(every);
    await leases.renew();
    expect(await leases.sweep()).toBe(1);
  });

  it('NO1 a sweep that is carried out more than two renewals after the last one sweeps nobody', async () => {
    const every = 200;
    const other = await node();
    let sent = 0;
    const sql: SqlExecutor = {
      query: async (text, values) => {
        if (text.startsWith('delete') && (sent += 1) === 1) await pause(3 * every);
        return database.log.query(text, values) as never;
      },
      transaction: (work) => database.log.transaction(work),
    };
    const leases = createLeases({ sql, hostGrace: 0, onLost() {}, onError() {}, length: 10 * every, every });
    started.push(leases);
    await leases.start();
    await expire(other.leases.node);
    let swept = 0;
    const sweep = async () => (swept += await leases.sweep());
    await eventually(() => sweep().then(() => expect(sent).toBe(1)));
    expect(swept).toBe(0);
    await eventually(() => sweep().then(() => expect(swept).toBe(1)));
  });

  it('NO1 a draining lease is kept for the grace, also by later renewals, and never shorter than a lease', async () => {
    const { leases } = await node({ hostGrace: 60_000 });
    expect(leases.draining).toBe(false);
    await leases.drain();
    await leases.renew();
    expect(leases.draining).toBe(true);
    const [row] = await rows();
    expect(row?.draining).toBe(true);
    expect(row?.left).toBeGreaterThan(58_000);

    const graceless = await node({ hostGrace: 0 });
    await graceless.leases.drain();
    await expire(graceless.leases.node);
    await graceless.leases.renew();
    expect((await rows()).find((other) => other.node === graceless.leases.node)?.left).toBeGreaterThan(2000);
  });

  it('errors of the database are reported, and the next renewal tries again', async () => {
    let away = false;
    const sql: SqlExecutor = {
      query: async (text, values) => {
        if (away) throw new Error('away');
        return database.log.query(text, values) as never;
      },
      transaction: (work) => database.log.transaction(work),
    };
    const { leases, time, onError } = await node({ sql });
    away = true;
    time.pass(4000);
    await leases.renew();
    expect(onError).toHaveBeenCalledTimes(1);
    expect(leases.held()).toBe(false);
    away = false;
    await leases.renew();
    expect(leases.held()).toBe(true);
  });

  it('a renewal that is never answered is given up after a lease', async () => {
    let silent = false;
    const asked = vi.fn<() => void>();
    const sql: SqlExecutor = {
      query: (text, values) => {
        asked();
        return silent ? new Promise(() => {}) : (database.log.query(text, values) as never);
      },
      transaction: (work) => database.log.transaction(work),
    };
    const { leases, time } = await node({ sql });
    asked.mockClear();
    silent = true;
    void leases.renew();
    time.pass(1000);
    void leases.renew();
    expect(asked).toHaveBeenCalledTimes(1);
    silent = false;
    time.pass(2000);
    await leases.renew();
    expect(leases.held()).toBe(true);
  });

  it('renews by itself from start to stop', async () => {
    const leases = createLeases({ sql: database.log, hostGrace: 5000, onLost: () => {}, onError: () => {}, every: 10 });
    await leases.start();
    await expire(leases.node);
    await eventually(async () => expect((await rows())[0]?.left).toBeGreaterThan(0));
    await leases.stop();
    await expire(leases.node);
    await pause(50);
    expect((await rows())[0]?.left).toBeLessThan(0);
  });
});
