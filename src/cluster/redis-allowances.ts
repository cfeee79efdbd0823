/**
 * Allowances counted in Redis, over all nodes of a deployment. While Redis is away, full or slow, this node counts in
 * its own memory; nobody waits for an answer longer than a moment, and once somebody did in vain nobody waits at all
 * until Redis gives a sign of life. A Redis that was flushed begins to count anew.
 */
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { countedBy, memoryAllowances, NO_LIMIT, type Allowance, type Allowances } from './allowances.ts';
import { overdue } from '../waiting/overdue.ts';
import type { RedisConnection } from './redis-connection.ts';

/** ms */
const PATIENCE = 100;

export function redisAllowances(connection: RedisConnection, deployment: string): Allowances {
  /** Waits for an answer that may never come. @throws if it does not come in time, or says that Redis cannot count */
  const inTime = <T>(answer: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const answered = overdue(PATIENCE, () => {
        connection.doubt();
        reject(new Error('Redis takes too long'));
      });
      void answer.then(resolve, reject).finally(answered);
    });

  return ({ name, seconds }) => {
    const here = memoryAllowances({ name, seconds });
    const shared = () =>
      countedBy(
        new RateLimiterRedis({
          storeClient: connection.client, // a connection changes it
          useRedisPackage: true,
          keyPrefix: `roundtable:${deployment}:${name}`,
          points: NO_LIMIT,
          duration: seconds,
        }),
      );
    const counted = async <T>(ask: (allowance: Allowance) => Promise<T>): Promise<T> => {
      if (connection.condition !== 'well' && connection.condition !== 'emptied') return ask(here);
      try {
        return await inTime(ask(shared()));
      } catch {
        return ask(here);
      }
    };
    return {
      spend: (key, times) => counted((allowance) => allowance.spend(key, times)),
      look: (key) => counted((allowance) => allowance.look(key)),
    };
  };
}
