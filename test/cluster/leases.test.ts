/** The lease of a node: held by its own clock, renewed, lost and drained. */
import { describe, expect, it, vi } from 'vitest';
import { createLeases } from '../../src/cluster/leases.ts';
import { eventually, pause } from '../support/patience.ts';
import { clock, KINDS, stageLeases } from './lease-stage.ts';

it('NO1 a lease is renewed each second', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const query = vi.fn(async () => [{ sweeps_until: 'infinity', at: 0 }]);
  const leases = createLeases({ sql: { query } as never, hostGrace: 0, onLost() {}, onError() {} });
  await leases.start();
  query.mockClear();
  await vi.advanceTimersByTimeAsync(5000);
  await leases.stop();
  expect(query).toHaveBeenCalledTimes(5);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe.each(KINDS)('leases on %s', (kind) => {
  const stage = stageLeases(kind);
  const { node, rows, expire, through } = stage;

  it('NO1 a started node holds a lease of three seconds by the database clock', async () => {
    const { leases } = await node();
    const [row] = await rows();
    expect(row).toMatchObject({ node: leases.node, draining: false });
    expect(row?.left).toBeGreaterThan(2000);
    expect(row?.left).toBeLessThanOrEqual(3000);
    expect(leases.held()).toBe(true);
    const nextTurn = new Promise((resolve) => setImmediate(resolve, 'it was waited for'));
    expect(await Promise.race([leases.whenHeld(), nextTurn])).toBeUndefined();
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
    const slow = through(async (ask) => {
      const answer = await ask();
      time.pass(1000);
      return answer;
    });
    const leases = createLeases({
      sql: slow,
      hostGrace: 5000,
      onLost: () => {},
      onError: () => {},
      now: time.now,
      every: 1_000_000,
    });
    stage.keep(leases);
    await leases.start();
    time.pass(1999);
    expect(leases.held()).toBe(true);
    time.pass(1);
    expect(leases.held()).toBe(false);
  });

  it('NO1 an answer that took longer than the lease lets nothing go on', async () => {
    let late = false;
    const sql = through(async (ask) => {
      const answer = await ask();
      if (late) time.pass(3000);
      return answer;
    });
    const { leases, time } = await node({ sql });
    time.pass(3000);
    const resumed = vi.fn<() => void>();
    const waiting = leases.whenHeld().then(resumed);
    late = true;
    await leases.renew();
    expect(resumed).not.toHaveBeenCalled();
    late = false;
    await leases.renew();
    await waiting;
  });

  it('NO1 an answer that comes after a later one changes nothing', async () => {
    const answers: (() => void)[] = [];
    let held = false;
    const sql = through(async (ask) => {
      if (held) await new Promise<void>((resolve) => answers.push(resolve));
      return ask();
    });
    const { leases, time, onLost } = await node({ sql });
    held = true;
    const first = leases.renew();
    time.pass(3000);
    held = false;
    await leases.renew();
    time.pass(2000);
    answers[0]!();
    await first;
    expect(leases.held()).toBe(true);

    // Neither does it lose the lease that the node has taken meanwhile.
    held = true;
    const second = leases.renew();
    time.pass(3000);
    await stage.sql.query('delete from node_lease');
    held = false;
    await leases.renew();
    expect(onLost).toHaveBeenCalledTimes(1);
    const after = leases.node;
    answers[1]!();
    await second;
    expect([leases.node, leases.held()]).toEqual([after, true]);
    expect(onLost).toHaveBeenCalledTimes(1);
  });

  it('NO1 a node that was swept hears of it at its next renewal, and goes on under a new id', async () => {
    const { leases, time, onLost } = await node();
    const before = leases.node;
    time.pass(1);
    const heldThen: boolean[] = [];
    onLost.mockImplementation(() => void heldThen.push(leases.held()));
    await stage.sql.query('delete from node_lease');
    await leases.renew();
    expect(heldThen).toEqual([false]);
    expect(onLost).toHaveBeenCalledTimes(1);
    expect(leases.steady()).toBe(false);
    expect(leases.node).not.toBe(before);
    expect((await rows()).map((row) => row.node)).toEqual([leases.node]);
    expect(leases.held()).toBe(true);
  });

  it('CS5 a lease that expired but was not swept is renewed and nothing is lost', async () => {
    const { leases, onLost } = await node();
    await expire(leases.node);
    await leases.renew();
    expect(onLost).not.toHaveBeenCalled();
    expect((await rows())[0]?.left).toBeGreaterThan(2000);
  });

  it('CS5 a lease that was renewed while the clock of the database was ahead lasts no longer than any, from its next renewal on', async () => {
    const { leases } = await node();
    await stage.sql.query(`update node_lease set expires_at = expires_at + interval '1 hour'`);
    await leases.renew();
    const [row] = await rows();
    expect(row?.left).toBeGreaterThan(2000);
    expect(row?.left).toBeLessThanOrEqual(3000);
  });

  it('NO1 a draining lease is kept for the grace, also by later renewals, and never shorter than a lease', async () => {
    let answered = false;
    const sql = through((ask) => ask().finally(() => (answered = true)));
    const { leases } = await node({ sql, hostGrace: 60_000 });
    expect(leases.draining).toBe(false);
    answered = false;
    await leases.drain();
    expect(answered).toBe(true);
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

  it('NO1 a renewal that was asked for before the drain, and is carried out after it, takes nothing of the grace', async () => {
    const { promise: drained, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    const sql = through(async (ask, text) => {
      if (text.startsWith('update') && (asked += 1) === 1) await drained;
      return ask();
    });
    const { leases } = await node({ sql, hostGrace: 60_000 });
    const before = leases.renew();
    await leases.drain();
    resolve();
    await before;
    expect(await rows()).toMatchObject([{ node: leases.node, draining: true }]);
    expect((await rows())[0]!.left).toBeGreaterThan(50_000);
  });

  it('NO1 errors of the database are reported, and the next renewal tries again', async () => {
    let away = false;
    const sql = through(async (ask) => {
      if (away) throw new Error('away');
      return ask();
    });
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

  it('NO1 a renewal that is never answered is given up after a lease', async () => {
    let silent = false;
    const asked = vi.fn<() => void>();
    const sql = through((ask) => {
      asked();
      return silent ? new Promise(() => {}) : ask();
    });
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

  it('NO1 neither draining nor stopping waits longer than a lease for a database that does not answer', async () => {
    let silent = false;
    const { leases } = await node({
      sql: through((ask) => (silent ? new Promise(() => {}) : ask())),
      length: 100,
    });
    silent = true;
    await leases.drain();
    await leases.stop();
    expect(leases.draining).toBe(true);
  });

  it('NO1 a node that stops waits for a renewal that is under way', async () => {
    const { promise: slow, resolve } = Promise.withResolvers<void>();
    let answered = false;
    const sql = through(async (ask, text) => {
      if (text.startsWith('update')) await slow;
      return ask().finally(() => (answered = true));
    });
    const { leases } = await node({ sql });
    answered = false;
    void leases.renew();
    const stopped = leases.stop();
    resolve();
    await stopped;
    expect(answered).toBe(true);
  });

  it('NO1 renews by itself from start to stop', async () => {
    const leases = createLeases({ sql: stage.sql, hostGrace: 5000, onLost: () => {}, onError: () => {}, every: 10 });
    await leases.start();
    await expire(leases.node);
    await eventually(async () => expect((await rows())[0]?.left).toBeGreaterThan(0));
    await leases.stop();
    await expire(leases.node);
    await pause(50);
    expect((await rows())[0]?.left).toBeLessThan(0);
  });
});
