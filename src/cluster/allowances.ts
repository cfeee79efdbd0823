/**
 * What somebody may do so many times in a while, counted over all nodes: a port, and its version for a single node.
 * Counting never keeps anybody from being served: where it fails, each node counts for itself.
 */
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

export interface Allowance {
  /** Counts one, or so many. Never rejects. */
  spend(key: string, times?: number): Promise<Spent>;
  /** What was counted; null: nothing. Never rejects. */
  look(key: string): Promise<Spent | null>;
}

export interface Spent {
  /** How often, these included. */
  used: number;
  /** ms until it begins anew. */
  resetsIn: number;
}

export interface AllowanceSize {
  /** What it is that is counted; keys of different names do not meet. */
  name: string;
  /** So many times in so many seconds. */
  points: number;
  seconds: number;
}

export type Allowances = (size: AllowanceSize) => Allowance;

/** Counted in the memory of this node. */
export const memoryAllowances: Allowances = (size) => {
  const limiter = new RateLimiterMemory({ points: size.points, duration: size.seconds });
  return {
    spend: async (key, times = 1) => spentOf(await limiter.consume(key, times).catch(refused)),
    look: async (key) => {
      const counted = await limiter.get(key);
      return counted && spentOf(counted);
    },
  };
};

export function spentOf({ consumedPoints, msBeforeNext }: RateLimiterRes): Spent {
  return { used: consumedPoints, resetsIn: msBeforeNext };
}

/** The library rejects with the count when it is exceeded. @throws what is no count */
export function refused(reason: unknown): RateLimiterRes {
  if (typeof reason === 'object' && reason !== null && 'consumedPoints' in reason) return reason as RateLimiterRes;
  throw reason;
}
