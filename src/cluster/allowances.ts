/**
 * What somebody may do so many times in a while, counted over all nodes: a port, and its version for a single node.
 * Counting never keeps anybody from being served: where it fails, each node counts for itself.
 */
import { RateLimiterMemory, type RateLimiterAbstract, type RateLimiterRes } from 'rate-limiter-flexible';

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
  /** After which it begins anew. */
  seconds: number;
}

export type Allowances = (size: AllowanceSize) => Allowance;

/** The library asks for a limit, which only its own refusals need. */
export const NO_LIMIT = 0;

/** Counted in the memory of this node. */
export const memoryAllowances: Allowances = ({ seconds }) =>
  countedBy(new RateLimiterMemory({ points: NO_LIMIT, duration: seconds }));

/** Counted by a limiter of the library; how much is too much is for whoever asks. Rejects if the limiter does. */
export function countedBy(limiter: Pick<RateLimiterAbstract, 'penalty' | 'get'>): Allowance {
  return {
    spend: async (key, times) => spentOf(await limiter.penalty(key, times)),
    look: async (key) => {
      const counted = await limiter.get(key);
      return counted && spentOf(counted);
    },
  };
}

const spentOf = ({ consumedPoints, msBeforeNext }: RateLimiterRes): Spent => ({
  used: consumedPoints,
  resetsIn: msBeforeNext,
});
