/** Allowances: counted over all nodes, and by each node for itself when Redis does not do well. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryAllowances, type Allowances } from '../../src/cluster/allowances.ts';
import { redisAllowances } from '../../src/cluster/redis-allowances.ts';
import type { RedisCondition, RedisConnection } from '../../src/cluster/redis-connection.ts';
import { eventually, within } from '../support/patience.ts';
import { createRedis, type RedisProcess } from '../support/redis-process.ts';
import { redisNode } from '../support/redis-nodes.ts';

const SIZE = { name: 'things', seconds: 60 };
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function startRedis(): Promise<RedisProcess> {
  const redis = await createRedis();
  stops.push(redis.kill);
  return redis;
}

async function node(redis: RedisProcess, deployment = 'deployment') {
  const made = redisNode({ url: redis.url, deployment });
  stops.push(made.bus.stop);
  await made.bus.start();
  return made;
}

describe.each<[string, () => Promise<Allowances>]>([
  ['memory', async () => memoryAllowances],
  ['redis', async () => (await node(await startRedis())).allowances],
])('allowances: %s', (_, create) => {
  it('CO9 count by key, also what comes at once or counts as several, until they begin anew', async () => {
    const allowance = (await create())(SIZE);
    expect(await allowance.look('ann')).toBeNull();
    const spent = await Promise.all(Array.from({ length: 5 }, () => allowance.spend('ann')));
    expect(spent.map(({ used }) => used).sort()).toEqual([1, 2, 3, 4, 5]);
    for (const { resetsIn } of spent) expect(resetsIn).toBeGreaterThan(50_000);
    expect(await allowance.look('ann')).toMatchObject({ used: 5 });
    expect(await allowance.spend('bob')).toMatchObject({ used: 1 });
    expect(await allowance.spend('bob', 3)).toMatchObject({ used: 4 });
  });

  it('CO9 of different names do not meet', async () => {
    const allowances = await create();
    await allowances(SIZE).spend('ann');
    expect(await allowances({ ...SIZE, name: 'others' }).look('ann')).toBeNull();
  });

  it('CO9 begin anew after their time', async () => {
    const allowance = (await create())({ ...SIZE, seconds: 1 });
    await allowance.spend('ann');
    await allowance.spend('ann');
    await eventually(async () => expect(await allowance.look('ann')).toBeNull());
    expect(await allowance.spend('ann')).toMatchObject({ used: 1 });
  });
});

describe('CO9 allowances in Redis', () => {
  const clientThatCounts = (used: number) => ({ isReady: true, eval: async () => [used, 60_000] });

  it('are the same on all nodes of a deployment, and not those of another', async () => {
    const redis = await startRedis();
    const [one, two, other] = [await node(redis), await node(redis), await node(redis, 'another')];
    await one.allowances(SIZE).spend('ann');
    expect(await two.allowances(SIZE).spend('ann')).toMatchObject({ used: 2 });
    expect(await one.allowances(SIZE).look('ann')).toMatchObject({ used: 2 });
    expect(await other.allowances(SIZE).spend('ann')).toMatchObject({ used: 1 });
  });

  it('are counted there if it does well or was emptied, and by each node for itself otherwise', async () => {
    const { publisher } = await node(await startRedis());
    const used = async (condition: RedisCondition) => {
      const allowance = redisAllowances({ ...publisher, client: publisher.client, condition }, 'deployment')(SIZE);
      return [condition, (await allowance.spend('ann')).used];
    };
    expect([await used('well'), await used('emptied')]).toEqual([
      ['well', 1],
      ['emptied', 2],
    ]);
    for (const condition of ['away', 'slow', 'refusing'] as const)
      expect(await used(condition)).toEqual([condition, 1]);
  });

  it('what was answered in time leaves no doubt in Redis', async () => {
    vi.useFakeTimers();
    stops.push(() => vi.useRealTimers());
    const doubt = vi.fn<() => void>();
    const connection = { client: clientThatCounts(1), condition: 'well', doubt } as unknown as RedisConnection;
    expect(await redisAllowances(connection, 'deployment')(SIZE).spend('ann')).toMatchObject({ used: 1 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(doubt).not.toHaveBeenCalled();
  });

  it('are counted by the client of the moment', async () => {
    const connection = { client: clientThatCounts(1), condition: 'well' };
    const allowance = redisAllowances(connection as unknown as RedisConnection, 'deployment')(SIZE);
    expect(await allowance.spend('ann')).toMatchObject({ used: 1 });
    connection.client = clientThatCounts(7);
    expect(await allowance.spend('ann')).toMatchObject({ used: 7 });
  });

  it('a Redis that stands still holds up one question for a moment, and the others not at all', async () => {
    const redis = await startRedis();
    const allowance = (await node(redis)).allowances(SIZE);
    await allowance.spend('ann');
    redis.stall();
    const before = performance.now();
    expect(await allowance.spend('ann')).toMatchObject({ used: 1 });
    expect(performance.now() - before).toBeLessThan(within(200));
    for (let used = 2; used <= 20; used += 1) {
      const nextTurn = new Promise((resolve) => setImmediate(resolve, 'it was waited for something'));
      expect(await Promise.race([allowance.spend('ann'), nextTurn])).toMatchObject({ used });
      expect(await Promise.race([allowance.look('ann'), nextTurn])).toMatchObject({ used });
    }
    redis.wake();
    await eventually(async () => expect((await allowance.look('ann'))!.used).toBeLessThan(5));
  });

  it('a Redis that is full or gone leaves each node to count for itself', async () => {
    const redis = await startRedis();
    const { allowances, bus } = await node(redis);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    expect(await allowances(SIZE).spend('ann')).toMatchObject({ used: 1 });
    expect(await redis.command('KEYS', '*things*')).toEqual([]);
    await redis.kill();
    await eventually(() => expect(bus.healthy).toBe(false));
    const allowance = allowances(SIZE);
    await allowance.spend('bob');
    expect(await allowance.spend('bob', 2)).toMatchObject({ used: 3 });
    expect(await allowance.look('bob')).toMatchObject({ used: 3 });
    await redis.start();
    await eventually(() => expect(bus.healthy).toBe(true));
    expect(await allowance.spend('bob')).toMatchObject({ used: 1 });
  });

  it('a Redis where no script may be run leaves each node to count for itself, whatever is asked', async () => {
    const redis = await startRedis();
    await redis.command('ACL', 'SETUSER', 'default', '-eval');
    const allowance = (await node(redis)).allowances(SIZE);
    expect(await allowance.spend('ann')).toMatchObject({ used: 1 });
    expect(await allowance.spend('ann')).toMatchObject({ used: 2 });
    expect(await allowance.look('ann')).toMatchObject({ used: 2 });
  });
});
