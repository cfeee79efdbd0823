/**
 * Allowances counted in Redis, over all nodes of a deployment. While Redis is away, full or slow, this node counts in
 * its own memory; nobody waits for an answer longer than a moment, and once somebody did in vain nobody waits at all
 * until Redis gives a sign of life. A Redis that was flushed begins to count anew.
 */
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { memoryAllowances, refused, spentOf, type Allowances } from './allowances.ts';
import { overdue } from './overdue.ts';
import type { RedisConnection } from './redis-connection.ts';

/** ms */
const PATIENCE = 100;

export function redisAllowances(connection: RedisConnection, deployment: string): Allowances {
  /** Waits for an answer that may never come. @throws if it does not come in time, or says that Redis cannot count */
  const inTime = async <T>(answer: Promise<T>): Promise<T> => {
    let answered = () => {};
    const patience = new Promise<never>((_, reject) => {
      answered = overdue(PATIENCE, () => {
        connection.doubt();
        reject(new Error('Redis takes too long'));
      });
    });
    answer.catch(() => {}); // also when it comes too late
    try {
      return await Promise.race([answer, patience]);
    } finally {
      answered();
    }
  };

  const counts = () => connection.condition === 'well' || connection.condition === 'emptied';

  return (size) => {
    const memory = memoryAllowances(size);
    /** A connection changes its client; the limiter is made again with it. */
    let current: { client: RedisConnection['client']; limiter: RateLimiterRedis } | null = null;
    const limiter = () => {
      const { client } = connection;
      if (current?.client === client) return current.limiter;
      const made = new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        keyPrefix: `roundtable:${deployment}:${size.name}`,
        points: size.points,
        duration: size.seconds,
      });
      current = { client, limiter: made };
      return made;
    };
    return {
      async spend(key, times = 1) {
        if (!counts()) return memory.spend(key, times);
        try {
          return spentOf(await inTime(limiter().consume(key, times)).catch(refused));
        } catch {
          return memory.spend(key, times);
        }
      },
      async look(key) {
        if (!counts()) return memory.look(key);
        try {
          const counted = await inTime(limiter().get(key));
          return counted && spentOf(counted);
        } catch {
          return memory.look(key);
        }
      },
    };
  };
}
