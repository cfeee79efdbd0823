/** Who may sweep the leases of dead nodes, and when nobody may. */
import { describe, expect, it } from 'vitest';
import { createLeases } from '../../src/cluster/leases.ts';
import { eventually, pause } from '../support/patience.ts';
import { KINDS, stageLeases } from './lease-stage.ts';

/** Of a lease, ms: the clock of the database cannot be moved by hand, and is not to end one while a slow machine is late. */
const LENGTH = 60_000;
const THIRD = LENGTH / 3;

describe.each(KINDS)('sweeping on %s', (kind) => {
  const stage = stageLeases(kind);
  const { rows, expire, through } = stage;
  const node: typeof stage.node = (options) => stage.node({ length: LENGTH, ...options });

  it('CS5 a node that has held its lease for the length of one sweeps dead nodes, and only those, nor itself when the clock of the database is put forward', async () => {
    const [watcher, alive, dead] = [await node(), await node(), await node()];
    await expire(dead.leases.node);
    for (let third = 0; third < 3; third += 1) {
      expect(await watcher.leases.sweep()).toBe(0);
      watcher.time.pass(THIRD);
      await watcher.leases.renew();
    }
    await expire(watcher.leases.node);
    expect(await watcher.leases.sweep()).toBe(1);
    expect((await rows()).map((row) => row.node).toSorted()).toEqual(
      [watcher.leases.node, alive.leases.node].toSorted(),
    );
  });

  it('NO1 a pause of the database ends no leases: whoever had a break waits for a whole lease before sweeping', async () => {
    const asked: string[] = [];
    const sql = through((ask, text) => (asked.push(text.split(' ')[0]!), ask()));
    const [watcher, other] = [await node({ sql }), await node()];
    expect(watcher.leases.steady()).toBe(true);
    watcher.time.pass(2 * LENGTH);
    await expire(other.leases.node);
    expect(watcher.leases.steady()).toBe(false);
    expect(await watcher.leases.sweep()).toBe(0);
    await watcher.leases.renew();
    expect(await watcher.leases.sweep()).toBe(0);
    expect(watcher.leases.steady()).toBe(false);
    expect(asked).not.toContain('delete');
    for (let third = 0; third < 3; third += 1) {
      watcher.time.pass(THIRD);
      await watcher.leases.renew();
    }
    expect(watcher.leases.steady()).toBe(true);
    expect(await watcher.leases.sweep()).toBe(1);
  });

  it('NO1 a break lasts until the answer has come, however long ago it was asked for', async () => {
    const other = await node();
    let slow = false;
    const { leases, time } = await node({
      sql: through(async (ask) => {
        const answer = await ask();
        if (slow) time.pass(2 * THIRD);
        return answer;
      }),
    });
    time.pass(2 * LENGTH);
    await expire(other.leases.node);
    slow = true;
    await leases.renew();
    slow = false;
    for (const [passed, swept] of [
      [0.9 * THIRD, 0],
      [0.9 * THIRD, 0],
      [1.2 * THIRD, 1],
    ] as const) {
      time.pass(passed);
      await leases.renew();
      expect(await leases.sweep()).toBe(swept);
    }
  });

  it('NO1 a sweep that reaches the database only after a pause sweeps nobody', async () => {
    const length = 500;
    const other = await node();
    let late = true;
    const sql = through(async (ask, text) => {
      if (late && text.startsWith('delete')) await pause(2 * length);
      return ask();
    });
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
    await eventually(() => steady().then(async () => expect(await leases.sweep()).toBe(1)));
  });

  it('NO1 after an answer that took longer than a renewal nobody is swept for as long again', async () => {
    const every = THIRD;
    const other = await node();
    let slow = false;
    const sql = through(async (ask) => {
      const answer = await ask();
      if (slow) time.pass(every + 1);
      return answer;
    });
    const { leases, time } = await node({ sql, every });
    for (let third = 0; third < 3; third += 1) {
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

  it.each([0, THIRD + 1])(
    'NO1 after the clock of the database went ahead of ours nobody is swept for the length of a lease, in which all renew, also if that answer took %i ms',
    async (slow) => {
      const other = await node();
      let [ahead, delay] = [0, 0];
      const sql = through(async (ask) => {
        const answer = await ask();
        if (delay > 0) time.pass(delay);
        return answer.map((row) => ({ ...(row as object), at: (row as { at: number }).at + ahead }));
      });
      const { leases, time, onError } = await node({ sql, every: THIRD });
      const renew = async () => {
        time.pass(THIRD);
        await leases.renew();
      };
      for (let third = 0; third < 3; third += 1) await renew();
      await expire(other.leases.node);
      [ahead, delay] = [3 * THIRD + slow, slow];
      await renew();
      delay = 0;
      expect(leases.steady()).toBe(true);
      for (let third = 0; third < 3; third += 1) {
        expect(await leases.sweep()).toBe(0);
        await renew();
      }
      expect(await leases.sweep()).toBe(1);
      // What is carried out late is no step of the clock.
      [ahead, delay] = [ahead + 3 * THIRD, 3 * THIRD];
      await renew();
      expect(onError).toHaveBeenCalledTimes(1);
      const message = expect.stringMatching(/^the clock of the database went ahead of ours by \d+ s$/);
      expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message }));
    },
  );

  it('NO1 a sweep that is carried out more than two renewals after the last one sweeps nobody', async () => {
    const every = 200;
    const other = await node();
    let sent = 0;
    const sql = through(async (ask, text) => {
      if (text.startsWith('delete') && (sent += 1) === 1) await pause(3 * every);
      return ask();
    });
    const leases = createLeases({ sql, hostGrace: 0, onLost() {}, onError() {}, length: 10 * every, every });
    stage.keep(leases);
    await leases.start();
    await expire(other.leases.node);
    let swept = 0;
    const sweep = async () => (swept += await leases.sweep());
    await eventually(() => sweep().then(() => expect(sent).toBe(1)));
    expect(swept).toBe(0);
    await eventually(() => sweep().then(() => expect(swept).toBe(1)));
  });
});
